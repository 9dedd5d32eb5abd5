// The loop of DaemonSets.
//
// A key enters the queue when its DaemonSet changes, when a pod or revision does that it controls or could adopt, and
// when a node comes, goes, or changes whether it is to run its pods. While the caches do not show all that the loop wrote
// for a key, it waits. Then it
//
//   1. adopts and releases pods and revisions; if there were any, the caches' news wakes the key again;
//   2. makes the revision of today's template, or raises its number. A name that is taken by another revision raises
//      status.collisionCount, which changes the hash;
//   3. creates and removes pods;
//   4. removes old revisions, unless something failed;
//   5. writes the status if it differs.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::daemonset {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::daemonset
