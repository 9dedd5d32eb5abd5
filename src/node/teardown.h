// What `proa down` does to a node: every container ends, their networks are given back, containerd stops, and nothing
// of the data directory stays mounted. Also after Proa or containerd was killed. Images and files are kept.
#pragma once

#include <string>

#include "base/status.h"
#include "node/containerd/supervisor.h"

namespace proa::node {

/// Blocks. REQUIRES: no Proa runs on this data directory. Does nothing where nothing runs.
Result<void> tear_down_node(const SupervisorOptions& options);

/// A containerd or a container of this data directory, as its files tell: perhaps left by a Proa that was killed.
bool node_runs(const SupervisorOptions& options);

}  // namespace proa::node
