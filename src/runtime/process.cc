#include "runtime/process.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include "runtime/event_loop_asio.h"
#include "runtime/file.h"
#include "runtime/spawn.h"

namespace proa::runtime {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

ProcessResult finish(const Spawned& child) {
  ProcessResult result;
  result.exit_code = reap(child.pid);
  result.out = read_back(child.out);
  result.err = read_back(child.err);
  return result;
}

/// A process that runs on a loop; keeps itself alive by its handlers.
struct Running {
  Spawned child;
  Descriptor ended;
  std::function<void(Result<ProcessResult>)> done;
  std::string name;
  DurationNs timeout;
  bool timed_out = false;
  TimerId timer = 0;

  void complete() {
    ProcessResult result = finish(child);
    if (!timed_out) return done(std::move(result));
    done(Error(Status{.code = 504,
                      .reason = "Timeout",
                      .message = fmt::format("{} did not end within {} s", name, timeout / kSecond)}));
  }
};

void run_on_loop(EventLoop& loop, const Command& command, DurationNs timeout,
                 std::function<void(Result<ProcessResult>)> done) {
  auto child = spawn(command);
  if (!child) return done(Error(child.error()));
  const int pidfd = child->pidfd.release();
  auto running = std::make_shared<Running>(
      Running{std::move(*child), Descriptor(loop.io(), pidfd), std::move(done), command.argv[0], timeout});
  if (timeout > 0) {
    running->timer = loop.after(timeout, [running, whole = command.new_session] {
      running->timer = 0;
      running->timed_out = true;
      ::kill(whole ? -running->child.pid : running->child.pid, SIGKILL);
    });
  }
  running->ended.async_wait(Descriptor::wait_read, [running, &loop](const boost::system::error_code& error) {
    loop.cancel(std::exchange(running->timer, 0));
    if (!error) running->complete();
  });
}

/// What a Child and its waiters share.
struct Watched {
  Watched(int process, Fd ending, bool mine) : pid(process), pidfd(std::move(ending)), own(mine) {}
  const int pid;
  const Fd pidfd;
  const bool own;
  std::atomic<bool> handle_lives = true;
  std::atomic<bool> reaped = false;
  std::atomic<int> exit_code = -1;

  int collect() {
    if (own && !reaped.exchange(true)) exit_code = reap(pid);
    return exit_code;
  }
};

class WatchedChild : public Child {
 public:
  explicit WatchedChild(std::shared_ptr<Watched> watched) : watched_(std::move(watched)) {}
  ~WatchedChild() override { watched_->handle_lives = false; }

  int pid() const override { return watched_->pid; }
  void kill(int signal) override { send_signal(watched_->pidfd, signal); }

  void on_exit(EventLoop& loop, std::function<void(int)> callback) override {
    loop.post([&loop, watched = watched_, callback = std::move(callback)]() mutable {
      auto ended = std::make_shared<Descriptor>(loop.io(), dup(watched->pidfd.get()));
      ended->async_wait(Descriptor::wait_read,
                        [ended, watched, callback = std::move(callback)](const boost::system::error_code& error) {
                          if (error) return;
                          const int code = watched->collect();
                          if (watched->handle_lives) callback(code);
                        });
    });
  }

 private:
  std::shared_ptr<Watched> watched_;
};

}  // namespace

Result<ProcessResult> run_process(const Command& command) {
  auto child = spawn(command);
  if (!child) return Error(child.error());
  return finish(*child);
}

void run_process_async(EventLoop& loop, const Command& command, DurationNs timeout,
                       std::function<void(Result<ProcessResult>)> done) {
  loop.post([&loop, command, timeout, done = std::move(done)]() mutable {
    run_on_loop(loop, command, timeout, std::move(done));
  });
}

Result<std::unique_ptr<Child>> Child::start(const Command& command) {
  auto child = spawn(command);
  if (!child) return Error(child.error());
  return std::make_unique<WatchedChild>(std::make_shared<Watched>(child->pid, std::move(child->pidfd), true));
}

Result<std::unique_ptr<Child>> Child::adopt(int pid, uint64_t start_time) {
  Fd pidfd = open_pidfd(pid);
  // Asked after the descriptor is held: from here on the number cannot come to mean another process.
  const bool same = pidfd && start_time != 0 && process_start_time(pid) == start_time;
  if (!same)
    return Error(
        Status{.code = 404, .reason = "NotFound", .message = fmt::format("process {} does not run any more", pid)});
  return std::make_unique<WatchedChild>(std::make_shared<Watched>(pid, std::move(pidfd), false));
}

uint64_t process_start_time(int pid) {
  auto stat = read_file(fmt::format("/proc/{}/stat", pid));
  if (!stat) return 0;
  // The name, in brackets, may hold anything; the start time is the 20th field behind it.
  size_t at = stat->rfind(')');
  // A zombie has ended: whoever ought to reap it may take its time.
  if (at == std::string::npos || stat->compare(at, 3, ") Z") == 0) return 0;
  for (int field = 0; field < 20 && at != std::string::npos; ++field) at = stat->find(' ', at + 1);
  if (at == std::string::npos) return 0;
  uint64_t time = 0;
  std::from_chars(stat->data() + at + 1, stat->data() + stat->size(), time);
  return time;
}

}  // namespace proa::runtime
