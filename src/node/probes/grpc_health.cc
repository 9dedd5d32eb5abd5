#include "node/probes/grpc_health.h"

#include <array>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "node/cri/grpc_session.h"
#include "node/cri/wire.h"
#include "object/go_text.h"
#include "object/time.h"
#include "runtime/event_loop_asio.h"

namespace proa::node {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Kind = ProbeOutcome::Result;

namespace {

constexpr int64_t kServing = 1;

std::string serving_status(int64_t status) {
  constexpr std::array kNames = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return status >= 0 && status < static_cast<int64_t>(kNames.size()) ? kNames[static_cast<size_t>(status)]
                                                                     : std::to_string(status);
}

/// One check under way. It owns itself by the handlers that are pending.
struct Check : std::enable_shared_from_this<Check> {
  Check(runtime::EventLoop& loop, runtime::DurationNs limit, ProbeDone call_back)
      : socket(loop.io()), timer(loop), timeout(limit), done(std::move(call_back)) {}

  tcp::socket socket;
  runtime::Timer timer;
  runtime::DurationNs timeout;
  ProbeDone done;
  cri::GrpcSession session;
  std::array<char, 4096> buffer{};
  std::string address, writing, answer;
  bool has_answered = false, is_writing = false;

  void finish(Kind result, std::string output) {
    timer.stop();
    error_code ignored;
    socket.close(ignored);
    session.forget();
    if (auto call_back = std::exchange(done, nullptr)) call_back({result, std::move(output)});
  }

  std::string limit() const { return object::format_go_duration(timeout); }

  /// Also where nobody listens, at once: upstream goes on trying until the time is over and then says this.
  void unreachable() {
    finish(Kind::kFailure, fmt::format("timeout: failed to connect service \"{}\" within {}: context deadline exceeded",
                                       address, limit()));
  }

  void late() {
    if (!has_answered) return unreachable();
    finish(Kind::kFailure, fmt::format("timeout: health rpc did not complete within {}", limit()));
  }

  void start(const std::string& host, int port, const std::string& service) {
    const bool v6 = host.find(':') != std::string::npos;
    address = fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), host, port);
    timer.start(timeout, [self = shared_from_this()] { self->late(); });
    session.call("/grpc.health.v1.Health/Check", cri::WireWriter().text(1, service).bytes(),
                 {[this](std::string_view message) { answer = message; },
                  [this](const Result<void>& how) { how ? judge() : failed(how.error()); }});
    error_code no_address;
    const auto ip = asio::ip::make_address(host, no_address);
    socket.async_connect({ip, static_cast<uint16_t>(port)}, [self = shared_from_this()](error_code refused) {
      if (!self->done) return;
      if (refused) return self->unreachable();
      self->write();
      self->read();
    });
  }

  void write() {
    if (is_writing || (writing = session.output()).empty()) return;
    is_writing = true;
    asio::async_write(socket, asio::buffer(writing), [self = shared_from_this()](error_code failed, size_t) {
      if (!self->done || failed) return;
      self->is_writing = false;
      self->write();
    });
  }

  void read() {
    socket.async_read_some(asio::buffer(buffer), [self = shared_from_this()](error_code failed, size_t n) {
      if (!self->done) return;
      if (failed && !self->has_answered) return self->unreachable();
      if (failed)
        return self->session.fail(
            cri::grpc_error(cri::grpc::kUnavailable, "error reading from server: " + failed.message()));
      if (!self->session.feed({self->buffer.data(), n}) && self->done) return self->unreachable();
      if (!self->done) return;
      constexpr char kSettings = 4;  // what a server of HTTP/2 begins with
      if (n > 3 && self->buffer[3] == kSettings) self->has_answered = true;
      self->write();
      self->read();
    });
  }

  void judge() {
    int64_t status = 0;
    for (cri::WireReader reader(answer); reader.next();)
      if (reader.field() == 1) status = reader.number();
    if (status == kServing) return finish(Kind::kSuccess, "service healthy");
    finish(Kind::kFailure,
           fmt::format("service unhealthy (responded with {})", object::go_quoted(serving_status(status))));
  }

  void failed(const Status& why) {
    if (why.is("MethodNotAllowed"))
      return finish(
          Kind::kFailure,
          "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " + why.message);
    if (why.is("Timeout")) return late();
    finish(Kind::kFailure, "error: health rpc probe failed: " + cri::rpc_text(why));
  }
};

}  // namespace

void check_grpc_health(runtime::EventLoop& loop, const std::string& host, int port, const std::string& service,
                       runtime::DurationNs timeout, ProbeDone done) {
  std::make_shared<Check>(loop, timeout, std::move(done))->start(host, port, service);
}

}  // namespace proa::node
