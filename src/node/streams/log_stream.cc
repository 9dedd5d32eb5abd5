#include "node/streams/log_stream.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include "node/streams/log_file.h"
#include "runtime/event_loop_asio.h"

namespace proa::node {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr size_t kPiece = 64 * 1024;

}  // namespace

struct LogStream::State : std::enable_shared_from_this<State> {
  State(runtime::EventLoop& event_loop, std::string file, const client::LogOptions& given, Handlers call_backs)
      : loop(event_loop),
        path(std::move(file)),
        options(given),
        handlers(std::move(call_backs)),
        filter(given, loop.clock().wall()),
        changes(loop.io()) {}
  ~State() {
    if (fd >= 0) ::close(fd);
  }

  runtime::EventLoop& loop;
  std::string path;
  client::LogOptions options;
  Handlers handlers;
  LogFilter filter;
  asio::posix::stream_descriptor changes;
  std::array<char, 4096> notes{};
  int fd = -1, file_watch = -1;
  bool waiting = false, moved = false, over = false;

  void start() {
    if (options.follow) watch();
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return end(Error(base::internal_error(
          fmt::format("failed to try resolving symlinks in path \"{0}\": open {0}: {1}", path, std::strerror(errno)))));
    if (options.tail_lines) ::lseek(fd, tail_offset(fd, *options.tail_lines), SEEK_SET);
    pump();
  }

  void end(Result<void> how) {
    if (std::exchange(over, true)) return;
    error_code ignored;
    changes.close(ignored);
    const Handlers last = std::exchange(handlers, {});
    if (last.end) last.end(std::move(how));
  }

  // ---- reading

  void pump() {
    if (over) return;
    const bool runs = options.follow && handlers.container_runs();  // asked first: what it wrote last is then there
    std::string piece(kPiece, '\0');
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n > 0) {
      piece.resize(static_cast<size_t>(n));
      std::string errors;
      std::string text = filter.feed(piece, handlers.errors ? &errors : nullptr);
      give(std::move(text), std::move(errors));
      if (over) return;
      if (filter.full()) return end({});
      return again();
    }
    if (moved && reopen()) return again();
    if (runs) {
      waiting = true;
      return;
    }
    std::string errors;
    std::string text = filter.finish(handlers.errors ? &errors : nullptr);
    give(std::move(text), std::move(errors));
    end({});
  }

  void give(std::string text, std::string errors) {
    if (!text.empty()) handlers.data(std::move(text));
    if (!errors.empty() && handlers.errors) handlers.errors(std::move(errors));
  }

  void again() {
    waiting = false;
    loop.post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->pump();
    });
  }

  /// After a rotation the file of that name is a new one.
  bool reopen() {
    const int fresh = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fresh < 0) return false;
    struct stat a{}, b{};
    if (::fstat(fd, &a) == 0 && ::fstat(fresh, &b) == 0 && a.st_ino == b.st_ino) {
      ::close(fresh);
      return false;
    }
    ::close(fd);
    fd = fresh;
    moved = false;
    if (changes.is_open())
      file_watch = ::inotify_add_watch(changes.native_handle(), path.c_str(), IN_MODIFY | IN_MOVE_SELF);
    return true;
  }

  // ---- waiting

  void watch() {
    const int notify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (notify < 0) return;
    changes.assign(notify);
    file_watch = ::inotify_add_watch(notify, path.c_str(), IN_MODIFY | IN_MOVE_SELF);
    (void)::inotify_add_watch(notify, path.substr(0, path.rfind('/')).c_str(), IN_CREATE | IN_MOVED_TO);
    listen();
  }

  void listen() {
    changes.async_read_some(asio::buffer(notes), [weak = weak_from_this()](error_code failed, size_t n) {
      const auto self = weak.lock();
      if (!self || self->over || failed) return;
      for (size_t at = 0; at + sizeof(inotify_event) <= n;) {
        inotify_event event{};
        std::memcpy(&event, self->notes.data() + at, sizeof event);
        if ((event.mask & (IN_MOVE_SELF | IN_CREATE | IN_MOVED_TO)) != 0) self->moved = true;
        at += sizeof event + event.len;
      }
      self->listen();
      if (self->waiting) self->again();
    });
  }
};

LogStream::LogStream(runtime::EventLoop& loop, std::string path, const client::LogOptions& options, Handlers handlers)
    : state_(std::make_shared<State>(loop, std::move(path), options, std::move(handlers))) {
  loop.post([state = state_] { state->start(); });
}

LogStream::~LogStream() {
  state_->handlers = {};
  state_->end({});
}

void LogStream::check() {
  if (state_->waiting) state_->again();
}

}  // namespace proa::node
