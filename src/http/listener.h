// Listening sockets: addresses, the words for a taken port, and the accept loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "http/io_thread.h"

namespace proa::http {

/// A bound and listening, non-blocking socket for "127.0.0.1:6443", "[::1]:6443" or ":6443".
Result<int> listen_on(const std::string& address);
/// ` (process 4711, kube-apiserver)` for who listens on that TCP port; empty when that cannot be told.
std::string port_holder(int port);

/// Accepts until it is destroyed; I/O thread.
class Listener {
 public:
  using Accepted = std::function<void(int socket, std::string peer_address)>;
  virtual ~Listener() = default;
  static std::unique_ptr<Listener> start(IoThread& thread, int socket, Accepted accepted);
};

}  // namespace proa::http
