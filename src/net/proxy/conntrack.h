// Forgets UDP flows to targets that are gone: the kernel would go on sending a client's datagrams there as long as it
// sends any. Blocking netlink; needs root.
#pragma once

#include <set>

#include "base/status.h"
#include "net/proxy/service_ports.h"

namespace proa::net {

/// Returns how many flows were forgotten.
Result<int> forget_udp_flows(const std::set<Target>& targets);

/// The UDP targets of a state.
std::set<Target> udp_targets(const ProxyState& state);

}  // namespace proa::net
