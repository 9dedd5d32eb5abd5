// NodeHeartbeat keeps the Node object and its Lease: registers the node, writes its status when it changes or every
// five minutes, renews the Lease every ten seconds. The executor's thread only.
#pragma once

#include <functional>
#include <memory>

#include "client/client.h"
#include "node/node_object.h"
#include "runtime/executor.h"

namespace proa::node {

class NodeHeartbeat {
 public:
  /// `settings` outlives it.
  NodeHeartbeat(const NodeSettings& settings, client::Client& client, runtime::Executor& executor);
  ~NodeHeartbeat();

  /// Registers the node with this state; `done` once the API has it.
  void start(NodeState state, std::function<void(Result<void>)> done);
  /// Publishes what has changed.
  void update(NodeState state);
  const object::Document& node() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
