// EventStream tells when something happens to a container, from the best source that the runtime has (client.h).
// The loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "node/cri/grpc_channel.h"
#include "node/cri/runtime.h"

namespace proa::node::cri {

class EventStream {
 public:
  /// `runtime` is asked for the status of containers that end; it outlives the stream.
  EventStream(runtime::EventLoop& loop, const std::string& socket_path, Runtime& runtime);
  ~EventStream();
  /// Calls `listener` from now on. REQUIRES: called once.
  void start(std::function<void(const Event&)> listener);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// One Envelope of containerd's event service; nullopt for topics that are none of our business.
std::optional<Event> decode_containerd_event(std::string_view envelope);
/// One ContainerEventResponse of CRI.
std::optional<Event> decode_cri_event(std::string_view response);

}  // namespace proa::node::cri
