#include "runtime/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace proa::runtime {
namespace {

Status spawn_error(const Command& command, std::string_view why) {
  const std::string program = command.argv.empty() ? "(no program)" : command.argv[0];
  return base::internal_error(fmt::format("cannot start {}: {}", program, why));
}

/// Standard input and outputs, and which of them the caller reads.
struct Streams {
  Fd in, out, err, log;
};

Result<Streams> open_streams(const Command& command) {
  Streams streams;
  if (command.stdin_text.empty()) {
    streams.in = Fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  } else {
    streams.in = Fd(memfd_create("stdin", MFD_CLOEXEC));
    const auto size = static_cast<ssize_t>(command.stdin_text.size());
    if (streams.in && pwrite(streams.in.get(), command.stdin_text.data(), command.stdin_text.size(), 0) != size)
      return Error(spawn_error(command, "no memory for its input"));
  }
  if (!command.log_file.empty()) {
    streams.log = Fd(open(command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!streams.log)
      return Error(spawn_error(command, fmt::format("its log file {}: {}", command.log_file, strerror(errno))));
    return streams;
  }
  streams.out = Fd(memfd_create("stdout", MFD_CLOEXEC));
  streams.err = Fd(memfd_create("stderr", MFD_CLOEXEC));
  if (!streams.in || !streams.out || !streams.err) return Error(spawn_error(command, strerror(errno)));
  return streams;
}

/// The caller's environment with the command's changes.
std::vector<std::string> environment(const Command& command) {
  std::vector<std::string> result = command.env;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::string_view name = entry.substr(0, entry.find('=') + 1);
    const auto replaces = [&](const std::string& own) { return own.starts_with(name); };
    if (std::none_of(command.env.begin(), command.env.end(), replaces)) result.emplace_back(entry);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (auto& s : strings) result.push_back(s.data());
  result.push_back(nullptr);
  return result;
}

/// posix_spawn's two option objects.
struct Options {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  Options(const Command& command, const Streams& streams) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    const int log = streams.log.get();
    posix_spawn_file_actions_adddup2(&actions, streams.in.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, log >= 0 ? log : streams.out.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, log >= 0 ? log : streams.err.get(), 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!command.cwd.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.cwd.c_str());
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (command.new_session) flags |= POSIX_SPAWN_SETSID;
    posix_spawnattr_setflags(&attributes, flags);
  }
  ~Options() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Result<Spawned> spawn(const Command& command) {
  if (command.argv.empty()) return Error(spawn_error(command, "no program named"));
  struct stat about{};
  if (!command.cwd.empty() && (stat(command.cwd.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)))
    return Error(spawn_error(command, fmt::format("there is no directory {}", command.cwd)));
  auto streams = open_streams(command);
  if (!streams) return Error(streams.error());
  auto argv = command.argv;
  auto env = environment(command);
  Options options(command, *streams);
  Spawned result;
  const int error = posix_spawnp(&result.pid, argv[0].c_str(), &options.actions, &options.attributes,
                                 pointers(argv).data(), pointers(env).data());
  if (error == ENOENT) return Error(spawn_error(command, "there is no such program; is it installed?"));
  if (error != 0) return Error(spawn_error(command, strerror(error)));
  result.pidfd = open_pidfd(result.pid);
  if (!result.pidfd) return Error(spawn_error(command, strerror(errno)));
  result.out = std::move(streams->out);
  result.err = std::move(streams->err);
  return result;
}

// By number: the C library's header declares both without extern "C".
Fd open_pidfd(pid_t pid) { return Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))); }

void send_signal(const Fd& pidfd, int signal) { syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0); }

int reap(pid_t pid) {
  int status = 0;
  pid_t reaped = 0;
  do {
    reaped = waitpid(pid, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  if (reaped != pid) return -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string read_back(const Fd& file) {
  std::string text;
  struct stat about{};
  if (!file || fstat(file.get(), &about) != 0 || about.st_size <= 0) return text;
  text.resize(static_cast<size_t>(about.st_size));
  size_t have = 0;
  while (have < text.size()) {
    const ssize_t n = pread(file.get(), text.data() + have, text.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<size_t>(n);
  }
  text.resize(have);
  return text;
}

}  // namespace proa::runtime
