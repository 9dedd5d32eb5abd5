// The loop of Deployments.
//
// A key (namespace/name) enters the queue when its Deployment changes, when a ReplicaSet does that it controls or could
// adopt, and when a pod of such a ReplicaSet goes (Recreate waits for that). For one key at a time the loop
//
//   1. waits until the caches show all that it wrote for this key before; the watch event that shows it wakes the key.
//      Plans are therefore never made from a mixture of old and new ReplicaSets.
//   2. adopts ReplicaSets that the selector matches and releases those it no longer does.
//   3. asks make_plan() what to do and carries out its writes one after the other; each success records the events
//      that belong to it. The first failure ends the round, and the key comes again with growing delay: a conflict
//      means that somebody else was faster, and the next plan is made from what they wrote.
//   4. a new ReplicaSet whose name is taken is looked at: it may be ours already, else the hash collides and
//      status.collisionCount grows. Any other failure to create it is told in the condition Progressing.
//   5. comes back when the progress deadline is due.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::deployment {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::deployment
