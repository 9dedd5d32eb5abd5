#include "node/streams/exec_stream.h"

#include <charconv>

#include <fmt/format.h>

#include "node/streams/spdy_connection.h"
#include "object/json.h"

namespace proa::node {

using client::Channel;
using object::View;

namespace {

constexpr size_t kMostBacklog = 32 << 20;

}  // namespace

Result<int> exit_of(const std::string& status_json) {
  const auto status = object::parse_json(status_json);
  if (!status) return Error(base::internal_error("the container runtime did not say how the command ended"));
  const View view = *status;
  if (view["status"].as_string() == "Success") return 0;
  if (view["reason"].as_string() == "NonZeroExitCode")
    for (View cause : view["details"]["causes"].items())
      if (cause["reason"].as_string() == "ExitCode") {
        int code = 1;
        const std::string_view text = cause["message"].as_string();
        std::from_chars(text.data(), text.data() + text.size(), code);
        return code;
      }
  return Error(base::internal_error(view["message"].as_string()));
}

struct ExecStream::State {
  client::ExecOptions options;
  std::function<void(Channel, std::string)> data;
  std::function<void(Result<int>)> end;
  std::unique_ptr<SpdyConnection> connection;
  uint32_t error = 0, in = 0, out = 0, err = 0, size = 0;
  int open_ends = 0;
  bool opened = false, in_finished = false;
  std::string verdict, early_input, early_size;

  void finish(Result<int> how) {
    if (auto call_back = std::exchange(end, nullptr)) call_back(std::move(how));
  }

  void open() {
    const auto stream = [&](const char* type) { return connection->open({{"streamtype", type}}); };
    opened = true;
    error = stream("error");
    open_ends = 1;
    if (options.in) in = stream("stdin");
    if (options.out) out = (++open_ends, stream("stdout"));
    if (options.err && !options.tty) err = (++open_ends, stream("stderr"));
    if (options.tty) size = stream("resize");
    if (!early_size.empty()) connection->send(size, early_size);
    if (in != 0 && !early_input.empty()) connection->send(in, early_input);
    if (in != 0 && in_finished) connection->finish(in);
  }

  void received(uint32_t stream, std::string_view bytes) {
    if (stream == error)
      verdict += bytes;
    else if (stream == out && data)
      data(Channel::kOut, std::string(bytes));
    else if (stream == err && data)
      data(Channel::kErr, std::string(bytes));
  }

  void stream_ended(uint32_t stream) {
    if (stream == error || stream == out || stream == err)
      if (--open_ends == 0) conclude();
  }

  void conclude() { finish(verdict.empty() ? Result<int>(0) : exit_of(verdict)); }
};

ExecStream::ExecStream(runtime::EventLoop& loop, const std::string& url, const client::ExecOptions& options,
                       std::function<void(Channel, std::string)> data, std::function<void(Result<int>)> end)
    : state_(std::make_shared<State>()) {
  state_->options = options;
  state_->data = std::move(data);
  state_->end = std::move(end);
  const std::weak_ptr<State> weak = state_;
  SpdyConnection::Handlers handlers;
  handlers.on_open = [weak] {
    if (const auto self = weak.lock()) self->open();
  };
  handlers.on_data = [weak](uint32_t stream, std::string_view bytes) {
    if (const auto self = weak.lock()) self->received(stream, bytes);
  };
  handlers.on_end = [weak](uint32_t stream, bool) {
    if (const auto self = weak.lock()) self->stream_ended(stream);
  };
  handlers.on_closed = [weak](Result<void> how) {
    const auto self = weak.lock();
    if (!self) return;
    how || !self->verdict.empty() ? self->conclude() : self->finish(Error(how.error()));
  };
  state_->connection = std::make_unique<SpdyConnection>(loop, url, "v4.channel.k8s.io", std::move(handlers));
}

ExecStream::~ExecStream() { state_->end = nullptr; }

void ExecStream::write(const std::string& data) {
  State& s = *state_;
  if (!s.options.in || s.in_finished) return;
  if (data.empty()) {
    s.in_finished = true;
    if (s.opened) s.connection->finish(s.in);
  } else if (!s.opened) {
    s.early_input += data;
  } else {
    s.connection->send(s.in, data);
  }
  if (s.connection->backlog() + s.early_input.size() > kMostBacklog)
    s.finish(Error(base::internal_error("the command does not read its standard input: too much is waiting")));
}

void ExecStream::resize(int columns, int rows) {
  State& s = *state_;
  if (!s.options.tty) return;
  const std::string text = fmt::format("{{\"Width\":{},\"Height\":{}}}", columns, rows);
  if (s.opened)
    s.connection->send(s.size, text);
  else
    s.early_size = text;
}

struct ForwardStream::State {
  std::function<void(std::string)> data;
  std::function<void(Result<void>)> end;
  std::unique_ptr<SpdyConnection> connection;
  uint32_t error = 0, stream = 0;
  int port = 0;
  bool opened = false, finished = false;
  std::string early, complaint;

  void finish(Result<void> how) {
    if (auto call_back = std::exchange(end, nullptr)) call_back(std::move(how));
  }
  void open() {
    opened = true;
    const auto make = [&](const char* type) {
      return connection->open({{"streamtype", type}, {"port", std::to_string(port)}, {"requestid", "0"}});
    };
    error = make("error");
    connection->finish(error);
    stream = make("data");
    if (!early.empty()) connection->send(stream, early);
    if (finished) connection->finish(stream);
  }
  void conclude() { finish(complaint.empty() ? Result<void>() : Error(base::internal_error(complaint))); }
};

ForwardStream::ForwardStream(runtime::EventLoop& loop, const std::string& url, int port,
                             std::function<void(std::string)> data, std::function<void(Result<void>)> end)
    : state_(std::make_shared<State>()) {
  state_->data = std::move(data);
  state_->end = std::move(end);
  state_->port = port;
  const std::weak_ptr<State> weak = state_;
  SpdyConnection::Handlers handlers;
  handlers.on_open = [weak] {
    if (const auto self = weak.lock()) self->open();
  };
  handlers.on_data = [weak](uint32_t stream, std::string_view bytes) {
    const auto self = weak.lock();
    if (!self) return;
    if (stream == self->error)
      self->complaint += bytes;
    else if (self->end)
      self->data(std::string(bytes));
  };
  handlers.on_end = [weak](uint32_t stream, bool) {
    const auto self = weak.lock();
    if (self && stream == self->stream) self->conclude();
  };
  handlers.on_closed = [weak](Result<void> how) {
    const auto self = weak.lock();
    if (!self) return;
    how ? self->conclude() : self->finish(Error(how.error()));
  };
  state_->connection = std::make_unique<SpdyConnection>(loop, url, "portforward.k8s.io", std::move(handlers));
}

ForwardStream::~ForwardStream() { state_->end = nullptr; }

void ForwardStream::write(const std::string& data) {
  State& s = *state_;
  if (s.finished) return;
  if (data.empty()) {
    s.finished = true;
    if (s.opened) s.connection->finish(s.stream);
  } else if (s.opened) {
    s.connection->send(s.stream, data);
  } else {
    s.early += data;
  }
  if (s.connection->backlog() + s.early.size() > kMostBacklog)
    s.finish(Error(base::internal_error("the pod does not take its data: too much is waiting")));
}

}  // namespace proa::node
