// The client's connection: a socket and TLS, blocking, with a deadline. One thread reads while another writes.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/client.h"
#include "http/tls.h"

namespace proa::http {

struct Endpoint {
  std::string scheme, host, port, path;  // path: what the URL has before the API's paths, "" mostly
  std::string authority() const {
    return host.find(':') == std::string::npos ? host + ":" + port : "[" + host + "]:" + port;
  }
};
Result<Endpoint> parse_url(const std::string& url);

class ClientTransport {
 public:
  /// Connects and shakes hands. Errors in kubectl's words.
  static Result<std::unique_ptr<ClientTransport>> connect(const Endpoint& to, std::shared_ptr<const TlsContext> tls,
                                                          const std::string& server_name, int64_t timeout_ms);
  ~ClientTransport();

  /// At least one byte; 0 at the peer's end. `deadline_ns` is monotonic, 0: none.
  Result<size_t> read(std::span<char> into, int64_t deadline_ns);
  Result<void> write(std::string_view bytes, int64_t deadline_ns);
  /// The peer has ended the connection, or said something that nobody asked for: no request may go out on it.
  bool is_stale();
  /// Wakes a reader; any thread.
  void shut_down();

 private:
  ClientTransport(int socket, SSL* ssl, Endpoint to) : socket_(socket), ssl_(ssl), to_(std::move(to)) {}
  Result<void> handshake(int64_t deadline_ns);
  Result<void> wait_for(int ssl_error, int64_t deadline_ns, const char* timeout_words);

  const int socket_;
  SSL* const ssl_;  // null: plain HTTP
  const Endpoint to_;
  std::mutex mutex_;  // guards ssl_, which one thread at a time may use
};

}  // namespace proa::http
