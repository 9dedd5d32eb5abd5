// Client is the Runtime that speaks CRI v1 (gRPC over nghttp2) to containerd or another runtime, on an EventLoop.
//
// Events come from CRI's GetContainerEvents where the runtime has it, else from containerd's own event service,
// else from asking every second. The end of a container is told when the runtime's status says so, too: the raw
// event of containerd runs ahead of its CRI status by some milliseconds.
#pragma once

#include <memory>
#include <string>

#include "node/cri/runtime.h"
#include "runtime/event_loop.h"

namespace proa::node::cri {

/// `socket_path`: a unix socket's path, also in the form unix:///path. REQUIRES: made and destroyed on the loop.
std::unique_ptr<Runtime> make_client(runtime::EventLoop& loop, std::string socket_path);

}  // namespace proa::node::cri
