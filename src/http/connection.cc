#include "http/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "http/protocol.h"

namespace proa::http {
namespace {

namespace asio = boost::asio;

// Plain bytes encrypted in one go: enough to fill the socket, little enough to stay in the cache.
constexpr size_t kBatch = 256 * 1024;
// Reads of one connection before others get their turn.
constexpr int kReadsInARow = 8;
// Answers of TLS itself that a peer lets pile up: more than all that waits besides.
constexpr size_t kMostUnsent = 4 * kBatch;

class Connection final : public Pumped, public Carrier, public std::enable_shared_from_this<Connection> {
 public:
  Connection(int socket, std::string address, std::shared_ptr<IoThread> thread, std::shared_ptr<const TlsContext> tls,
             Handler& handler)
      : thread_(std::move(thread)), handler_(handler), socket_(thread_->io(), socket), tls_(std::move(tls)) {
    peer_.address = std::move(address);
  }

  void start() {
    thread_->add(shared_from_this());
    activity();
    wait_to_read();
  }

  // Pumped.
  void pump() override;
  void idle_timeout() override { close(); }
  void shut_down() override;
  void close() override;

  // Carrier.
  std::shared_ptr<Exchange> dispatch(ExchangeSink& sink, int32_t stream, Request request) override;
  void wake() override {
    if (touched_ || closed_) return;
    touched_ = true;
    thread_->touch(shared_from_this());
  }
  void activity() override;
  const std::string& date() override { return thread_->date(); }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol> next, std::string received) override {
    next_protocol_ = std::move(next);
    next_received_ = std::move(received);
    wake();
  }

 private:
  void wait_to_read();
  void wait_to_write();
  void read_some();
  void take(std::string_view wire);
  void peer_ended();
  void refuse_plain();
  void choose_protocol();
  void adopt_next_protocol();
  bool send_wire(std::string_view wire);
  bool send_rest();
  void say_goodbye();
  void take_leave();

  const std::shared_ptr<IoThread> thread_;
  Handler& handler_;
  asio::posix::stream_descriptor socket_;
  TlsEngine tls_;
  Peer peer_;
  std::unique_ptr<Protocol> protocol_, next_protocol_, past_protocol_;
  std::string next_received_;
  std::string unsent_;  // encrypted, what the socket did not take
  std::optional<IoThread::IdleSlot> idle_;
  bool waiting_to_write_ = false, touched_ = false, stopping_ = false, lingering_ = false;
  bool peer_ended_ = false, closed_ = false;
};

void Connection::wait_to_read() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       if (error || self->closed_) return;
                       self->thread_->run([&] { self->read_some(); });
                     });
}

void Connection::read_some() {
  auto& buffer = thread_->wire_in;
  for (int i = 0; i < kReadsInARow && !closed_; ++i) {
    const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0) return peer_ended();
    if (got < 0 && errno != EAGAIN && errno != EINTR) return close();
    if (got < 0) break;
    if (!lingering_) take({buffer.data(), static_cast<size_t>(got)});
    if (static_cast<size_t>(got) < buffer.size()) break;
  }
  if (!closed_) wait_to_read();
}

void Connection::take(std::string_view wire) {
  tls_.receive(wire);
  std::string answers;
  for (;;) {
    const size_t got = tls_.read(thread_->plain_in, answers);
    if (!protocol_ && tls_.handshake_done()) choose_protocol();
    if (got == 0) break;
    protocol_->receive({thread_->plain_in.data(), got});
    adopt_next_protocol();
    if (closed_) return;
  }
  if (!answers.empty() && !tls_.plain_http()) {
    if (!unsent_.empty())
      unsent_ += answers;
    else if (!send_wire(answers))
      return;
    if (unsent_.size() > kMostUnsent) return close();
  }
  if (tls_.progress() == TlsEngine::Progress::kFailed) return tls_.plain_http() ? refuse_plain() : close();
  if (tls_.progress() == TlsEngine::Progress::kClosed) return peer_ended();
  wake();
}

/// In upstream's words, and in plain text: who asked cannot read anything else.
void Connection::refuse_plain() {
  lingering_ = true;
  if (!send_wire("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")) return;
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

/// The peer says nothing more, but may still listen: what is answered already goes out whole, and nobody is waited for.
void Connection::peer_ended() {
  peer_ended_ = true;
  if (!protocol_ || lingering_) return close();
  wake();
}

void Connection::choose_protocol() {
  tls_.describe(peer_);
  protocol_ = tls_.protocol() == "h2" ? make_http2_session(*this) : make_http1_session(*this);
  if (stopping_) protocol_->shut_down();
}

void Connection::adopt_next_protocol() {
  if (!next_protocol_) return;
  // What the old one still has to say goes first; it is kept until this event is over, as it may be on the stack.
  past_protocol_ = std::move(protocol_);
  protocol_ = std::move(next_protocol_);
  Output last_words;
  past_protocol_->produce(last_words, kBatch);
  std::string wire;
  if (!tls_.write(last_words, SIZE_MAX, wire)) return close();
  if (unsent_.empty() ? !send_wire(wire) : (unsent_ += wire, false)) return;
  const std::string received = std::move(next_received_);
  if (!received.empty()) protocol_->receive(received);
  if (stopping_) protocol_->shut_down();
  activity();
}

std::shared_ptr<Exchange> Connection::dispatch(ExchangeSink& sink, int32_t stream, Request request) {
  request.peer = peer_;
  auto shared = std::make_shared<const Request>(std::move(request));
  auto exchange = std::make_shared<Exchange>(thread_, sink, stream, *shared);
  handler_.handle(std::move(shared), exchange->make_writer());
  return exchange;
}

void Connection::activity() {
  const bool busy = protocol_ && protocol_->busy();
  if (busy == !idle_ || closed_) return;
  if (busy) {
    thread_->end_idle(*idle_);
    idle_.reset();
  } else {
    idle_ = thread_->begin_idle(this);
  }
}

bool Connection::send_wire(std::string_view wire) {
  while (!wire.empty()) {
    const ssize_t put = ::send(socket_.native_handle(), wire.data(), wire.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) {
      unsent_ = wire;
      wait_to_write();
      return true;
    }
    if (put < 0) {
      close();
      return false;
    }
    wire.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool Connection::send_rest() {
  if (unsent_.empty()) return true;
  const std::string rest = std::move(unsent_);
  unsent_.clear();
  return send_wire(rest) && unsent_.empty();
}

void Connection::wait_to_write() {
  if (waiting_to_write_) return;
  waiting_to_write_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->waiting_to_write_ = false;
                       if (error || self->closed_) return;
                       self->thread_->run([&] {
                         if (self->send_rest()) self->pump();
                       });
                     });
}

void Connection::pump() {
  touched_ = false;
  adopt_next_protocol();
  std::string& wire = thread_->wire_out;
  while (!closed_ && unsent_.empty() && protocol_ && !lingering_) {
    Output batch;
    protocol_->produce(batch, kBatch);
    if (batch.empty()) {
      if (peer_ended_) return take_leave();
      if (protocol_->finished()) say_goodbye();
      break;
    }
    wire.clear();
    if (!tls_.write(batch, SIZE_MAX, wire)) return close();
    if (!send_wire(wire)) return;
  }
  if (wire.capacity() > 2 * kBatch) std::string().swap(wire);
  past_protocol_.reset();
}

void Connection::take_leave() {
  std::string wire;
  tls_.close(wire);
  if (send_wire(wire)) close();
}

void Connection::say_goodbye() {
  // Half-close, then wait for the peer's end: closing at once could lose the answer to a reset.
  lingering_ = true;
  std::string wire;
  tls_.close(wire);
  if (!send_wire(wire) || !unsent_.empty()) return close();
  ::shutdown(socket_.native_handle(), SHUT_WR);
  protocol_->abandon();
  activity();
}

void Connection::shut_down() {
  stopping_ = true;
  if (!protocol_) return close();
  protocol_->shut_down();
  wake();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  if (idle_) thread_->end_idle(*idle_);
  idle_.reset();
  if (protocol_) protocol_->abandon();
  if (next_protocol_) next_protocol_->abandon();
  boost::system::error_code ignored;
  socket_.close(ignored);
  thread_->remove(this);
}

}  // namespace

void start_connection(int socket, std::string peer_address, std::shared_ptr<IoThread> thread,
                      std::shared_ptr<const TlsContext> tls, Handler& handler) {
  std::make_shared<Connection>(socket, std::move(peer_address), std::move(thread), std::move(tls), handler)->start();
}

}  // namespace proa::http
