// Child processes by posix_spawn, without a shell. Ends are told by event (pidfd), never by polling.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/event_loop.h"

namespace proa::runtime {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH
  std::vector<std::string> env;   // "NAME=value", added to or replacing the caller's
  std::string cwd;
  std::string stdin_text;
  /// Appended to this file, both streams, when set; else collected in ProcessResult.
  std::string log_file;
  bool new_session = false;
};

struct ProcessResult {
  int exit_code = -1;  // 128 + signal when it died by one
  std::string out, err;
};

/// Runs to the end, on the calling thread; for start-up and command-line tools, never on an EventLoop.
Result<ProcessResult> run_process(const Command& command);
/// The same on a loop: `done` is called on the loop's thread. Killed after `timeout` (0: never).
void run_process_async(EventLoop& loop, const Command& command, DurationNs timeout,
                       std::function<void(Result<ProcessResult>)> done);

/// A long-lived child. Destroying the handle does not end the child.
class Child {
 public:
  static Result<std::unique_ptr<Child>> start(const Command& command);
  virtual ~Child() = default;
  virtual int pid() const = 0;
  /// Calls back on the loop when the child ends (also for an adopted pid that is no child of ours: exit_code -1).
  virtual void on_exit(EventLoop& loop, std::function<void(int exit_code)> callback) = 0;
  virtual void kill(int signal) = 0;
  /// Takes over a running process, known by pid and start time (clock ticks since boot, /proc/PID/stat).
  static Result<std::unique_ptr<Child>> adopt(int pid, uint64_t start_time);
};

/// Start time of a process for adopt(); 0 when there is none.
uint64_t process_start_time(int pid);

}  // namespace proa::runtime
