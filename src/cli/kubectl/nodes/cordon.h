// Nodes that take no new pods.
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/mutation.h"

namespace proa::cli::kubectl {

Try<std::vector<Info>> find_nodes(Session& session, const std::vector<std::string>& names, const std::string& selector);
/// Sets or clears spec.unschedulable and says so, node by node.
Try<void> set_unschedulable(Session& session, const std::vector<Info>& nodes, bool desired, const WriteFlags& write);

}  // namespace proa::cli::kubectl
