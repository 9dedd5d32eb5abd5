// Holds ports of this machine for load balancers: a socket that is bound, but answers nothing, so that no other
// program takes the port (the rules rewrite what is sent to it before any socket could get it).
#pragma once

#include <memory>
#include <set>

#include "net/load_balancer/plan.h"

namespace proa::net {

class PortHolder {
 public:
  virtual ~PortHolder() = default;
  /// Holds what is wanted, lets go of the rest; returns what could not be had.
  virtual std::set<NodePortKey> hold(const std::set<NodePortKey>& wanted) = 0;
};

std::unique_ptr<PortHolder> make_port_holder();

}  // namespace proa::net
