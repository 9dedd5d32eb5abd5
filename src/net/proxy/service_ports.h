// From Services, EndpointSlices and Pods to what the rules need to know. Pure.
//
// Which endpoints count (as upstream's proxies have it): the ready ones; where a port has none, those that serve still
// while they end. Endpoints whose pod is about to be stopped (`leaving`) count as ending before their slice says so.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "object/document.h"

namespace proa::net {

struct Target {
  std::string ip;
  uint16_t port = 0;
  auto operator<=>(const Target&) const = default;
};

/// One port of one Service.
struct ServicePort {
  std::string id;        // "default/web/tcp/80"
  std::string protocol;  // "tcp", "udp", "sctp"
  uint16_t port = 0;
  std::vector<std::string> addresses;      // where the port answers: the ClusterIP
  std::vector<std::string> external;       // externalIPs and load balancers' addresses
  uint16_t node_port = 0;                  // on every address of the node; 0: none
  bool on_node = false;                    // the Service's port itself too, on every address of the node (localhost)
  std::vector<Target> targets;             // sorted
  std::vector<Target> external_targets;    // for what comes from outside; differs with externalTrafficPolicy Local
  std::vector<std::string> source_ranges;  // empty: anybody
  int affinity_seconds = 0;                // 0: none
};

struct HostPort {
  std::string protocol, host_ip;  // host_ip empty: every address of the node
  uint16_t port = 0;
  Target target;
};

struct ProxyInput {
  std::vector<object::Document> services, slices;
  std::vector<object::Document> pods;  // of this node, for their hostPorts
  std::set<std::string> leaving;       // uids of pods that are about to be stopped
  std::string node_name;
};

struct ProxyState {
  std::vector<ServicePort> ports;
  std::vector<HostPort> host_ports;
  std::vector<std::string> cluster_ips;  // of all Services, sorted
};

ProxyState read_services(const ProxyInput& input);

}  // namespace proa::net
