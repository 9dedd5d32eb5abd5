#include "net/dns/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "runtime/event_loop_asio.h"

namespace proa::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr size_t kMaxDatagram = 4096;
constexpr int kMaxTcpClients = 64;
constexpr auto kTcpIdle = std::chrono::seconds(10);

/// `10.244.0.1` may come with the first pod only.
template <class Socket>
error_code bind_to(Socket& socket, const typename Socket::endpoint_type& at) {
  error_code error;
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  socket.set_option(asio::socket_base::reuse_address(true), error);
  socket.bind(at, error);
  return error;
}

std::string framed(const std::string& message) {
  std::string out;
  out += static_cast<char>(message.size() >> 8);
  out += static_cast<char>(message.size());
  return out + message;
}

class TcpClient : public std::enable_shared_from_this<TcpClient> {
 public:
  TcpClient(tcp::socket socket, const DnsHandler& handler, std::weak_ptr<int> server)
      : socket_(std::move(socket)), idle_(socket_.get_executor()), handler_(handler), clients_(std::move(server)) {
    if (const auto count = clients_.lock()) ++*count;
  }
  ~TcpClient() {
    if (const auto count = clients_.lock()) --*count;
  }

  void read() {
    idle_.expires_after(kTcpIdle);
    idle_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->close();
    });
    asio::async_read(socket_, asio::buffer(head_), [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->close();
      self->body_.resize(static_cast<size_t>(self->head_[0]) << 8 | self->head_[1]);
      asio::async_read(self->socket_, asio::buffer(self->body_), [self](error_code failed, size_t) {
        if (failed || self->clients_.expired()) return self->close();
        self->handler_(self->body_, true, [self](std::string answer) { self->write(std::move(answer)); });
      });
    });
  }

 private:
  void write(std::string answer) {
    const auto out = std::make_shared<std::string>(framed(answer));
    asio::async_write(socket_, asio::buffer(*out), [self = shared_from_this(), out](error_code error, size_t) {
      if (error) return self->close();
      self->read();
    });
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
    idle_.cancel();
  }

  tcp::socket socket_;
  asio::steady_timer idle_;
  const DnsHandler& handler_;
  const std::weak_ptr<int> clients_;  // how many there are; expired: the handler is gone
  std::array<uint8_t, 2> head_{};
  std::string body_;
};

class ListenerImpl final : public DnsListener {
 public:
  ListenerImpl(runtime::EventLoop& loop, DnsHandler handler)
      : udp_(loop.io()), tcp_(loop.io()), handler_(std::move(handler)) {}

  Result<void> open(const std::string& address, uint16_t port) {
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (!error) udp_.open(udp::v4(), error);
    if (!error) error = bind_to(udp_, udp::endpoint(ip, port));
    if (!error) tcp_.open(tcp::v4(), error);
    if (!error) error = bind_to(tcp_, tcp::endpoint(ip, port));
    if (!error) tcp_.listen(64, error);
    if (error)
      return Error(base::internal_error(fmt::format("listen for DNS on {}:{}: {}", address, port, error.message())));
    receive();
    accept();
    return {};
  }

 private:
  void receive() {
    udp_.async_receive_from(
        asio::buffer(datagram_), from_, [this, alive = std::weak_ptr(alive_)](error_code error, size_t size) {
          if (alive.expired() || error == asio::error::operation_aborted) return;
          if (!error)
            handler_({datagram_.data(), size}, false, [this, alive, to = from_](const std::string& answer) {
              if (alive.expired()) return;
              error_code dropped;  // a full buffer loses the answer, as networks do
              udp_.send_to(asio::buffer(answer), to, 0, dropped);
            });
          receive();
        });
  }

  void accept() {
    tcp_.async_accept([this, alive = std::weak_ptr(alive_)](error_code error, tcp::socket made) {
      if (alive.expired() || error == asio::error::operation_aborted) return;
      if (!error && *alive_ < kMaxTcpClients) std::make_shared<TcpClient>(std::move(made), handler_, alive_)->read();
      accept();
    });
  }

  udp::socket udp_;
  tcp::acceptor tcp_;
  const DnsHandler handler_;
  udp::endpoint from_;
  std::array<char, kMaxDatagram> datagram_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// One question to one server; ends by answer, error or time, whichever is first.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(runtime::EventLoop& loop, std::string query, std::function<void(std::string)> done)
      : udp_(loop.io()), tcp_(loop.io()), timer_(loop.io()), query_(std::move(query)), done_(std::move(done)) {}

  void start(const std::string& server, uint16_t port, bool by_tcp, runtime::DurationNs timeout) {
    timer_.expires_after(std::chrono::nanoseconds(timeout));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->finish({});
    });
    error_code error;
    const auto ip = asio::ip::make_address(server, error);
    if (error) return finish({});
    if (by_tcp) return start_tcp({ip, port});
    udp_.connect(udp::endpoint(ip, port), error);
    if (!error) udp_.send(asio::buffer(query_), 0, error);
    if (error) return finish({});
    receive();
  }

 private:
  void receive() {
    buffer_.resize(kMaxDatagram);
    udp_.async_receive(asio::buffer(buffer_), [self = shared_from_this()](error_code error, size_t size) {
      if (error) return self->finish({});
      // An answer with another id is not ours; whoever sent it, go on waiting.
      if (size < 12 || self->buffer_.compare(0, 2, self->query_, 0, 2) != 0) return self->receive();
      self->finish(self->buffer_.substr(0, size));
    });
  }

  void start_tcp(const tcp::endpoint& to) {
    tcp_.async_connect(to, [self = shared_from_this()](error_code error) {
      if (error) return self->finish({});
      self->framed_ = framed(self->query_);
      asio::async_write(self->tcp_, asio::buffer(self->framed_), [self](error_code failed, size_t) {
        if (failed) return self->finish({});
        self->read_tcp();
      });
    });
  }

  void read_tcp() {
    buffer_.resize(2);
    asio::async_read(tcp_, asio::buffer(buffer_), [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->finish({});
      const size_t size =
          static_cast<size_t>(static_cast<uint8_t>(self->buffer_[0])) << 8 | static_cast<uint8_t>(self->buffer_[1]);
      self->buffer_.resize(size);
      asio::async_read(self->tcp_, asio::buffer(self->buffer_),
                       [self](error_code failed, size_t) { self->finish(failed ? std::string() : self->buffer_); });
    });
  }

  void finish(std::string answer) {
    const auto done = std::move(done_);
    done_ = nullptr;
    error_code ignored;
    udp_.close(ignored);
    tcp_.close(ignored);
    timer_.cancel();
    if (done) done(std::move(answer));
  }

  udp::socket udp_;
  tcp::socket tcp_;
  asio::steady_timer timer_;
  const std::string query_;
  std::string framed_, buffer_;
  std::function<void(std::string)> done_;
};

}  // namespace

Result<std::unique_ptr<DnsListener>> DnsListener::start(runtime::EventLoop& loop, const std::string& address,
                                                        uint16_t port, DnsHandler handler) {
  auto made = std::make_unique<ListenerImpl>(loop, std::move(handler));
  if (auto opened = made->open(address, port); !opened) return Error(opened.error());
  return made;
}

void ask_server(runtime::EventLoop& loop, const std::string& server, uint16_t port, bool tcp, std::string query,
                runtime::DurationNs timeout, std::function<void(std::string answer)> done) {
  std::make_shared<Asking>(loop, std::move(query), std::move(done))->start(server, port, tcp, timeout);
}

}  // namespace proa::net
