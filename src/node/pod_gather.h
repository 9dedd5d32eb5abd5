// Asks the runtime for the statuses of one pod's sandboxes and containers, and removes what is left of a pod.
#pragma once

#include <functional>

#include "node/cri/runtime.h"
#include "node/pod_state.h"

namespace proa::node {

/// Everything that the runtime has of the pod, newest first.
void gather_all(cri::Runtime& runtime, const std::string& pod_uid, std::function<void(Result<PodRuntimeState>)> done);
/// The same pod again: only what may have changed is asked for (containers that have ended don't).
void gather_again(cri::Runtime& runtime, PodRuntimeState known, std::function<void(Result<PodRuntimeState>)> done);

/// Containers first, then their sandboxes: asked for both at once, containerd fails at the sandbox and keeps it. What
/// can't be removed now is an orphan that the agent finds again.
void remove_all(cri::Runtime& runtime, const PodRuntimeState& state);

void sort_newest_first(PodRuntimeState& state);

}  // namespace proa::node
