// Asks the runtime for the statuses of one pod's sandboxes and containers.
#pragma once

#include <functional>

#include "node/cri/runtime.h"
#include "node/pod_state.h"

namespace proa::node {

/// Everything that the runtime has of the pod, newest first.
void gather_all(cri::Runtime& runtime, const std::string& pod_uid, std::function<void(Result<PodRuntimeState>)> done);
/// The same pod again: only what may have changed is asked for (containers that have ended don't).
void gather_again(cri::Runtime& runtime, PodRuntimeState known, std::function<void(Result<PodRuntimeState>)> done);

void sort_newest_first(PodRuntimeState& state);

}  // namespace proa::node
