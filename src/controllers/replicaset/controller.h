// The loop of ReplicaSets (and, by flavour, ReplicationControllers).
//
// A key (namespace/name) enters the queue when its ReplicaSet changes or when a pod does that it controls, or could
// adopt. For one key at a time the loop
//
//   1. reads the owner and its pods from the caches and asks make_plan() what to do. While the caches do not show all
//      that the loop wrote for this key, the plan creates and deletes nothing (fresh == false), nor is a status
//      written; the event that brings the cache up to date wakes the key again.
//   2. adopts and releases pods; a failure ends this round, to be retried with growing delay.
//   3. creates pods in batches of 1, 2, 4, ...: the calls of a batch go out together, the next batch only when all have
//      succeeded, so that a quota or an admission webhook that refuses is asked once, not 500 times. Or it deletes
//      pods, all at once. Each success and failure is an Event on the owner.
//   4. writes the status if it differs (with the resourceVersion that was read: a conflict retries).
//   5. comes back when the next ready pod becomes available, if minReadySeconds asks for that.
//
// What is created counts in the next round's status, which its watch event starts.
#pragma once

#include <memory>

#include "controllers/controller.h"
#include "controllers/replicaset/plan.h"

namespace proa::controllers::replicaset {

std::unique_ptr<Controller> make_controller(const Parts& parts, const Flavour& flavour);

}  // namespace proa::controllers::replicaset
