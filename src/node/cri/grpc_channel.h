// GrpcChannel carries gRPC calls over one unix socket on an EventLoop. It connects when it is first needed and
// again after a break; calls that are under way when the connection breaks end with ServiceUnavailable.
// All methods and callbacks: the loop's thread. Destroying it drops what is under way without calling back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/event_loop.h"

namespace proa::node::cri {

class GrpcChannel {
 public:
  GrpcChannel(runtime::EventLoop& loop, std::string socket_path);
  ~GrpcChannel();

  /// `done` gets the response message. `timeout` 0: waits for as long as it takes.
  void call(std::string path, std::string request, runtime::DurationNs timeout,
            std::function<void(Result<std::string>)> done);
  /// A server stream. `on_open`: the request is on its way on an open connection. `on_end` is called once, last.
  void stream(std::string path, std::string request, std::function<void()> on_open,
              std::function<void(std::string_view)> on_message, std::function<void(Result<void>)> on_end);

  /// Sent with every call as `containerd-namespace`, which containerd's own services want.
  void set_namespace(std::string name);

 private:
  struct Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace proa::node::cri
