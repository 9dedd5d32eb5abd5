// The running cluster: every part of the server, made, started and stopped in an order told on one screen
// (cluster.cc). Owned by `proa server`.
#pragma once

#include <memory>

#include "base/status.h"
#include "cli/lifecycle/config.h"
#include "cli/lifecycle/lifecycle.h"

namespace proa {

class Cluster {
 public:
  /// Starts all parts and returns when the API answers and the node (if any) is Ready. Blocks; main thread.
  static Result<std::unique_ptr<Cluster>> start(const cli::ClusterConfig& config, cli::ReadyPipe& ready);
  /// Stops in the opposite order. Containers stay: a restart adopts them.
  ~Cluster();

  /// What `proa status` shows.
  const cli::ServerState& state() const;

 private:
  struct Parts;
  explicit Cluster(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Stops the containers, containerd and the network of a data directory whose server is gone.
Result<void> teardown(const cli::ClusterConfig& config);

}  // namespace proa
