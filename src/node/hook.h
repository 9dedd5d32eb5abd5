// Lifecycle hooks (postStart, preStop): a command, an HTTP request or a pause.
// Source of the rules and texts: pkg/kubelet/lifecycle/handlers.go.
#pragma once

#include <functional>
#include <string>

#include "node/context.h"

namespace proa::node {

/// Runs `handler` of a running container. Error: why it failed.
void run_hook(NodeContext& context, object::View pod, object::View container, object::View handler,
              const std::string& container_id, const std::string& pod_ip, std::function<void(Result<void>)> done);

}  // namespace proa::node
