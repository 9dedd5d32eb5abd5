// HTTP as the rooms behind it see it: a Request, a ResponseWriter, a Handler. Which version of HTTP, which TLS,
// which thread: all that stays in this room's sources.
//
// Threads: a connection lives on one I/O thread; Handler::handle is called there. A ResponseWriter may be used
// from any thread until it is finished or dropped; dropping it unfinished sends 500 or resets the stream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace proa::http {

/// Bytes that many responses may share (one watch event for a thousand watchers, a cached encoding).
using SharedBytes = std::shared_ptr<const std::string>;
inline SharedBytes share(std::string bytes) { return std::make_shared<const std::string>(std::move(bytes)); }

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct Query {
  std::vector<std::pair<std::string, std::string>> pairs;  // percent-decoded, in order
  /// The first value; nullptr when missing.
  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name, std::string_view otherwise = "") const;
  std::vector<std::string> all(std::string_view name) const;
  static Query parse(std::string_view text);
};

/// Who is at the other end, as far as the transport knows.
struct Peer {
  std::string address;                  // "127.0.0.1:51234", "in-process"
  std::string certificate_common_name;  // of a client certificate that our CA signed; empty: none
  std::vector<std::string> certificate_organizations;
  std::string certificate_error;  // a certificate came that our CA did not sign, or that has expired: why (401)
  bool tls = false;
};

struct Request {
  std::string method;  // "GET"
  std::string path;    // percent-decoded, without the query
  Query query;
  Headers headers;
  std::string body;  // whole; limited to 3 MiB as upstream (else 413)
  Peer peer;
  bool is_upgrade = false;  // asks for WebSocket (HTTP/1.1 Upgrade)
  std::string_view header(std::string_view lower_case_name) const;
};
using RequestPtr = std::shared_ptr<const Request>;

/// A connection turned over to a WebSocket: exec, attach, port-forward, watch. Any thread.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual const std::string& protocol() const = 0;  // the sub-protocol agreed on
  virtual void send_binary(std::string message) = 0;
  virtual void send_text(std::string message) = 0;
  virtual void close(int code, std::string_view reason) = 0;
  /// Bytes queued and not yet taken by the peer; on_drain is called when they fall under 64 KiB again.
  virtual size_t queued() const = 0;
  std::function<void(std::string message, bool binary)> on_message;  // set before returning from the accept callback
  std::function<void()> on_drain;
  std::function<void()> on_close;  // once, however it ended
};

class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  /// The whole answer at once. Content-Length is added; compressed by gzip where the client takes it and the body
  /// is over 128 KiB, as upstream does. No body goes out with 204 and 304.
  virtual void send(int status, Headers headers, SharedBytes body) = 0;

  /// An answer in pieces (LIST in chunks, WATCH, log -f): begin, write..., finish.
  virtual void begin(int status, Headers headers) = 0;
  virtual void write(SharedBytes piece) = 0;
  virtual void finish() = 0;
  /// Bytes written and not yet taken by the peer. on_drain runs (on the I/O thread) when they fall under 64 KiB.
  virtual size_t queued() const = 0;
  virtual void on_drain(std::function<void()> callback) = 0;
  /// For answers that others bring about: `turn` runs on the I/O thread soon after ask_for_turn(), which any thread may
  /// call, and what it writes goes out with all else that the thread has for the connection. Calls before it runs are
  /// one; it does not run any more once the peer is gone.
  virtual void on_turn(std::function<void()> turn) = 0;
  virtual void ask_for_turn() = 0;
  /// Called once (on the I/O thread) when the peer goes away before finish().
  virtual void on_abandoned(std::function<void()> callback) = 0;

  /// Accepts a WebSocket with the first of `protocols` that the client offers; `accepted` gets the socket, or an
  /// error is sent when none fits (400) or the request is no upgrade.
  virtual void accept_websocket(const std::vector<std::string>& protocols,
                                std::function<void(std::shared_ptr<Socket>)> accepted) = 0;
};
using ResponseWriterPtr = std::shared_ptr<ResponseWriter>;

class Handler {
 public:
  virtual ~Handler() = default;
  /// Must not block. Errors are answers too: nothing is thrown.
  virtual void handle(RequestPtr request, ResponseWriterPtr response) = 0;
};

}  // namespace proa::http
