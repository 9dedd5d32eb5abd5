// What the machine itself needs for Services: two sysctls, and the pods' gateway as an address that is always there.
// Blocking; at start and at `down`.
#pragma once

#include <string>

#include "base/status.h"
#include "net/proxy/ruleset.h"

namespace proa::net {

struct HostSettings {
  ProxySettings proxy;
  std::string gateway;  // "10.244.0.1"; empty: none
  /// Where the sysctls' former values are kept until the last cluster of this machine goes down.
  std::string record_folder = "/run/proa/sysctl";
};

/// Errors name the missing tool or right.
Result<void> set_up_host(const HostSettings& settings);
/// Removes the table and the address; the last cluster restores the sysctls. Goes on after an error and tells the first.
Result<void> tear_down_host(const HostSettings& settings);

}  // namespace proa::net
