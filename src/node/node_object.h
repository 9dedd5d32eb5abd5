// The Node object: what it holds at registration and what its status says, as pure functions.
// Source of the words: pkg/kubelet/nodestatus/setters.go, kubelet_node_status.go, Kubernetes 1.36.
#pragma once

#include "node/settings.h"
#include "object/value.h"
#include "runtime/clock.h"

namespace proa::node {

struct NodeState {
  bool ready = false;
  std::string not_ready_reason;  // message of Ready=False
  object::Value info;            // nodeInfo
  object::Value images;          // status.images
};

/// Metadata and spec for the first registration.
object::Value new_node(const NodeSettings& settings);
/// The status; transition times are taken over from `old` where nothing changed. Heartbeats get `now`.
object::Value node_status(const NodeSettings& settings, const NodeState& state, object::View old, runtime::TimeNs now);
/// Equal but for heartbeat times.
bool same_status(object::View a, object::View b);

object::Value node_lease(const NodeSettings& settings, object::View node, runtime::TimeNs now);

}  // namespace proa::node
