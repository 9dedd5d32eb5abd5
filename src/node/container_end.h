// Ends one container as its pod's author wants it: the preStop hook first, within the grace, then SIGTERM, and SIGKILL
// when what is left of the grace is over.
// Source of the rules: kuberuntime_container.go (killContainer), Kubernetes 1.36.
#pragma once

#include <functional>
#include <string>

#include "node/context.h"

namespace proa::node {

struct ContainerEnd {
  object::Document pod;
  std::string container;
  std::string id;
  int64_t grace_seconds = 30;
  std::string pod_ip;
  bool run_hook = true;
};

/// `done` when the container has ended. Nothing takes this back; it goes on as long as the agent lives.
void end_container(NodeContext& context, ContainerEnd what, std::function<void(Result<void>)> done);

}  // namespace proa::node
