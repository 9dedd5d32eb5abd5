#include "controllers/endpointslice/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "controllers/workload/service_pods.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::controllers::endpointslice {
namespace {

using object::Document;
using object::Value;
using object::View;

bool is_reserved(std::string_view label) { return label == kServiceName || label == kManagedBy || label == kHeadless; }

/// Same address and same pod: the same endpoint, whatever its conditions.
std::string identity(View endpoint) {
  std::string id;
  for (const View address : endpoint["addresses"].items()) id += address.str() + ",";
  return fmt::format("{} {} {}/{}", id, endpoint["hostname"].as_string(),
                     endpoint["targetRef"]["namespace"].as_string(), endpoint["targetRef"]["name"].as_string());
}

bool same_beyond_identity(View a, View b) {
  for (const std::string_view name : {"nodeName", "zone"})
    if (a[name].as_string() != b[name].as_string()) return false;
  for (const std::string_view name : {"ready", "serving", "terminating"})
    if (a["conditions"][name].as_bool() != b["conditions"][name].as_bool()) return false;
  return a["targetRef"]["uid"].as_string() == b["targetRef"]["uid"].as_string();
}

Value ports_of(View service, View pod) {
  Value ports = Value::array();
  for (const View port : service["spec"]["ports"].items()) {
    const auto number = target_port(pod, port);
    if (!number) continue;
    Value p = Value::object(
        {{"name", port["name"].as_string()}, {"protocol", port["protocol"].as_string("TCP")}, {"port", *number}});
    if (port["appProtocol"].is_string()) p.set("appProtocol", port["appProtocol"].as_string());
    ports.push_back(std::move(p));
  }
  return ports;
}

/// Ports as a key: the order does not matter.
std::string port_key(View ports) {
  std::vector<std::string> parts;
  for (const View p : ports.items())
    parts.push_back(fmt::format("{}|{}|{}|{}", p["name"].as_string(), p["protocol"].as_string(), p["port"].as_int(),
                                p["appProtocol"].as_string()));
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ";"));
}

Value make_endpoint(View pod, View node, View service, bool ipv6) {
  const bool serving = is_pod_ready(pod), terminating = object::is_deleting(pod);
  const bool ready = service["spec"]["publishNotReadyAddresses"].as_bool() || (serving && !terminating);
  Value endpoint = Value::object();
  endpoint["addresses"] = Value::array();
  for (const std::string& address : addresses_of(pod, ipv6)) endpoint["addresses"].push_back(address);
  endpoint["conditions"] = Value::object({{"ready", ready}, {"serving", serving}, {"terminating", terminating}});
  if (const auto hostname = hostname_for(pod, service); !hostname.empty()) endpoint["hostname"] = hostname;
  endpoint["targetRef"] = Value::object({{"kind", "Pod"},
                                         {"namespace", object::namespace_of(pod)},
                                         {"name", object::name_of(pod)},
                                         {"uid", object::uid_of(pod)}});
  if (const auto name = pod["spec"]["nodeName"].as_string(); !name.empty()) endpoint["nodeName"] = name;
  const auto zone = object::labels_of(node)["topology.kubernetes.io/zone"].as_string();
  if (!zone.empty()) endpoint["zone"] = zone;
  return endpoint;
}

Value labels_for(View service) {
  Value labels = Value::object();
  for (const auto [name, value] : object::labels_of(service).members())
    if (!is_reserved(name)) labels.set(name, value.to_value());
  labels.set(kManagedBy, kManager);
  labels.set(kServiceName, object::name_of(service));
  if (!has_cluster_ip(service)) labels.set(kHeadless, "");
  return labels;
}

/// A slice under work.
struct Slice {
  View before;  // absent: a new one
  Value endpoints = Value::array();
  bool changed = false;
  size_t size() const { return endpoints.items().size(); }
};

/// Endpoints of pods with the same ports, and the slices there are for these ports.
struct Group {
  Value ports;
  std::map<std::string, Value> wanted;  // by identity
  std::vector<Slice> slices;
};

class Family {
 public:
  Family(const Known& known, bool ipv6, Plan& plan)
      : known_(known), service_(known.service.root()), ipv6_(ipv6), plan_(plan), labels_(labels_for(service_)) {}

  void reconcile() {
    sort_existing();
    collect_wanted();
    for (auto& [key, group] : groups_) {
      keep_wanted(group);
      fill(group);
    }
    finish();
  }

 private:
  std::string_view address_type() const { return ipv6_ ? "IPv6" : "IPv4"; }

  void sort_existing() {
    for (const Document& slice : known_.slices) {
      if (slice["addressType"].as_string() != address_type()) continue;
      bool ours = false;
      for (const View owner : slice["metadata"]["ownerReferences"].items())
        ours = ours || owner["uid"].as_string() == object::uid_of(service_);
      if (!ours) {
        plan_.remove.emplace_back(object::name_of(slice.root()));
        continue;
      }
      Group& group = groups_[port_key(slice["ports"])];
      group.ports = slice["ports"].exists() ? slice["ports"].to_value() : Value::array();
      Slice entry;
      entry.before = slice.root();
      group.slices.push_back(std::move(entry));
    }
  }

  void collect_wanted() {
    for (const Document& document : known_.pods) {
      const View pod = document.root();
      if (!belongs_in_endpoints(pod, true)) continue;
      const std::string_view node_name = pod["spec"]["nodeName"].as_string();
      const Document node = node_name.empty() ? Document() : known_.node(node_name);
      if (!node && !service_["spec"]["publishNotReadyAddresses"].as_bool()) continue;
      Value ports = ports_of(service_, pod);
      Value endpoint = make_endpoint(pod, node.root(), service_, ipv6_);
      if (View(endpoint)["addresses"].empty()) continue;
      Group& group = groups_[port_key(ports)];
      if (group.slices.empty()) group.ports = std::move(ports);
      group.wanted.emplace(identity(endpoint), std::move(endpoint));
    }
  }

  void keep_wanted(Group& group) {
    for (Slice& slice : group.slices) {
      for (const View endpoint : slice.before["endpoints"].items()) {
        const auto wanted = group.wanted.find(identity(endpoint));
        if (wanted == group.wanted.end()) {
          slice.changed = true;
          continue;
        }
        slice.changed = slice.changed || !same_beyond_identity(wanted->second, endpoint);
        slice.endpoints.push_back(std::move(wanted->second));
        group.wanted.erase(wanted);
      }
      if (!(object::labels_of(slice.before) == View(labels_))) slice.changed = true;
    }
  }

  static void put(Slice& slice, Group& group) {
    while (!group.wanted.empty() && slice.size() < kMostEndpoints) {
      slice.endpoints.push_back(std::move(group.wanted.begin()->second));
      group.wanted.erase(group.wanted.begin());
      slice.changed = true;
    }
  }

  // First slices that are written anyway, the fullest first; then one that has just enough room; then new ones.
  static void fill(Group& group) {
    std::vector<Slice*> order;
    for (Slice& slice : group.slices)
      if (slice.changed && slice.size() > 0) order.push_back(&slice);
    std::stable_sort(order.begin(), order.end(), [](const Slice* a, const Slice* b) { return a->size() > b->size(); });
    for (Slice* slice : order) put(*slice, group);
    while (!group.wanted.empty()) {
      Slice* best = nullptr;
      for (Slice& slice : group.slices)
        if (!slice.changed && slice.size() + group.wanted.size() <= kMostEndpoints &&
            (!best || slice.size() > best->size()))
          best = &slice;
      if (!best) {
        // Reuse one that would be deleted.
        const auto empty = std::find_if(group.slices.begin(), group.slices.end(),
                                        [](const Slice& s) { return s.changed && s.size() == 0; });
        best = empty != group.slices.end() ? &*empty : &group.slices.emplace_back();
      }
      put(*best, group);
    }
  }

  void finish() {
    std::vector<View> spare;  // to be deleted, or used under their name
    std::vector<std::pair<Slice*, const Group*>> fresh;
    size_t kept = 0;
    for (auto& [key, group] : groups_)
      for (Slice& slice : group.slices) {
        if (slice.size() == 0 && slice.before.exists()) {
          spare.push_back(slice.before);
        } else if (!slice.before.exists()) {
          fresh.emplace_back(&slice, &group);
        } else {
          ++kept;
          if (slice.changed) plan_.update.push_back(write(slice, group));
        }
      }
    Slice placeholder;
    Group no_ports;
    no_ports.ports = Value::array();
    if (kept == 0 && fresh.empty()) {
      if (spare.size() == 1 && spare[0]["endpoints"].empty() && spare[0]["ports"].empty() &&
          object::labels_of(spare[0]) == View(labels_))
        return;
      fresh.emplace_back(&placeholder, &no_ports);
    }
    for (auto& [slice, group] : fresh) {
      if (spare.empty()) {
        if (!object::is_deleting(service_)) plan_.create.push_back(write(*slice, *group));
        continue;
      }
      slice->before = spare.back();
      spare.pop_back();
      plan_.update.push_back(write(*slice, *group));
    }
    for (const View slice : spare) plan_.remove.emplace_back(object::name_of(slice));
  }

  Value write(Slice& slice, const Group& group) const {
    Value out = slice.before.exists() ? slice.before.to_value() : make_slice();
    out["metadata"].set("labels", labels_);
    if (known_.trigger_time != 0)
      out["metadata"]["annotations"][kTriggerTime] = object::format_time(known_.trigger_time);
    else if (Value* annotations = out["metadata"].find("annotations"))
      annotations->erase(kTriggerTime);
    out.set("endpoints", slice.endpoints);
    out.set("ports", group.ports);
    return out;
  }

  Value make_slice() const {
    const std::string name(object::name_of(service_));
    Value meta = Value::object(
        {{"generateName", name.size() > 252 ? name : name + "-"}, {"namespace", object::namespace_of(service_)}});
    meta["ownerReferences"].push_back(controller_reference(service_));
    return Value::object({{"apiVersion", "discovery.k8s.io/v1"},
                          {"kind", "EndpointSlice"},
                          {"metadata", std::move(meta)},
                          {"addressType", address_type()}});
  }

  const Known& known_;
  View service_;
  bool ipv6_;
  Plan& plan_;
  Value labels_;
  std::map<std::string, Group> groups_;
};

/// IPv4 and IPv6, as the Service asks for.
std::pair<bool, bool> families_of(View service) {
  bool v4 = false, v6 = false;
  for (const View family : service["spec"]["ipFamilies"].items()) (family.as_string() == "IPv6" ? v6 : v4) = true;
  if (v4 || v6) return {v4, v6};
  if (has_cluster_ip(service)) {
    v6 = service["spec"]["clusterIP"].as_string().find(':') != std::string_view::npos;
    return {!v6, v6};
  }
  return {true, true};
}

}  // namespace

Plan make_plan(const Known& known) {
  Plan plan;
  const auto [v4, v6] = families_of(known.service.root());
  for (const Document& slice : known.slices) {
    const std::string_view type = slice["addressType"].as_string();
    if ((type == "IPv4" && v4) || (type == "IPv6" && v6)) continue;
    plan.remove.emplace_back(object::name_of(slice.root()));
  }
  if (v4) Family(known, false, plan).reconcile();
  if (v6) Family(known, true, plan).reconcile();
  return plan;
}

}  // namespace proa::controllers::endpointslice
