#include "node/teardown.h"

#include <sys/mount.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <sstream>

#include <fmt/format.h>

#include "node/cri/client.h"
#include "runtime/file.h"

namespace proa::node {

namespace fs = std::filesystem;

namespace {

/// Every sandbox at a time: stopped (containers are killed, the network is given back), then removed.
void remove_all_sandboxes(cri::Runtime& runtime, std::function<void()> done) {
  runtime.list_sandboxes("", [&runtime, done = std::move(done)](Result<std::vector<cri::Sandbox>> got) {
    if (!got || got->empty()) return done();
    auto open = std::make_shared<size_t>(got->size());
    for (const cri::Sandbox& each : *got)
      runtime.stop_pod_sandbox(each.id, [&runtime, open, done, id = each.id](const Result<void>&) {
        runtime.remove_pod_sandbox(id, [open, done](const Result<void>&) {
          if (--*open == 0) done();
        });
      });
  });
}

void kill_with_children(const std::string& pid) {
  std::istringstream children(runtime::read_file(fmt::format("/proc/{0}/task/{0}/children", pid)).value_or(""));
  ::kill(std::stoi(pid), SIGKILL);
  for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
}

/// A containerd that was killed at work may have lost sight of a shim: nobody else would ever end it.
void end_lost_shims(const std::string& socket) {
  using namespace std::string_literals;
  std::error_code failed;
  for (fs::directory_iterator at("/proc", failed), end; !failed && at != end; at.increment(failed)) {
    const std::string pid = at->path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string command = runtime::read_file("/proc/" + pid + "/cmdline").value_or("");
    if (command.contains("containerd-shim") && command.contains("-address\0"s + socket + '\0')) kill_with_children(pid);
  }
}

/// Deepest first, as unmounting wants it.
void unmount_below(const std::string& dir) {
  std::istringstream lines(runtime::read_file("/proc/self/mounts").value_or(""));
  std::vector<std::string> targets;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string device, target;
    words >> device >> target;
    if (target.starts_with(dir + "/")) targets.push_back(target);
  }
  std::ranges::sort(targets, std::greater());
  for (const std::string& each : targets) ::umount2(each.c_str(), MNT_DETACH);
}

template <class Begin>
void wait_on(runtime::EventLoop& loop, Begin begin) {
  std::promise<void> ended;
  loop.post([&] { begin([&] { ended.set_value(); }); });
  ended.get_future().wait();
}

}  // namespace

bool node_runs(const SupervisorOptions& options) {
  const ContainerdPaths paths = containerd_paths(options.data_dir);
  if (runtime::file_exists(paths.pid_file)) return true;
  std::error_code failed;
  const fs::path tasks = paths.state + "/io.containerd.runtime.v2.task/k8s.io";
  return fs::is_directory(tasks, failed) && !fs::is_empty(tasks, failed);
}

Result<void> tear_down_node(const SupervisorOptions& options) {
  const ContainerdPaths paths = containerd_paths(options.data_dir);
  Result<void> outcome;
  if (node_runs(options)) {
    runtime::EventLoop loop("down");
    loop.start();
    std::unique_ptr<Supervisor> supervisor;
    std::unique_ptr<cri::Runtime> runtime;
    wait_on(loop, [&](auto done) {
      supervisor = std::make_unique<Supervisor>(loop, options);
      supervisor->start([&, done](Result<void> how) {
        outcome = std::move(how);
        done();
      });
    });
    if (outcome)
      wait_on(loop, [&](auto done) {
        runtime = cri::make_client(loop, supervisor->socket_path());
        remove_all_sandboxes(*runtime, done);
      });
    wait_on(loop, [&](auto done) { supervisor->stop(done); });
    wait_on(loop, [&](auto done) {
      runtime.reset();
      supervisor.reset();
      done();
    });
  }
  end_lost_shims(paths.socket);
  unmount_below(options.data_dir);
  return outcome;
}

}  // namespace proa::node
