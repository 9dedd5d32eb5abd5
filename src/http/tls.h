// TLS as a byte machine: wire bytes in, plain bytes out, and back, by OpenSSL over memory. One thread per engine.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/http.h"
#include "http/output.h"
#include "http/server.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace proa::http {

/// Certificates and policy that many connections share. Immutable, any thread.
class TlsContext {
 public:
  /// A server's: TLS 1.2 or newer, ALPN h2 and http/1.1, client certificates asked for and checked later.
  static Result<std::shared_ptr<const TlsContext>> server(const TlsConfig& config);
  struct ClientConfig {
    std::string ca_pem, certificate_pem, key_pem;
    bool insecure_skip_verify = false;
  };
  static Result<std::shared_ptr<const TlsContext>> client(const ClientConfig& config);
  ~TlsContext();
  SSL_CTX* get() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

class TlsEngine {
 public:
  /// Server's side.
  explicit TlsEngine(std::shared_ptr<const TlsContext> context);
  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  enum class Progress { kOk, kClosed, kFailed };
  /// Gives the engine wire bytes; then read() until it returns no more. All of `wire` is taken by then.
  void receive(std::string_view wire);
  /// The next plain bytes, in `into`; 0: none now, or the end (see progress()). Answers of the handshake go to `wire_out`.
  size_t read(std::span<char> into, std::string& wire_out);
  Progress progress() const { return progress_; }

  /// Encrypts up to `limit` bytes of `plain` in full records. False: the connection is broken.
  bool write(Output& plain, size_t limit, std::string& wire_out);
  /// Says goodbye (close_notify).
  void close(std::string& wire_out);

  bool handshake_done() const;
  /// Of a failed handshake: the other side spoke HTTP without TLS.
  bool plain_http() const { return plain_http_; }
  /// "h2", "http/1.1" or empty.
  std::string_view protocol() const;
  /// Fills in what the client's certificate says.
  void describe(Peer& peer) const;

 private:
  struct Wire {
    std::string_view in;
    std::string* out = nullptr;
  };
  friend struct WireBio;
  bool write_record(std::string_view plain, std::string& wire_out);

  std::shared_ptr<const TlsContext> context_;
  SSL* ssl_;
  Wire wire_;
  Progress progress_ = Progress::kOk;
  bool plain_http_ = false;
};

}  // namespace proa::http
