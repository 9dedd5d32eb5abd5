// What becomes of a node that is silent, and which taints a node's conditions ask for. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/nodelifecycle. Upstream adds NoExecute taints zone by zone at a limited rate; here all nodes
// are one zone and taints come at once, but as there, none while no node at all is ready (then it is the controller that
// is cut off).
#pragma once

#include <optional>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::node_lifecycle {

/// How long a node may be silent: 50 s, or 60 s when it never told its state.
int64_t grace_ns(object::View node);

/// The node with its conditions Unknown (Ready, MemoryPressure, DiskPressure, PIDPressure); nothing when they are.
std::optional<object::Value> unresponsive(object::View node, object::TimeNs now);

/// The node with the taints that its conditions and spec.unschedulable ask for; nothing when it has them. `evict`: also
/// those of effect NoExecute.
std::optional<object::Value> with_taints(object::View node, bool evict, object::TimeNs now);

bool is_ready(object::View node);

/// The pod with condition Ready False; nothing when it isn't True.
std::optional<object::Value> not_ready(object::View pod, object::TimeNs now);

}  // namespace proa::controllers::node_lifecycle
