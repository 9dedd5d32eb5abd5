// The optional parts of a cluster, each assembled in a file of its own: nodes with containers, simulated nodes. A part
// is started and stopped from the main thread; what it owns lives on its loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/api.h"
#include "base/status.h"
#include "cli/lifecycle/config.h"
#include "cli/lifecycle/lifecycle.h"
#include "http/server.h"
#include "main/network.h"
#include "runtime/event_loop.h"

namespace proa {

/// The port can't be had: says what to do.
Status listen_error(Status why);

/// What a part may use of the cluster.
struct PartContext {
  const cli::ClusterConfig& config;
  const NetworkPlan& network;
  api::Api& api;
  http::Server& server;
  cli::ReadyPipe& ready;
};

class Part {
 public:
  virtual ~Part() = default;  // = stop; containers stay
  /// For `proa status`: "host Ready, containerd 1.6.20".
  virtual std::string describe() const = 0;
};

/// containerd, CNI, the node agent, the Service proxy, DNS. Returns when the node is Ready.
Result<std::unique_ptr<Part>> start_local_node(const PartContext& context);
/// Stops containers, containerd and the network of a data directory, also of one whose server was killed.
Result<void> teardown_local_node(const cli::ClusterConfig& config, const NetworkPlan& network);

/// Nodes whose containers are made up. Returns when all are Ready.
Result<std::unique_ptr<Part>> start_simulated_nodes(const PartContext& context);

}  // namespace proa
