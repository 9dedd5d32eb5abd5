#include "node/cri/grpc_channel.h"

#include <array>
#include <deque>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "node/cri/grpc_session.h"

namespace proa::node::cri {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

struct GrpcChannel::Connection : std::enable_shared_from_this<Connection> {
  enum class State { kIdle, kConnecting, kOpen };

  Connection(runtime::EventLoop& event_loop, std::string socket_path)
      : loop(event_loop), path(std::move(socket_path)), socket(loop.io()) {}

  runtime::EventLoop& loop;
  std::string path;
  std::string space;
  Socket socket;
  State state = State::kIdle;
  std::unique_ptr<GrpcSession> session, failing;  // failing: of a broken connection, while its calls are told
  std::array<char, 32768> buffer{};
  std::string writing;
  bool write_under_way = false;
  bool closed = false;
  uint64_t epoch = 0;  // counts connections: a callback of an old one is passed over
  struct Waiting {
    std::function<void()> send;
    std::function<void(const Status&)> fail;
  };
  std::deque<Waiting> waiting;  // for the connection

  void when_open(Waiting what) {
    if (state == State::kOpen) return what.send();
    waiting.push_back(std::move(what));
    if (state == State::kIdle) connect();
  }

  void connect() {
    state = State::kConnecting;
    socket = Socket(loop.io());
    const uint64_t mine = ++epoch;
    socket.async_connect(asio::local::stream_protocol::endpoint(path),
                         [self = shared_from_this(), mine](error_code failed) {
                           if (self->closed || mine != self->epoch) return;
                           if (failed) return self->broken(failed.message());
                           self->opened();
                         });
  }

  void opened() {
    state = State::kOpen;
    session = std::make_unique<GrpcSession>();
    read();
    auto ready = std::exchange(waiting, {});
    for (Waiting& each : ready)
      if (!closed) each.send();
    if (!closed) flush();
  }

  void read() {
    socket.async_read_some(asio::buffer(buffer),
                           [self = shared_from_this(), mine = epoch](error_code failed, size_t n) {
                             if (self->closed || mine != self->epoch) return;
                             if (failed) return self->broken(failed.message());
                             if (!self->session->feed({self->buffer.data(), n}))
                               return self->broken("the peer broke the HTTP/2 protocol");
                             if (self->closed || mine != self->epoch) return;
                             self->flush();
                             self->read();
                           });
  }

  void flush() {
    if (write_under_way || state != State::kOpen) return;
    writing = session->output();
    if (writing.empty()) return;
    write_under_way = true;
    asio::async_write(socket, asio::buffer(writing),
                      [self = shared_from_this(), mine = epoch](error_code failed, size_t) {
                        if (self->closed || mine != self->epoch) return;
                        self->write_under_way = false;
                        if (failed) return self->broken(failed.message());
                        self->flush();
                      });
  }

  void broken(const std::string& why) {
    ++epoch;
    state = State::kIdle;
    write_under_way = false;
    error_code ignored;
    socket.close(ignored);
    const Status status =
        grpc_error(grpc::kUnavailable, fmt::format("no answer from the container runtime at {}: {}", path, why));
    failing = std::move(session);
    auto unsent = std::exchange(waiting, {});
    // Each of those who are told may destroy the channel: the others hear nothing then.
    if (failing) failing->fail(status);
    failing.reset();
    for (Waiting& each : unsent)
      if (!closed) each.fail(status);
  }

  /// Starts a call on the open connection; the flush is posted, so that calls made in one go share a write.
  int start(const std::string& method, std::string request, GrpcSession::Handlers handlers, int64_t timeout_ms) {
    std::vector<std::pair<std::string, std::string>> metadata;
    if (!space.empty()) metadata.emplace_back("containerd-namespace", space);
    const int stream = session->call(method, std::move(request), std::move(handlers), timeout_ms, metadata);
    loop.post([self = shared_from_this(), mine = epoch, stream] {
      if (self->closed || mine != self->epoch) return;
      stream > 0 ? self->flush() : self->broken("the peer is going away");
    });
    return stream;
  }
};

namespace {

/// One unary call: its answer so far and its timer.
struct Unary {
  explicit Unary(runtime::EventLoop& loop) : timer(loop) {}
  std::optional<std::string> answer;
  runtime::Timer timer;
  std::function<void(Result<std::string>)> done;

  void finish(Result<std::string> result) {
    timer.stop();
    if (auto call_back = std::exchange(done, nullptr)) call_back(std::move(result));
  }
};

}  // namespace

GrpcChannel::GrpcChannel(runtime::EventLoop& loop, std::string socket_path)
    : connection_(std::make_shared<Connection>(loop, std::move(socket_path))) {}

GrpcChannel::~GrpcChannel() {
  connection_->closed = true;
  error_code ignored;
  connection_->socket.close(ignored);
  connection_->waiting.clear();
  for (const auto& session : {connection_->session.get(), connection_->failing.get()})
    if (session != nullptr) session->forget();
}

void GrpcChannel::set_namespace(std::string name) { connection_->space = std::move(name); }

void GrpcChannel::call(std::string path, std::string request, runtime::DurationNs timeout,
                       std::function<void(Result<std::string>)> done) {
  auto unary = std::make_shared<Unary>(connection_->loop);
  unary->done = std::move(done);
  const auto send = [connection = connection_, unary, timeout, path, request = std::move(request)]() mutable {
    GrpcSession::Handlers handlers;
    handlers.on_message = [unary](std::string_view message) { unary->answer = message; };
    handlers.on_end = [unary, path](Result<void> how) {
      if (!how) return unary->finish(Error(std::move(how.error())));
      if (!unary->answer)
        return unary->finish(Error(grpc_error(grpc::kInternal, path + ": an answer without a message")));
      unary->finish(std::move(*unary->answer));
    };
    const int stream =
        connection->start(path, std::move(request), std::move(handlers), timeout / runtime::kMillisecond);
    if (timeout == 0) return;
    // A little more than the server was told, so that its own words come first.
    unary->timer.start(timeout + timeout / 8, [connection, unary, stream, path, mine = connection->epoch] {
      if (connection->closed) return;
      const Status late = grpc_error(grpc::kDeadlineExceeded, fmt::format("{}: context deadline exceeded", path));
      if (mine == connection->epoch && connection->session) {
        connection->session->cancel(stream, late);
        connection->flush();
      }
      unary->finish(Error(late));
    });
  };
  connection_->when_open({send, [unary](const Status& why) { unary->finish(Error(why)); }});
}

void GrpcChannel::stream(std::string path, std::string request, std::function<void()> on_open,
                         std::function<void(std::string_view)> on_message, std::function<void(Result<void>)> on_end) {
  const auto send = [connection = connection_, path, request = std::move(request), on_open, on_message,
                     on_end]() mutable {
    connection->start(path, std::move(request), {on_message, on_end}, 0);
    if (on_open) on_open();
  };
  connection_->when_open({send, [on_end](const Status& why) { on_end(Error(why)); }});
}

}  // namespace proa::node::cri
