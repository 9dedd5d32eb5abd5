// exec, attach and port-forward over WebSocket: a byte of channel number before each message, as the protocols
// v4.channel.k8s.io and v5.channel.k8s.io have it (5 adds 255, which closes a channel).
#include <charconv>
#include <mutex>

#include <fmt/format.h>

#include "api/pod_access.h"
#include "api/subresources.h"
#include "object/json.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

enum Channel : char { kStdin = 0, kStdout = 1, kStderr = 2, kError = 3, kResize = 4 };
constexpr unsigned char kClose = 255;

/// What channel 3 says at the end: success, or a Status with the exit code as a cause.
std::string outcome(const Result<int>& result) {
  if (result && *result == 0)
    return object::to_json(Value::object({{"metadata", Value::object()}, {"status", "Success"}}));
  if (!result) return object::to_json(status_value(result.error()));
  Value out = Value::object({{"metadata", Value::object()}, {"status", "Failure"}});
  out.set("message", fmt::format("command terminated with non-zero exit code: exit status {}", *result));
  out.set("reason", "NonZeroExitCode");
  Value cause = Value::object({{"reason", "ExitCode"}, {"message", std::to_string(*result)}});
  out["details"]["causes"].push_back(std::move(cause));
  return object::to_json(out);
}

/// One running exec or attach: the socket on one side, the node's stream on the other.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(std::shared_ptr<http::Socket> socket) : socket_(std::move(socket)) {}

  void start(const PodAccess& access, const client::ExecOptions& options) {
    const auto self = shared_from_this();
    socket_->on_message = [self](std::string message, bool) { self->message(std::move(message)); };
    socket_->on_close = [self] { self->drop(); };
    auto stream = access.streams->exec(
        access.pod, options,
        [self](client::Channel channel, std::string data) {
          self->send(channel == client::Channel::kOut ? kStdout : kStderr, data);
        },
        [self](Result<int> result) { self->end(result); });
    const std::lock_guard lock(mutex_);
    if (!over_) stream_ = std::move(stream);
  }

 private:
  void send(char channel, std::string_view data) {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    std::string message(1, channel);
    message += data;
    socket_->send_binary(std::move(message));
  }
  void end(const Result<int>& result) {
    send(kError, outcome(result));
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
    socket_->close(1000, "");
  }
  void message(std::string message) {
    const std::lock_guard lock(mutex_);
    if (over_ || stream_ == nullptr || message.empty()) return;
    const unsigned char channel = static_cast<unsigned char>(message[0]);
    if (channel == kStdin && message.size() > 1) stream_->write(message.substr(1));
    if (channel == kClose && message.size() > 1 && message[1] == kStdin) stream_->write("");
    if (channel != kResize) return;
    const auto size = object::parse_json(std::string_view(message).substr(1));
    if (size)
      stream_->resize(static_cast<int>(View(*size)["Width"].as_int()),
                      static_cast<int>(View(*size)["Height"].as_int()));
  }
  void drop() {
    std::unique_ptr<client::PodStream> gone;
    const std::lock_guard lock(mutex_);
    over_ = true;
    gone = std::move(stream_);
  }

  const std::shared_ptr<http::Socket> socket_;
  std::mutex mutex_;
  std::unique_ptr<client::PodStream> stream_;
  bool over_ = false;
};

/// Port-forward over plain channels: two per port, data and error, each opened by the port's number in two bytes.
class Forward : public std::enable_shared_from_this<Forward> {
 public:
  explicit Forward(std::shared_ptr<http::Socket> socket) : socket_(std::move(socket)) {}

  void start(const PodAccess& access, const std::vector<int>& ports) {
    const auto self = shared_from_this();
    socket_->on_message = [self](std::string message, bool) { self->message(std::move(message)); };
    socket_->on_close = [self] { self->drop(); };
    streams_.resize(ports.size());
    for (size_t i = 0; i < ports.size(); ++i) {
      const char data = static_cast<char>(2 * i), error = static_cast<char>(2 * i + 1);
      const std::string port{static_cast<char>(ports[i] & 255), static_cast<char>(ports[i] >> 8)};
      send(data, port);
      send(error, port);
      auto stream = access.streams->port_forward(
          access.pod, ports[i], [self, data](std::string bytes) { self->send(data, bytes); },
          [self, error](Result<void> result) {
            if (!result) self->send(error, result.error().message);
            self->socket_->close(1000, "");
          });
      const std::lock_guard lock(mutex_);
      streams_[i] = std::move(stream);
    }
  }

 private:
  void send(char channel, std::string_view data) { socket_->send_binary(std::string(1, channel).append(data)); }
  void message(std::string message) {
    const std::lock_guard lock(mutex_);
    if (message.empty()) return;
    const size_t at = static_cast<unsigned char>(message[0]) / 2;
    if (at < streams_.size() && streams_[at] != nullptr && message[0] % 2 == 0) streams_[at]->write(message.substr(1));
  }
  void drop() {
    std::vector<std::unique_ptr<client::PodStream>> gone;
    const std::lock_guard lock(mutex_);
    gone = std::move(streams_);
  }

  const std::shared_ptr<http::Socket> socket_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<client::PodStream>> streams_;
};

client::ExecOptions exec_options(const Exchange& exchange, std::string container) {
  const http::Query& query = exchange.query();
  return {.container = std::move(container),
          .command = exchange.route.subresource == "exec" ? query.all("command") : std::vector<std::string>(),
          .in = query_flag(query, "stdin"),
          .out = query_flag(query, "stdout"),
          .err = query_flag(query, "stderr"),
          .tty = query_flag(query, "tty")};
}

}  // namespace

void serve_pod_exec(const ExchangePtr& exchange) {
  auto access = find_pod(*exchange);
  if (!access) return exchange->fail(access.error());
  const auto container = choose_container(*access, exchange->query().get("container"));
  if (!container) return exchange->fail(container.error());
  if (access->streams == nullptr) return exchange->fail(no_node());
  const client::ExecOptions options = exec_options(*exchange, *container);
  if (options.command.empty() && exchange->route.subresource == "exec")
    return exchange->fail(base::bad_request("you must specify at least one command for the container"));
  if (!options.in && !options.out && !options.err)
    return exchange->fail(base::bad_request("you must specify at least 1 of stdin, stdout, stderr"));
  exchange->answered = 101;
  exchange->writer->accept_websocket({"v5.channel.k8s.io", "v4.channel.k8s.io"},
                                     [access = *access, options](std::shared_ptr<http::Socket> socket) {
                                       std::make_shared<Session>(std::move(socket))->start(access, options);
                                     });
}

void serve_pod_port_forward(const ExchangePtr& exchange) {
  auto access = find_pod(*exchange);
  if (!access) return exchange->fail(access.error());
  std::vector<int> ports;
  for (const std::string& text : exchange->query().all("ports")) {
    int port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    if (port < 1 || port > 65535)
      return exchange->fail(base::bad_request(fmt::format("unable to parse \"{}\" as a port", text)));
    ports.push_back(port);
  }
  if (access->streams == nullptr) return exchange->fail(no_node());
  if (ports.empty())
    return exchange->fail(base::bad_request(
        "query parameter \"ports\" is required: the SPDY that kubectl port-forward speaks is not served here; "
        "proa kubectl port-forward does without it"));
  exchange->answered = 101;
  exchange->writer->accept_websocket({"v4.channel.k8s.io"},
                                     [access = *access, ports](std::shared_ptr<http::Socket> socket) {
                                       std::make_shared<Forward>(std::move(socket))->start(access, ports);
                                     });
}

}  // namespace proa::api
