// Logs, exec, attach and port-forward of the pods on this node, for the API on the same machine. Calls come from any
// thread and are carried to the node's loop; data and ends are told on that loop.
#pragma once

#include <memory>

#include "client/pod_streams.h"
#include "node/agent.h"
#include "runtime/event_loop.h"

namespace proa::node {

/// `agent` outlives it. REQUIRES: destroyed when no stream is open any more, or together with the loop's end.
std::unique_ptr<client::PodStreams> make_node_streams(runtime::EventLoop& loop, Agent& agent);

}  // namespace proa::node
