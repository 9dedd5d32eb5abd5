#include "node/streams/spdy_connection.h"

#include <array>
#include <charconv>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "node/streams/spdy.h"
#include "runtime/event_loop_asio.h"

namespace proa::node {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Url {
  std::string host, path;
  uint16_t port = 80;
};

Url parse(const std::string& url) {
  Url out;
  size_t at = url.find("://");
  at = at == std::string::npos ? 0 : at + 3;
  const size_t slash = std::min(url.find('/', at), url.size());
  const std::string authority = url.substr(at, slash - at);
  out.path = slash == url.size() ? "/" : url.substr(slash);
  const size_t colon = authority.rfind(':');
  out.host = authority.substr(0, colon);
  if (colon != std::string::npos)
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), out.port);
  return out;
}

}  // namespace

struct SpdyConnection::State : std::enable_shared_from_this<State> {
  State(runtime::EventLoop& loop, const std::string& address, std::string wanted, Handlers given)
      : socket(loop.io()),
        url(parse(address)),
        protocol(std::move(wanted)),
        handlers(std::move(given)),
        session({[this](uint32_t stream, std::string_view data) {
                   if (handlers.on_data) handlers.on_data(stream, data);
                 },
                 [this](uint32_t stream, bool reset) {
                   if (handlers.on_end) handlers.on_end(stream, reset);
                 }}) {}

  tcp::socket socket;
  Url url;
  std::string protocol;
  Handlers handlers;
  SpdySession session;
  std::array<char, 32768> buffer{};
  std::string head, writing, pending;
  bool open = false, write_under_way = false, closed = false;

  void close(Result<void> how) {
    if (closed) return;
    closed = true;
    error_code ignored;
    socket.close(ignored);
    const Handlers last = std::exchange(handlers, {});
    if (last.on_closed) last.on_closed(std::move(how));
  }

  void broken(const std::string& what, const std::string& why) {
    close(Error(base::service_unavailable(fmt::format("{} the container runtime's streaming server: {}", what, why))));
  }

  void start() {
    error_code failed;
    const auto ip = asio::ip::make_address(url.host, failed);
    socket.async_connect({ip, url.port}, [self = shared_from_this()](error_code no) {
      if (self->closed) return;
      if (no) return self->broken("can't reach", no.message());
      self->pending = fmt::format(
          "POST {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
          "X-Stream-Protocol-Version: {}\r\nContent-Length: 0\r\n\r\n",
          self->url.path, self->url.host, self->url.port, self->protocol);
      self->flush();
      self->read();
    });
  }

  void read() {
    socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](error_code failed, size_t n) {
      if (self->closed) return;
      if (failed == asio::error::eof) return self->close({});
      if (failed) return self->broken("lost", failed.message());
      if (!self->take({self->buffer.data(), n})) return self->close({});
      if (self->closed) return;
      self->flush();
      self->read();
    });
  }

  bool take(std::string_view bytes) {
    if (open) return session.feed(bytes);
    head += bytes;
    const size_t end = head.find("\r\n\r\n");
    if (end == std::string::npos) return head.size() < 65536;
    if (!head.starts_with("HTTP/1.1 101")) {
      broken("refused by", head.substr(end + 4).empty() ? head.substr(0, head.find('\r')) : head.substr(end + 4));
      return true;
    }
    open = true;
    const std::string rest = head.substr(end + 4);
    if (handlers.on_open) handlers.on_open();
    return session.feed(rest);
  }

  void flush() {
    if (open) pending += session.output();
    if (closed || write_under_way || pending.empty()) return;
    writing = std::exchange(pending, {});
    write_under_way = true;
    asio::async_write(socket, asio::buffer(writing), [self = shared_from_this()](error_code failed, size_t) {
      self->write_under_way = false;
      if (self->closed) return;
      if (failed) return self->broken("lost", failed.message());
      self->writing.clear();
      self->flush();
    });
  }
};

SpdyConnection::SpdyConnection(runtime::EventLoop& loop, const std::string& url, const std::string& protocol,
                               Handlers handlers)
    : state_(std::make_shared<State>(loop, url, protocol, std::move(handlers))) {
  state_->start();
}

SpdyConnection::~SpdyConnection() {
  state_->handlers = {};
  state_->close({});
}

uint32_t SpdyConnection::open(const std::map<std::string, std::string>& headers) {
  const uint32_t stream = state_->session.open(headers);
  state_->flush();
  return stream;
}
void SpdyConnection::send(uint32_t stream, std::string_view data) {
  state_->session.send(stream, data);
  state_->flush();
}
void SpdyConnection::finish(uint32_t stream) {
  state_->session.finish(stream);
  state_->flush();
}
size_t SpdyConnection::backlog() const { return state_->pending.size() + state_->writing.size(); }

}  // namespace proa::node
