// One SPDY connection to a runtime's streaming server: TCP, the HTTP upgrade, then a SpdySession. Made by a session
// of exec, attach or port-forward; the loop's thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/status.h"
#include "runtime/event_loop.h"

namespace proa::node {

class SpdyConnection {
 public:
  struct Handlers {
    std::function<void()> on_open;  // streams may be opened now
    std::function<void(uint32_t stream, std::string_view data)> on_data;
    std::function<void(uint32_t stream, bool reset)> on_end;
    /// The connection is over: why, or no Status when the peer just closed it. Called once.
    std::function<void(Result<void>)> on_closed;
  };

  /// `url`: http://HOST:PORT/PATH. `protocol`: what is asked for in X-Stream-Protocol-Version.
  SpdyConnection(runtime::EventLoop& loop, const std::string& url, const std::string& protocol, Handlers handlers);
  ~SpdyConnection();

  uint32_t open(const std::map<std::string, std::string>& headers);
  void send(uint32_t stream, std::string_view data);
  void finish(uint32_t stream);
  /// Bytes that wait to be written: a sender that sees many should wait.
  size_t backlog() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
