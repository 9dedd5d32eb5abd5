// The kernel's connections, by netlink. Blocking, a few milliseconds where there are very many; needs root.
//
// UDP flows to targets that are gone have to be forgotten: the kernel would go on sending a client's datagrams there as
// long as it sends any. TCP connections that are open are counted, so that a pod may finish what it was asked.
#pragma once

#include <set>
#include <string>

#include "base/status.h"
#include "net/proxy/service_ports.h"

namespace proa::net {

/// Returns how many flows were forgotten.
Result<int> forget_udp_flows(const std::set<Target>& targets);

/// The UDP targets of a state.
std::set<Target> udp_targets(const ProxyState& state);

/// TCP connections that this address was asked to take and neither side has begun to close.
Result<int> count_open_connections(const std::string& ip);

}  // namespace proa::net
