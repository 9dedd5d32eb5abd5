#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "cli/lifecycle/lifecycle.h"
#include "runtime/fd.h"
#include "runtime/file.h"

extern char** environ;

namespace proa::cli {
namespace {

constexpr int kReadyFd = 3;

struct Started {
  int pid = -1;
  int pipe = -1;  // reading end
};

Result<Started> spawn_server(const std::string& program, const ClusterConfig& config) {
  const std::string path = DataDir{config.data_dir}.log();
  const runtime::Fd log(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!log)
    return Error(base::internal_error(
        fmt::format("cannot write {}: {}. Choose another place with --data-dir DIR", path, std::strerror(errno))));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(base::internal_error(std::strerror(errno)));
  std::vector<std::string> args = {program, "server"};
  for (auto& flag : server_flags(config)) args.push_back(flag);
  args.insert(args.end(), {"--ready-fd", std::to_string(kReadyFd)});
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawn_file_actions_adddup2(&actions, ends[1], kReadyFd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  Started started;
  const int failed = posix_spawn(&started.pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    return Error(base::internal_error(fmt::format("cannot start {}: {}", program, std::strerror(failed))));
  }
  started.pipe = ends[0];
  return started;
}

std::string log_tail(const std::string& path) {
  const auto text = runtime::read_file(path);
  if (!text) return "";
  constexpr size_t kTail = 2000;
  size_t from = text->size() > kTail ? text->find('\n', text->size() - kTail) : 0;
  return text->substr(from == std::string::npos ? 0 : from);
}

/// Follows the server's events. Empty: it is ready; else why it is not.
std::string wait_until_ready(int pipe, const std::string& log, bool show_steps) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(pipe, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return "the server ended before it was ready. Its log, " + log + ", ends with:\n" + log_tail(log);
    text.append(buffer, static_cast<size_t>(got));
    for (size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      std::string line = text.substr(0, end);
      for (char& c : line)
        if (c == '\x1f') c = '\n';
      if (line == "ready") return "";
      if (line.starts_with("error ")) return line.substr(6);
      if (show_steps && line.starts_with("step ")) fmt::print(stderr, "  {} ...\n", line.substr(5));
    }
  }
}

std::string user_kubeconfig() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? std::string(home) + "/.kube/config" : "";
}

void print_next_steps(const ClusterConfig& config, const ServerState& state, double seconds, bool merged) {
  fmt::print("Proa is up: Kubernetes {} at {}, ready in {:.2f} s.\n", state.version, state.server_url, seconds);
  if (!state.node.empty()) fmt::print("  node        {}\n", state.node);
  fmt::print("  data        {}{}\n", config.data_dir, config.ephemeral ? " (the objects in memory only)" : "");
  fmt::print("  kubeconfig  {}{}\n", state.kubeconfig, merged ? " (also context \"proa\" of ~/.kube/config)" : "");
  const std::string dir = config.data_dir == default_data_dir() ? "" : " --data-dir " + config.data_dir;
  fmt::print("Try:\n");
  if (!merged) fmt::print("  export KUBECONFIG={}\n", state.kubeconfig);
  fmt::print("  proa kubectl get nodes\n  proa kubectl get all -A\n  proa status{0}\n  proa down{0}\n", dir);
}

int fail(const std::string& why) {
  fmt::print(stderr, "error: {}\n", why);
  return 1;
}
int fail(const Status& why) { return fail(error_text(why)); }

}  // namespace

int run_up(const std::string& program, const std::vector<std::string>& args) {
  auto config = parse_cluster_flags(args, "up");
  if (!config) return fail(config.error());
  const DataDir dir{config->data_dir};
  const std::string hint = dir.root == default_data_dir() ? "" : " --data-dir " + dir.root;
  if (const auto state = read_state(dir); state && is_running(*state))
    return fail(
        fmt::format("Proa runs already on {} (process {}). Look at it with `proa status{}`, stop it with "
                    "`proa down{}`.",
                    dir.root, state->pid, hint, hint));
  if (auto made = runtime::make_dirs(dir.root, 0750); !made) return fail(made.error());

  const auto begin = std::chrono::steady_clock::now();
  auto started = spawn_server(program, *config);
  if (!started) return fail(started.error());
  const std::string why = wait_until_ready(started->pipe, dir.log(), isatty(2) != 0);
  close(started->pipe);
  if (!why.empty()) {
    waitpid(started->pid, nullptr, 0);
    return fail(why);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto state = read_state(dir);
  if (!state) return fail(state.error());
  bool merged = false;
  if (config->kubeconfig.empty() && !user_kubeconfig().empty()) {
    const auto done = merge_kubeconfig(state->kubeconfig, user_kubeconfig(), "proa");
    merged = done.has_value();
    if (!done) fmt::print(stderr, "warning: {}: left as it is: {}\n", user_kubeconfig(), done.error().message);
  }
  print_next_steps(*config, *state, took.count(), merged);
  return 0;
}

}  // namespace proa::cli
