// What the machine is, read once at start: name, address, processors, memory, kernel.
#pragma once

#include <string>

#include "node/settings.h"
#include "object/value.h"

namespace proa::node {

/// Fills name, hostname, ip, resolvers and capacity. Files and directories are the caller's.
NodeSettings settings_of_this_machine();

/// status.nodeInfo of a Node.
object::Value node_info(const std::string& runtime_version, const std::string& kubelet_version);

/// The address with which this machine talks to others: that of the default route's link, else the first that is
/// no loopback, else 127.0.0.1.
std::string primary_address();

}  // namespace proa::node
