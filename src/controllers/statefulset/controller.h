// The loop of StatefulSets.
//
// A key enters the queue when its set changes, and when a pod or a revision does that is the set's or could be. While the
// caches do not show all that the loop wrote for a key, it waits. Then it
//
//   1. adopts and releases pods and revisions; if there were any, the caches' news wakes the key again;
//   2. makes the revision of today's template, or raises its number;
//   3. does the plan's actions in order, up to the first that fails; each is an Event on the set;
//   4. removes old revisions, unless something failed;
//   5. writes the status if it differs.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::statefulset {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::statefulset
