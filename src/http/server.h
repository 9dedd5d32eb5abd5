// The server: listens, speaks TLS with ALPN (h2, http/1.1), hands requests to a Handler.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "http/http.h"

namespace proa::http {

struct TlsConfig {
  std::string certificate_pem, key_pem;  // chain, leaf first
  std::string client_ca_pem;             // client certificates are asked for, not demanded; checked against this
};

struct ServerOptions {
  std::vector<std::string> listen;  // "127.0.0.1:6443"
  TlsConfig tls;
  int threads = 0;  // 0: one per core
  int64_t idle_timeout_seconds = 90;
};

class Server {
 public:
  /// Binds; the error of a taken port names it, and who holds it where that can be told.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler& handler);
  virtual ~Server() = default;  // = stop()
  /// Serves one more address (the pods' gateway, once it exists). Any thread.
  virtual Result<void> add_listener(const std::string& address) = 0;
  /// New connections get the new certificate; others go on. Any thread.
  virtual Result<void> set_certificate(const TlsConfig& tls) = 0;
  /// No new requests; running ones get up to `grace_seconds`, watches are ended at once.
  virtual void stop(int grace_seconds) = 0;
};

}  // namespace proa::http
