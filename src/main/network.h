// Which addresses and names a data directory owns. Several clusters run side by side on one machine: each has its own
// bridge, pod and Service ranges and nft table, derived from the path of its data directory. The default directory
// has the ranges that Kubernetes users know.
#pragma once

#include <string>

namespace proa {

struct NetworkPlan {
  std::string id;            // 8 hexadecimal digits, in the names of the nft table, the bridge, ...
  std::string pod_cidr;      // "10.244.0.0/24"
  std::string pod_gateway;   // "10.244.0.1"
  std::string service_cidr;  // "10.96.0.0/16"
  std::string api_address;   // the Service "kubernetes": "10.96.0.1"
  std::string dns_address;   // the Service "kube-dns": "10.96.0.10"
};

/// Pure. `is_default`: this is the default data directory of root.
NetworkPlan plan_network(const std::string& data_dir, bool is_default);

}  // namespace proa
