#include "net/load_balancer/plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace proa::net {
namespace {

using object::Document;
using object::View;

std::string name_of(View service) {
  return service["metadata"]["namespace"].str() + "/" + service["metadata"]["name"].str();
}

/// Another implementation's, when it has a class.
bool is_ours(View service) {
  return service["spec"]["type"].as_string() == "LoadBalancer" &&
         service["spec"]["loadBalancerClass"].as_string().empty() && !service["metadata"]["deletionTimestamp"].exists();
}

bool is_granted(View service) {
  const View ingress = service["status"]["loadBalancer"]["ingress"];
  return ingress.size() == 1 && ingress.at(0)["hostname"].as_string() == "localhost";
}

std::vector<NodePortKey> ports_of(View service, bool node_ports) {
  std::vector<NodePortKey> out;
  for (const View port : service["spec"]["ports"].items()) {
    const int64_t number = port[node_ports ? std::string_view("nodePort") : std::string_view("port")].as_int();
    if (number > 0)
      out.push_back({port["protocol"].as_string("TCP") == "UDP" ? "UDP" : "TCP", static_cast<uint16_t>(number)});
  }
  return out;
}

/// What stands in the way; empty: nothing.
std::string clash_of(View service, const std::map<NodePortKey, std::string>& owners,
                     const std::set<NodePortKey>& taken) {
  for (const NodePortKey& key : ports_of(service, false)) {
    const auto owner = owners.find(key);
    if (owner != owners.end() && owner->second != name_of(service))
      return fmt::format("port {}/{} is taken by Service {}", key.port, key.protocol, owner->second);
    if (taken.contains(key))
      return fmt::format("port {}/{} is in use by another program on this machine", key.port, key.protocol);
  }
  return {};
}

}  // namespace

LoadBalancerPlan plan_load_balancers(const LoadBalancerInput& input) {
  std::vector<Document> in_order = input.services;
  std::stable_sort(in_order.begin(), in_order.end(), [](const Document& a, const Document& b) {
    return a["metadata"]["creationTimestamp"].as_string() < b["metadata"]["creationTimestamp"].as_string();
  });
  std::map<NodePortKey, std::string> owners;
  for (const Document& service : in_order)
    for (const NodePortKey& key : ports_of(service.root(), true)) owners.emplace(key, name_of(service.root()));
  LoadBalancerPlan out;
  for (const Document& service : in_order) {
    const View root = service.root();
    const bool granted = is_granted(root);
    if (!is_ours(root)) {
      if (granted && !root["metadata"]["deletionTimestamp"].exists() &&
          root["spec"]["type"].as_string() != "LoadBalancer")
        out.withdraw.push_back(service);
      continue;
    }
    const std::vector<NodePortKey> keys = ports_of(root, false);
    const std::string clash = clash_of(root, owners, input.taken);
    // Also of those that wait: whether a port has become free is found by trying to hold it.
    out.wanted.insert(keys.begin(), keys.end());
    if (!clash.empty()) {
      out.clashes.push_back({service, "Error syncing load balancer: failed to ensure load balancer: " + clash});
      if (granted) out.withdraw.push_back(service);
      continue;
    }
    for (const NodePortKey& key : keys) owners.emplace(key, name_of(root));
    if (!granted) out.grant.push_back(service);
  }
  return out;
}

}  // namespace proa::net
