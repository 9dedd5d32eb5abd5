// Datagrams and framed streams for DNS. One event loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/event_loop.h"

namespace proa::net {

using DnsReply = std::function<void(std::string answer)>;
/// `limit`: how long the answer may be. `reply` may be called later, or not at all.
using DnsHandler = std::function<void(std::string_view query, bool tcp, DnsReply reply)>;

/// Listens until it is destroyed.
class DnsListener {
 public:
  virtual ~DnsListener() = default;
  static Result<std::unique_ptr<DnsListener>> start(runtime::EventLoop& loop, const std::string& address, uint16_t port,
                                                    DnsHandler handler);
};

/// Asks a server once; `done` gets an empty text after `timeout`.
void ask_server(runtime::EventLoop& loop, const std::string& server, uint16_t port, bool tcp, std::string query,
                runtime::DurationNs timeout, std::function<void(std::string answer)> done);

}  // namespace proa::net
