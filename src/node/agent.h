// The node agent: registers its node, keeps its lease, and gives each pod that is bound to it a PodWorker. After a
// restart it adopts the containers that run; what belongs to no pod any more is removed.
//
// Everything lives on the executor that it is given: make, use and destroy it there. The same agent runs real nodes
// (with cri::make_client) and simulated ones (with cri::FakeRuntime).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/client.h"
#include "node/cri/runtime.h"
#include "node/drain.h"
#include "node/node_object.h"
#include "node/probes/probe.h"
#include "node/settings.h"
#include "node/volumes/volumes.h"
#include "runtime/executor.h"

namespace proa::node {

class PodWorker;

struct AgentParts {
  client::Client& client;
  runtime::Executor& executor;
  cri::Runtime& runtime;
  ProbeNetwork& network;
  Drain* drain = nullptr;  // may be null
};

class Agent {
 public:
  Agent(NodeSettings settings, AgentParts parts);
  ~Agent();

  /// `ready`: the node is registered and Ready, existing pods are adopted.
  void start(std::function<void(Result<void>)> ready);
  /// Ends every pod of this node at once, as far as the runtime goes; the API keeps them. For `down`.
  void stop_all_pods(std::function<void()> done);

  /// The worker of a pod; nullptr when it is not on this node.
  PodWorker* worker(std::string_view ns, std::string_view name) const;
  /// Calls `listener` when something of a pod of this node may have changed; 0 is never given.
  uint64_t subscribe(std::function<void(const std::string& uid)> listener);
  void unsubscribe(uint64_t subscription);
  cri::Runtime& runtime() const;
  const NodeSettings& settings() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
