// Supervisor keeps one containerd running for a data directory: writes its configuration, starts it or adopts the
// one that an earlier Proa left running (recorded by pid and start time), brings in the sandbox image, starts it
// again when it ends, and stops it on request. Containers live on while containerd or Proa is away.
//
// The loop's thread only. Destroying it leaves containerd running, for the next Proa to adopt.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "node/cni/config.h"
#include "node/containerd/config.h"
#include "runtime/event_loop.h"

namespace proa::node {

struct SupervisorOptions {
  std::string data_dir;
  PodNetwork network;
  std::string cni_bin_dir = "/usr/lib/cni";
};

class Supervisor {
 public:
  Supervisor(runtime::EventLoop& loop, SupervisorOptions options);
  ~Supervisor();

  /// `done` when containerd answers and has the sandbox image. Errors name the tool or file and what to do.
  void start(std::function<void(Result<void>)> done);
  /// SIGTERM, SIGKILL after 10 seconds; `done` when the process is gone. Containers are not touched.
  void stop(std::function<void()> done);

  const std::string& socket_path() const;
  int pid() const;       // 0: not running
  bool adopted() const;  // it was running before start()

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What a real node needs and is missing here: one line each, with what to do; empty: all is there.
/// Looks for root, for containerd, runc, nft and ip in PATH, the CNI plugins and the kernel's namespaces. Any thread.
std::vector<std::string> missing_prerequisites(const std::string& cni_bin_dir = "/usr/lib/cni");

}  // namespace proa::node
