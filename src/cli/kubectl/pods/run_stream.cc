// The client's end of exec and attach.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "cli/kubectl/pods/streams.h"
#include "cli/kubectl/pods/terminal.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::View;
using Socket = std::unique_ptr<http::ClientSocket>;

constexpr char kIn = 0, kOut = 1, kErr = 2, kError = 3, kResize = 4;
constexpr char kClose = static_cast<char>(255);
constexpr int kSizeCheckMs = 250;

std::string framed(char channel, std::string_view data) { return std::string(1, channel) + std::string(data); }

/// Sends stdin until its end, and the terminal's size when it changes. Ended by stop().
class InputPump {
 public:
  InputPump(http::ClientSocket& socket, bool in, bool tty, bool can_close)
      : socket_(socket), in_(in), tty_(tty), can_close_(can_close), wake_(eventfd(0, EFD_CLOEXEC)), thread_([this] {
          loop();
        }) {}
  ~InputPump() {
    const uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    thread_.join();
    close(wake_);
  }

 private:
  void loop() {
    TerminalSize size;
    bool open = in_;
    for (;;) {
      if (tty_) tell_size(size);
      pollfd ends[2] = {{wake_, POLLIN, 0}, {open ? STDIN_FILENO : -1, POLLIN, 0}};
      if (poll(ends, 2, tty_ ? kSizeCheckMs : -1) < 0) continue;
      if ((ends[0].revents & POLLIN) != 0) return;
      if (ends[1].revents != 0) open = forward();
    }
  }
  /// False at the end of input.
  bool forward() {
    char buffer[32768];
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got > 0) return socket_.send_binary(framed(kIn, {buffer, static_cast<size_t>(got)})).has_value();
    if (can_close_) (void)socket_.send_binary(framed(kClose, std::string(1, kIn)));
    return false;
  }
  void tell_size(TerminalSize& last) {
    const TerminalSize now = terminal_size();
    if (now.columns == last.columns && now.rows == last.rows) return;
    last = now;
    (void)socket_.send_binary(framed(kResize, fmt::format("{{\"Width\":{},\"Height\":{}}}", now.columns, now.rows)));
  }

  http::ClientSocket& socket_;
  const bool in_, tty_, can_close_;
  const int wake_;
  std::thread thread_;
};

/// The Status at the end: success, or the command's exit code.
Try<void> verdict(const std::string& json) {
  auto parsed = object::parse_json(json);
  if (!parsed) return fail("error stream protocol error: " + parsed.error().message);
  const View status = *parsed;
  if (status["status"].as_string() == "Success") return {};
  if (status["reason"].as_string() == "NonZeroExitCode")
    for (View cause : status["details"]["causes"].items()) {
      if (cause["reason"].as_string() != "ExitCode") continue;
      int code = 1;
      const auto text = cause["message"].as_string();
      std::from_chars(text.data(), text.data() + text.size(), code);
      return Failed(Failure::verbatim(fmt::format("command terminated with exit code {}", code)).with_exit_code(code));
    }
  return fail(status["message"].str());
}

Try<void> receive(Session& session, http::ClientSocket& socket, size_t* received) {
  std::optional<std::string> last;
  for (;;) {
    auto message = socket.receive();
    if (!message) {
      if (last) break;
      return Failed(Failure::text("error: " + message.error().message));
    }
    if (!message->open) break;
    if (message->data.empty()) continue;
    const std::string_view data = std::string_view(message->data).substr(1);
    if (received != nullptr && (message->data[0] == kOut || message->data[0] == kErr)) *received += data.size();
    switch (message->data[0]) {
      case kOut: session.out(data); break;
      case kErr: session.err(data); break;
      case kError: last = last.value_or("") + std::string(data); break;
      default: break;
    }
    if (last && !last->empty() && object::parse_json(*last)) break;
  }
  return last && !last->empty() ? verdict(*last) : Try<void>();
}

}  // namespace

bool can_use_tty(Session& session, bool wanted, bool in, bool quiet) {
  if (!wanted || !in) return false;
  if (stdin_is_terminal()) return true;
  if (!quiet) session.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
  return false;
}

Try<void> run_stream(Session& session, const StreamRequest& request) {
  const bool tty = can_use_tty(session, request.tty, request.in, request.quiet);
  Params params;
  for (const auto& word : request.command) params.emplace_back("command", word);
  params.emplace_back("container", request.container);
  if (request.in) params.emplace_back("stdin", "true");
  params.emplace_back("stdout", "true");
  if (!tty) params.emplace_back("stderr", "true");
  if (tty) params.emplace_back("tty", "true");
  const std::string path = request.pod.mapping.path(request.pod.name_space, request.pod.name, request.subresource);
  auto socket = session.api().websocket(target_of(path, params), {"v5.channel.k8s.io", "v4.channel.k8s.io"});
  if (!socket) return Failed(socket.error());
  std::optional<RawTerminal> raw;
  if (tty) raw.emplace();
  Try<void> result;
  {
    InputPump pump(**socket, request.in, tty, (*socket)->protocol() == "v5.channel.k8s.io");
    result = receive(session, **socket, request.received);
  }
  (*socket)->close();
  return result;
}

}  // namespace proa::cli::kubectl
