// The real network of probes: one connection for each, closed after it. Errors read as Go's net/http words them,
// since users know those texts from events.
#include <array>
#include <charconv>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "node/probes/probe.h"

namespace proa::node {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Kind = ProbeOutcome::Result;

namespace {

constexpr size_t kLongestHead = 64 * 1024;

std::string reason_of(error_code failed) {
  if (failed == asio::error::connection_refused) return "connect: connection refused";
  if (failed == asio::error::host_unreachable) return "connect: no route to host";
  if (failed == asio::error::network_unreachable) return "connect: network is unreachable";
  if (failed == asio::error::connection_reset) return "read: connection reset by peer";
  return failed.message();
}

/// One probe under way. It owns itself by the handlers that are pending.
struct Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(runtime::EventLoop& event_loop, ProbeDone call_back)
      : loop(event_loop), socket(loop.io()), resolver(loop.io()), timer(event_loop), done(std::move(call_back)) {}

  runtime::EventLoop& loop;
  tcp::socket socket;
  tcp::resolver resolver;
  std::unique_ptr<asio::ssl::context> tls;
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> secure;
  runtime::Timer timer;
  ProbeDone done;
  std::string address, url;  // url: of an HTTP probe
  std::string outgoing, head;
  std::array<char, 4096> buffer{};
  bool connected = false, wants_tls = false;
  std::string tls_host;

  void finish(Kind result, std::string output) {
    timer.stop();
    error_code ignored;
    resolver.cancel();
    socket.close(ignored);
    if (auto call_back = std::exchange(done, nullptr)) call_back({result, std::move(output)});
  }

  void fail(const std::string& why) {
    finish(Kind::kFailure, url.empty() ? why : fmt::format("Get \"{}\": {}", url, why));
  }

  void start(const std::string& host, int port, runtime::DurationNs timeout) {
    address = fmt::format(fmt::runtime(host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), host, port);
    timer.start(timeout, [self = shared_from_this()] { self->late(); });
    error_code no_address;
    const auto ip = asio::ip::make_address(host, no_address);
    if (!no_address) return connect(tcp::endpoint(ip, static_cast<uint16_t>(port)));
    resolver.async_resolve(host, std::to_string(port),
                           [self = shared_from_this(), host](error_code failed, const auto& found) {
                             if (!self->done) return;
                             if (failed) return self->fail(fmt::format("dial tcp: lookup {}: no such host", host));
                             self->connect(*found.begin());
                           });
  }

  void late() {
    if (url.empty()) return fail(fmt::format("dial tcp {}: i/o timeout", address));
    fail(connected ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                   : fmt::format("dial tcp {}: i/o timeout", address));
  }

  void connect(const tcp::endpoint& endpoint) {
    socket.async_connect(endpoint, [self = shared_from_this()](error_code failed) {
      if (!self->done) return;
      if (failed) return self->fail(fmt::format("dial tcp {}: {}", self->address, reason_of(failed)));
      self->connected = true;
      if (self->outgoing.empty()) return self->finish(Kind::kSuccess, {});
      self->wants_tls ? self->handshake() : self->send(self->socket);
    });
  }

  void handshake() {
    tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    secure = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket, *tls);
    if (!tls_host.empty()) SSL_set_tlsext_host_name(secure->native_handle(), tls_host.c_str());
    secure->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
      if (!self->done) return;
      if (failed) return self->fail("http: server gave HTTP response to HTTPS client");
      self->send(*self->secure);
    });
  }

  template <class Stream>
  void send(Stream& stream) {
    asio::async_write(stream, asio::buffer(outgoing), [self = shared_from_this(), &stream](error_code failed, size_t) {
      if (!self->done) return;
      if (failed) return self->fail(reason_of(failed));
      self->receive(stream);
    });
  }

  template <class Stream>
  void receive(Stream& stream) {
    stream.async_read_some(asio::buffer(buffer), [self = shared_from_this(), &stream](error_code failed, size_t n) {
      if (!self->done) return;
      self->head.append(self->buffer.data(), n);
      if (self->head.find("\r\n\r\n") != std::string::npos || self->head.find("\n\n") != std::string::npos ||
          self->head.size() > kLongestHead)
        return self->judge();
      if (failed) return self->fail(failed == asio::error::eof ? "EOF" : reason_of(failed));
      self->receive(stream);
    });
  }

  void judge() {
    int status = 0;
    if (head.starts_with("HTTP/1.") && head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
    if (status == 0)
      return fail(fmt::format("net/http: HTTP/1.x transport connection broken: malformed HTTP response \"{}\"",
                              head.substr(0, head.find('\n'))));
    if (status < 200 || status >= 400)
      return finish(Kind::kFailure, fmt::format("HTTP probe failed with statuscode: {}", status));
    if (status >= 300) return finish(Kind::kWarning, "Probe terminated redirects, Response body: ");
    finish(Kind::kSuccess, {});
  }
};

class RealNetwork : public ProbeNetwork {
 public:
  explicit RealNetwork(runtime::EventLoop& loop) : loop_(loop) {}

  void http(const HttpRequest& request, runtime::DurationNs timeout, ProbeDone done) override {
    auto attempt = std::make_shared<Attempt>(loop_, std::move(done));
    attempt->wants_tls = request.tls;
    const std::string authority = fmt::format("{}:{}", request.host, request.port);
    attempt->url = fmt::format("{}://{}{}", request.tls ? "https" : "http", authority, request.path);
    std::string host = authority, lines;
    for (const auto& [name, value] : request.headers) {
      if (name == "Host")
        host = value;
      else
        lines += fmt::format("{}: {}\r\n", name, value);
    }
    attempt->tls_host = host.substr(0, host.find(':'));
    attempt->outgoing =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", request.path, host, lines);
    attempt->start(request.host, request.port, timeout);
  }

  void tcp(const std::string& host, int port, runtime::DurationNs timeout, ProbeDone done) override {
    std::make_shared<Attempt>(loop_, std::move(done))->start(host, port, timeout);
  }

 private:
  runtime::EventLoop& loop_;
};

}  // namespace

std::unique_ptr<ProbeNetwork> make_probe_network(runtime::EventLoop& loop) {
  return std::make_unique<RealNetwork>(loop);
}

}  // namespace proa::node
