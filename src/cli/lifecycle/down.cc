#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

#include "cli/lifecycle/lifecycle.h"
#include "runtime/file.h"

namespace proa::cli {
namespace {

constexpr int kStopTimeoutMs = 20'000;

/// Asks the server to end and waits; kills it when it does not.
void stop_process(int pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return;
  kill(pid, SIGTERM);
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  if (poll(&wait, 1, kStopTimeoutMs) == 0) {
    kill(pid, SIGKILL);
    poll(&wait, 1, -1);
  }
  close(fd);
}

}  // namespace

int run_down(const std::vector<std::string>& args, const Teardown& teardown) {
  auto config = parse_cluster_flags(args, "down");
  if (!config) {
    fmt::print(stderr, "error: {}\n", config.error().message);
    return 1;
  }
  const DataDir dir{config->data_dir};
  const auto state = read_state(dir);
  // The lock tells more than the state: a server that is still starting, or hangs in it, has written none.
  const int pid = runtime::LockFile::holder(dir.lock());
  if (pid > 0) stop_process(pid);
  // Containers outlive the server, so that a restart can adopt them; `down` means all of it.
  if (auto cleaned = teardown(*config); !cleaned) {
    fmt::print(stderr, "error: {}\n", error_text(cleaned.error()));
    return 1;
  }
  if (state) unlink(dir.state().c_str());
  if (const char* home = std::getenv("HOME"); home != nullptr && state && state->kubeconfig == dir.kubeconfig()) {
    const auto done = unmerge_kubeconfig(std::string(home) + "/.kube/config", "proa");
    if (!done) fmt::print(stderr, "warning: {}\n", done.error().message);
  }
  if (pid > 0) {
    fmt::print("Proa on {} is down; its data is kept.\n", dir.root);
  } else {
    fmt::print("Proa was not running on {}; nothing of it is left running.\n", dir.root);
  }
  return 0;
}

}  // namespace proa::cli
