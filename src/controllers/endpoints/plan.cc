#include "controllers/endpoints/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "controllers/workload/pods.h"
#include "controllers/workload/service_pods.h"
#include "object/meta.h"

namespace proa::controllers::endpoints {
namespace {

using object::Document;
using object::Value;
using object::View;

constexpr std::string_view kOverCapacity = "endpoints.kubernetes.io/over-capacity";
constexpr std::string_view kManagedBy = "endpoints.kubernetes.io/managed-by";
constexpr std::string_view kManager = "endpoint-controller";

struct Port {
  std::string name, protocol, app_protocol;
  int64_t port = 0;  // 0: none, of a headless Service without ports
  auto operator<=>(const Port&) const = default;
};

/// An address by IP and pod; with it, whether it is ready.
using AddressKey = std::pair<std::string, std::string>;
struct Address {
  Value object;
  bool ready = false;
};
using Addresses = std::map<AddressKey, bool>;

class Builder {
 public:
  explicit Builder(const Known& known) : service_(known.service.root()) {
    for (const Document& pod : known.pods) add(pod.root());
  }

  /// Ports that the same addresses offer share a subset.
  Value subsets() const {
    std::map<Addresses, std::vector<Port>> by_addresses;
    for (const auto& [port, addresses] : by_port_) by_addresses[addresses].push_back(port);
    std::vector<std::pair<std::vector<Port>, const Addresses*>> order;
    for (const auto& [addresses, ports] : by_addresses) order.emplace_back(ports, &addresses);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Value out = Value::array();
    for (const auto& [ports, addresses] : order) out.push_back(subset(ports, *addresses));
    return out;
  }

 private:
  void add(View pod) {
    const bool not_ready_too = service_["spec"]["publishNotReadyAddresses"].as_bool();
    if (!belongs_in_endpoints(pod, not_ready_too)) return;
    const std::vector<std::string> ips = addresses_of(pod, wants_ipv6(pod));
    if (ips.empty()) return;
    const bool ready = not_ready_too || is_pod_ready(pod);
    const AddressKey key{ips[0], std::string(object::uid_of(pod))};
    objects_.emplace(key, address(pod, ips[0]));
    const View ports = service_["spec"]["ports"];
    if (ports.empty() && service_["spec"]["clusterIP"].as_string() == "None") by_port_[Port{}].emplace(key, ready);
    for (const View port : ports.items())
      if (const auto number = target_port(pod, port))
        by_port_[{port["name"].str(), port["protocol"].str().empty() ? "TCP" : port["protocol"].str(),
                  port["appProtocol"].str(), *number}]
            .emplace(key, ready);
  }

  bool wants_ipv6(View pod) const {
    const View families = service_["spec"]["ipFamilies"];
    if (!families.empty()) return families.at(0).as_string() == "IPv6";
    const std::string_view ip =
        has_cluster_ip(service_) ? service_["spec"]["clusterIP"].as_string() : pod["status"]["podIP"].as_string();
    return ip.find(':') != ip.npos;
  }

  Value address(View pod, const std::string& ip) const {
    Value a = Value::object({{"ip", ip}});
    if (const auto hostname = hostname_for(pod, service_); !hostname.empty()) a.set("hostname", hostname);
    if (const auto node = pod["spec"]["nodeName"].as_string(); !node.empty()) a.set("nodeName", node);
    a.set("targetRef", Value::object({{"kind", "Pod"},
                                      {"namespace", object::namespace_of(pod)},
                                      {"name", object::name_of(pod)},
                                      {"uid", object::uid_of(pod)}}));
    return a;
  }

  Value subset(const std::vector<Port>& ports, const Addresses& addresses) const {
    Value out = Value::object();
    for (const bool ready : {true, false})
      for (const auto& [key, is_ready] : addresses)
        if (is_ready == ready)
          out[std::string_view(ready ? "addresses" : "notReadyAddresses")].push_back(objects_.at(key));
    for (const Port& port : ports) {
      if (port.port == 0) continue;
      Value p = Value::object();
      if (!port.name.empty()) p.set("name", port.name);
      p.set("port", port.port);
      p.set("protocol", port.protocol);
      if (!port.app_protocol.empty()) p.set("appProtocol", port.app_protocol);
      out["ports"].push_back(std::move(p));
    }
    return out;
  }

  View service_;
  std::map<AddressKey, Value> objects_;
  std::map<Port, Addresses> by_port_;
};

size_t count(View subsets, std::string_view which) {
  size_t total = 0;
  for (const View subset : subsets.items()) total += subset[which].size();
  return total;
}

/// Cuts to 1000 addresses, ready ones first, each subset by its part. True when something was cut.
bool truncate(Value& subsets) {
  const size_t ready = count(subsets, "addresses"), unready = count(subsets, "notReadyAddresses");
  if (ready + unready <= kMostAddresses) return false;
  const bool cut_ready = ready > kMostAddresses;
  const size_t room = cut_ready ? kMostAddresses : kMostAddresses - ready;
  const object::Key which = cut_ready ? object::Key("addresses") : object::Key("notReadyAddresses");
  size_t left = room;
  for (Value& subset : subsets.items()) {
    if (cut_ready) subset.erase("notReadyAddresses");
    Value* list = subset.find(which);
    if (!list) continue;
    const double part = static_cast<double>(list->items().size()) / static_cast<double>(cut_ready ? ready : unready);
    const size_t keep = std::min(left, static_cast<size_t>(std::ceil(part * static_cast<double>(room))));
    list->items().resize(std::min(keep, list->items().size()));
    left -= std::min(left, keep);
    if (list->items().empty()) subset.erase(which);
  }
  return true;
}

Value labels_for(View service) {
  Value labels = Value::object();
  for (const auto [name, value] : object::labels_of(service).members())
    if (name != kHeadless) labels.set(name, value.to_value());
  labels.set(kManagedBy, kManager);
  if (!has_cluster_ip(service)) labels.set(kHeadless, "");
  return labels;
}

}  // namespace

std::optional<Value> make_plan(const Known& known) {
  Value subsets = Builder(known).subsets();
  Value labels = labels_for(known.service.root());
  const bool cut = truncate(subsets);
  const View current = known.current.root();
  const bool same_subsets = subsets.items().empty() ? current["subsets"].empty() : current["subsets"] == View(subsets);
  if (known.current && same_subsets && object::labels_of(current) == View(labels) &&
      object::annotations_of(current).has(kOverCapacity) == cut)
    return std::nullopt;
  Value out =
      known.current
          ? current.to_value()
          : Value::object({{"apiVersion", "v1"},
                           {"kind", "Endpoints"},
                           {"metadata", Value::object({{"name", object::name_of(known.service.root())},
                                                       {"namespace", object::namespace_of(known.service.root())}})}});
  out["metadata"].set("labels", std::move(labels));
  Value annotations = object::annotations_of(out).to_value();
  if (annotations.is_null()) annotations = Value::object();
  annotations.erase(kOverCapacity);
  annotations.erase(kTriggerTime);
  if (known.trigger_time != 0) annotations.set(kTriggerTime, object::format_time(known.trigger_time));
  if (cut) annotations.set(kOverCapacity, "truncated");
  if (annotations.members().empty())
    out["metadata"].erase("annotations");
  else
    out["metadata"].set("annotations", std::move(annotations));
  out.set("subsets", std::move(subsets));
  return out;
}

}  // namespace proa::controllers::endpoints
