// The real network of probes: one connection for each, closed after it. Errors read as Go's net/http words them,
// since users know those texts from events.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "node/probes/grpc_health.h"
#include "node/probes/probe.h"
#include "object/go_text.h"

namespace proa::node {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Kind = ProbeOutcome::Result;

namespace {

constexpr size_t kLongestHead = 64 * 1024, kLongestBody = 10 * 1024;
constexpr int kMostRedirects = 10;

std::string reason_of(error_code failed) {
  if (failed == asio::error::connection_refused) return "connect: connection refused";
  if (failed == asio::error::host_unreachable) return "connect: no route to host";
  if (failed == asio::error::network_unreachable) return "connect: network is unreachable";
  if (failed == asio::error::connection_reset) return "read: connection reset by peer";
  return failed.message();
}

std::string authority_of(const HttpRequest& request) {
  const bool v6 = request.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), request.host, request.port);
}

std::string host_header(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers)
    if (name == "Host") return value;
  return authority_of(request);
}

std::string first_line(std::string_view head) {
  head = head.substr(0, head.find('\n'));
  if (head.ends_with('\r')) head.remove_suffix(1);
  return std::string(head);
}

/// The value of a header, by its lower-case name; empty when it is not there.
std::string header_of(std::string_view head, std::string_view wanted) {
  while (!head.empty()) {
    const std::string line = first_line(head);
    if (line.empty()) break;
    const size_t colon = line.find(':');
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (colon == wanted.size() &&
        std::equal(wanted.begin(), wanted.end(), line.begin(), [&](char w, char l) { return same(l, w); })) {
      const size_t from = line.find_first_not_of(" \t", colon + 1);
      return from == std::string::npos ? "" : line.substr(from);
    }
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
  }
  return {};
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
  HttpRequest request;       // of an HTTP probe: the one under way
  std::string address, url;  // url: empty for a TCP probe
  std::string outgoing, head;
  std::array<char, 4096> buffer{};
  bool connected = false;
  int redirects = 0;

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
    timer.start(timeout, [self = shared_from_this()] { self->late(); });
    dial(host, port);
  }

  void start(HttpRequest what, runtime::DurationNs timeout) {
    timer.start(timeout, [self = shared_from_this()] { self->late(); });
    ask(std::move(what));
  }

  void ask(HttpRequest what) {
    request = std::move(what);
    url = fmt::format("{}://{}{}", request.tls ? "https" : "http", authority_of(request), request.path);
    std::string lines;
    for (const auto& [name, value] : request.headers)
      if (name != "Host") lines += fmt::format("{}: {}\r\n", name, value);
    outgoing = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}Connection: close\r\n\r\n", request.path,
                           host_header(request), lines);
    head.clear();
    connected = false;
    dial(request.host, request.port);
  }

  void dial(const std::string& host, int port) {
    address = fmt::format(fmt::runtime(host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), host, port);
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
      self->request.tls ? self->handshake() : self->send(self->socket);
    });
  }

  void handshake() {
    tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    secure = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket, *tls);
    const std::string name = host_header(request);
    SSL_set_tlsext_host_name(secure->native_handle(), name.substr(0, name.find(':')).c_str());
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
      if (self->body_at() != std::string::npos || self->head.size() > kLongestHead)
        return self->judge(stream, static_cast<bool>(failed));
      if (failed) return self->fail(failed == asio::error::eof ? "EOF" : reason_of(failed));
      self->receive(stream);
    });
  }

  /// Where the body begins; npos while the head is not whole.
  size_t body_at() const {
    for (const std::string_view end : {"\r\n\r\n", "\n\n"})
      if (const size_t at = head.find(end); at != std::string::npos) return at + end.size();
    return std::string::npos;
  }

  template <class Stream>
  void judge(Stream& stream, bool is_whole) {
    int status = 0;
    if (head.starts_with("HTTP/1.") && head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
    if (status == 0)
      return fail(fmt::format("net/http: HTTP/1.x transport connection broken: malformed HTTP response {}",
                              object::go_quoted(first_line(head))));
    if (status < 200 || status >= 400)
      return finish(Kind::kFailure, fmt::format("HTTP probe failed with statuscode: {}", status));
    if (status < 300) return finish(Kind::kSuccess, {});
    const std::string location = header_of(head, "location");
    const bool moves = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (auto next = moves ? redirected(request, location) : std::nullopt) return follow(std::move(*next));
    if (is_whole || head.size() >= body_at() + kLongestBody || has_whole_body())
      return finish(Kind::kWarning,
                    "Probe terminated redirects, Response body: " + head.substr(body_at(), kLongestBody));
    receive(stream);
  }

  bool has_whole_body() const {
    size_t length = 0;
    const std::string text = header_of(head, "content-length");
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
    return failed == std::errc() && head.size() - body_at() >= length;
  }

  void follow(HttpRequest next) {
    if (++redirects >= kMostRedirects) return fail(fmt::format("stopped after {} redirects", kMostRedirects));
    error_code ignored;
    secure.reset();
    socket.close(ignored);
    ask(std::move(next));
  }
};

class RealNetwork : public ProbeNetwork {
 public:
  explicit RealNetwork(runtime::EventLoop& loop) : loop_(loop) {}

  void http(const HttpRequest& request, runtime::DurationNs timeout, ProbeDone done) override {
    std::make_shared<Attempt>(loop_, std::move(done))->start(request, timeout);
  }

  void grpc(const std::string& host, int port, const std::string& service, runtime::DurationNs timeout,
            ProbeDone done) override {
    check_grpc_health(loop_, host, port, service, timeout, std::move(done));
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
