// What all pods of one node share. Set once, before the agent starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proa::node {

struct NodeSettings {
  std::string name;         // metadata.name of the Node
  std::string ip;           // InternalIP
  std::string hostname;     // kubernetes.io/hostname
  std::string pods_dir;     // volumes, hosts files, termination messages: PODS_DIR/UID/...
  std::string logs_dir;     // LOGS_DIR/NAMESPACE_NAME_UID/CONTAINER/ATTEMPT.log
  std::string cluster_dns;  // address of the cluster's DNS; empty: pods use the node's resolvers
  std::string cluster_domain = "cluster.local";
  std::string pod_cidr;
  std::string kubelet_version = "v1.36.3";
  std::vector<std::string> host_nameservers, host_searches;  // of the node's resolv.conf
  int64_t milli_cpu = 0, memory_bytes = 0, ephemeral_bytes = 0;
  int max_pods = 110;
  bool simulated = false;         // no files, no processes
  bool secrets_in_memory = true;  // volumes that may hold secrets are never on disk (mounting takes root)
};

}  // namespace proa::node
