// Which of a container's instances `kubectl logs` means, by the pod's published status. Pure.
// Source of the rules and texts: kubelet_pods.go (validateContainerLogStatus), Kubernetes 1.36.
#pragma once

#include <string>

#include "base/status.h"
#include "object/view.h"

namespace proa::node {

/// The container's id as published ("containerd://..."), or why there are no logs.
Result<std::string> container_for_logs(object::View pod, std::string_view container, bool previous);

}  // namespace proa::node
