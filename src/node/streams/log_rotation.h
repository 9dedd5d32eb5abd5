// Keeps containers' logs from growing without bound: a log over 10 MiB is renamed and the runtime opens a new one;
// five files are kept for each container. Looked at twice a minute, while containers run.
// Source of the rules: pkg/kubelet/logs/container_log_manager.go (its defaults).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/cri/runtime.h"
#include "runtime/executor.h"

namespace proa::node {

class LogRotation {
 public:
  /// `running` gives the containers whose logs are looked at.
  LogRotation(runtime::Executor& executor, cri::Runtime& runtime,
              std::function<std::vector<cri::ContainerStatus>()> running);
  void start();
  /// One round, now.
  void rotate();

 private:
  runtime::Executor& executor_;
  cri::Runtime& runtime_;
  std::function<std::vector<cri::ContainerStatus>()> running_;
  runtime::Timer timer_;
};

}  // namespace proa::node
