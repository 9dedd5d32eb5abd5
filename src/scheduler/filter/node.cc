// Filters that look at one node alone.
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "object/node_match.h"
#include "object/value.h"
#include "scheduler/filter/filter.h"

namespace proa::scheduler::filter {
namespace {

using object::Value;
using object::View;

Rejection never(std::string reason) { return {{std::move(reason)}, false}; }

struct HostPort {
  int64_t port;
  std::string_view protocol, ip;
};

std::vector<HostPort> host_ports(View pod) {
  std::vector<HostPort> found;
  const auto collect = [&found](View containers, bool sidecars_only) {
    for (const View container : containers.items()) {
      if (sidecars_only && container["restartPolicy"].as_string() != "Always") continue;
      for (const View port : container["ports"].items())
        if (port["hostPort"].as_int() > 0)
          found.push_back(
              {port["hostPort"].as_int(), port["protocol"].as_string("TCP"), port["hostIP"].as_string("0.0.0.0")});
    }
  };
  collect(pod["spec"]["containers"], false);
  collect(pod["spec"]["initContainers"], true);
  return found;
}

bool clash(const HostPort& a, const HostPort& b) {
  const auto any = [](std::string_view ip) { return ip.empty() || ip == "0.0.0.0"; };
  return a.port == b.port && a.protocol == b.protocol && (any(a.ip) || any(b.ip) || a.ip == b.ip);
}

}  // namespace

Verdict unschedulable(View pod, const NodeInfo& node) {
  if (!node.node["spec"]["unschedulable"].as_bool()) return {};
  static const Value taint = Value::object({{"key", "node.kubernetes.io/unschedulable"}, {"effect", "NoSchedule"}});
  if (object::tolerates(pod["spec"]["tolerations"], taint)) return {};
  return never("node(s) were unschedulable");
}

Verdict node_name(View pod, const NodeInfo& node) {
  const std::string_view wanted = pod["spec"]["nodeName"].as_string();
  if (wanted.empty() || wanted == node.name()) return {};
  return never("node(s) didn't match the requested node name");
}

Verdict taints(View pod, const NodeInfo& node) {
  if (!object::untolerated_taint(pod["spec"]["tolerations"], node.node.root()).exists()) return {};
  return never("node(s) had untolerated taint(s)");
}

Verdict node_affinity(View pod, const NodeInfo& node) {
  if (object::node_matches(pod["spec"], node.node.root())) return {};
  return never("node(s) didn't match Pod's node affinity/selector");
}

Verdict ports(View pod, const NodeInfo& node) {
  const auto wanted = host_ports(pod);
  if (wanted.empty()) return {};
  for (const auto& [key, info] : node.pods)
    for (const HostPort& used : host_ports(info.pod.root()))
      for (const HostPort& port : wanted)
        if (clash(port, used))
          return Rejection{
              {"node(s) didn't have free ports for the requested pod ports"}, true, kNodeChanged | kPodGone};
  return {};
}

Verdict resources(const Resources& requests, const NodeInfo& node) {
  Rejection rejection;
  rejection.helped_by = kNodeChanged | kPodGone;
  if (static_cast<int64_t>(node.pods.size()) + 1 > node.allowed_pods) rejection.reasons.emplace_back("Too many pods");
  const auto check = [&](std::string_view name, int64_t wanted, int64_t used, int64_t capacity) {
    if (wanted <= 0 || wanted <= capacity - used) return;
    rejection.reasons.push_back(fmt::format("Insufficient {}", name));
    // More than the whole node has: an empty node would not help either.
    if (wanted > capacity) rejection.preemption_may_help = false;
  };
  check("cpu", requests.cpu_milli, node.requested.cpu_milli, node.allocatable.cpu_milli);
  check("memory", requests.memory, node.requested.memory, node.allocatable.memory);
  check("ephemeral-storage", requests.ephemeral, node.requested.ephemeral, node.allocatable.ephemeral);
  const auto amount = [](const auto& map, const std::string& name) {
    const auto at = map.find(name);
    return at == map.end() ? 0 : at->second;
  };
  for (const auto& [name, wanted] : requests.others)
    check(name, wanted, amount(node.requested.others, name), amount(node.allocatable.others, name));
  if (rejection.reasons.empty()) return {};
  return rejection;
}

}  // namespace proa::scheduler::filter
