// A protocol is a byte machine between a connection (plain bytes after TLS) and exchanges. I/O thread only.
#pragma once

#include <memory>
#include <string_view>

#include "http/exchange.h"
#include "http/http.h"
#include "http/output.h"

namespace proa::http {

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual void receive(std::string_view plain) = 0;
  /// Adds what may go out now, about `room` bytes at most.
  virtual void produce(Output& out, size_t room) = 0;
  /// Nothing more comes from here once produce() adds nothing: close after it.
  virtual bool finished() const = 0;
  /// Is a request being served (or a WebSocket open)?
  virtual bool busy() const = 0;
  /// The server stops: refuse new requests, end watches.
  virtual void shut_down() = 0;
  /// The connection is gone: everybody is told.
  virtual void abandon() = 0;
};

/// What a protocol needs of its connection.
class Carrier {
 public:
  virtual ~Carrier() = default;
  /// Makes the exchange and hands the request to the handler.
  virtual std::shared_ptr<Exchange> dispatch(ExchangeSink& sink, int32_t stream, Request request) = 0;
  /// Pump soon.
  virtual void wake() = 0;
  /// Whether busy() may have changed.
  virtual void activity() = 0;
  virtual const std::string& date() = 0;
  virtual const std::shared_ptr<IoThread>& thread() = 0;
  /// Replaces the protocol after the current call; bytes already received go to the new one.
  virtual void switch_to(std::unique_ptr<Protocol> next, std::string received) = 0;
};

std::unique_ptr<Protocol> make_http1_session(Carrier& carrier);
std::unique_ptr<Protocol> make_http2_session(Carrier& carrier);

/// The WebSocket after its handshake, and the handle that the handler gets.
struct WebSocketPair {
  std::unique_ptr<Protocol> protocol;
  std::shared_ptr<Socket> socket;
};
WebSocketPair make_websocket_session(Carrier& carrier, std::string agreed_protocol);

}  // namespace proa::http
