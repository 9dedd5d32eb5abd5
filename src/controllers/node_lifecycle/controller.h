// The loop that watches over nodes.
//
// A node lives as long as its Lease in kube-node-lease is renewed or its heartbeat moves. What counts is when this loop saw the
// sign, by its own clock: clocks of nodes do not matter, and after a restart every node gets a full grace period. One
// timer per node, for the end of that period; each sign moves it. When a node is silent for too long, its conditions
// become Unknown, its pods are told not to be ready (so that Services stop sending to them), and taints keep new pods away;
// taint_eviction deletes pods later, as their tolerations say.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::node_lifecycle {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::node_lifecycle
