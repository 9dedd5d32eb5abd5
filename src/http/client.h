// A blocking HTTPS client for the command line and for tests: one connection kept alive, streams, WebSockets.
// One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "http/http.h"

namespace proa::http {

struct ClientOptions {
  std::string url;  // "https://127.0.0.1:6443"
  std::string ca_pem, certificate_pem, key_pem, bearer_token;
  bool insecure_skip_verify = false;
  std::string tls_server_name;
  std::string user_agent;
  Headers headers;         // more of them, with every request
  int64_t timeout_ms = 0;  // of one exchange; 0: none
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
  std::string_view header(std::string_view lower_case_name) const;
};

/// A WebSocket of the client's side.
class ClientSocket {
 public:
  virtual ~ClientSocket() = default;
  virtual const std::string& protocol() const = 0;
  /// Any thread.
  virtual Result<void> send_binary(std::string_view message) = 0;
  /// Blocks. False in `open`: closed by the peer.
  struct Message {
    bool open = true;
    bool binary = true;
    std::string data;
  };
  virtual Result<Message> receive() = 0;
  virtual void close() = 0;
};

class Client {
 public:
  static Result<std::unique_ptr<Client>> make(const ClientOptions& options);
  virtual ~Client() = default;
  /// `target` is path and query. A kept connection that ended meanwhile is made anew; what has gone out is sent once more
  /// only where nothing came back, in time, and doing it twice does no harm (GET, HEAD, OPTIONS). Errors are those of the transport, in the words kubectl prints
  /// (`The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?`).
  virtual Result<ClientResponse> exchange(const std::string& method, const std::string& target, const Headers& headers,
                                          const std::string& body) = 0;
  /// The body as it arrives; `piece` returns false to end. The response's body holds what came with a status >= 400.
  virtual Result<ClientResponse> stream(const std::string& method, const std::string& target, const Headers& headers,
                                        const std::function<bool(std::string_view piece)>& piece) = 0;
  virtual Result<std::unique_ptr<ClientSocket>> websocket(const std::string& target,
                                                          const std::vector<std::string>& protocols) = 0;
};

}  // namespace proa::http
