// Which load balancer Services get which ports of this machine. Pure.
//
// Older Services come first. A port that an older Service, a NodePort or a program of this machine has is a clash: the
// Service waits and is told by an event.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "object/document.h"

namespace proa::net {

struct NodePortKey {
  std::string protocol;  // "TCP", "UDP"
  uint16_t port = 0;
  auto operator<=>(const NodePortKey&) const = default;
};

struct LoadBalancerInput {
  std::vector<object::Document> services;
  std::set<NodePortKey> taken;  // by other programs, as last tried
};

struct LoadBalancerPlan {
  struct Clash {
    object::Document service;
    std::string message;
  };
  std::set<NodePortKey> wanted;                   // to be held while they are here
  std::vector<object::Document> grant, withdraw;  // whose status is to change
  std::vector<Clash> clashes;
};

LoadBalancerPlan plan_load_balancers(const LoadBalancerInput& input);

}  // namespace proa::net
