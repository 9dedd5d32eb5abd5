// How pods get their link and address: CNI's ptp plugin (a veth pair to the host for each pod; the host routes)
// with host-local addresses. No plugin touches NAT: masquerade and ports are in our own nft table (src/net).
// A bridge would let a pod's reply to its neighbour bypass that NAT where br_netfilter is missing.
#pragma once

#include <string>

#include "base/status.h"

namespace proa::node {

struct PodNetwork {
  std::string name;      // unique on the machine: part of host-local's and libcni's state
  std::string cidr;      // "10.244.0.0/24"
  std::string data_dir;  // host-local keeps its leases below it
  int mtu = 0;           // 0: the link's own
};

std::string cni_conflist(const PodNetwork& network);

/// The first address of the range, which every pod has as its gateway: "10.244.0.1".
Result<std::string> gateway_of(const std::string& cidr);

}  // namespace proa::node
