// Each rule says in code what the API documentation says in words of the field that it fills.
#include "schema/defaulting_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/base64.h"
#include "object/image_reference.h"
#include "object/quantity.h"
#include "schema/draft.h"
#include "schema/zero.h"

namespace proa::schema {

using object::Quantity;
using object::TimeNs;
using object::Value;
using object::View;

namespace {

bool is_unset(const Value* v) { return v == nullptr || v->is_null() || (v->is_string() && v->string().empty()); }

/// Sets a direct member when it is absent, null or an empty text.
void fill(Value& object, Type type, object::Key name, Value value) {
  if (is_unset(object.find(name))) set_in_order(object, type, type.field(name), std::move(value));
}

void sort_members(Value& map) {
  std::sort(map.members().begin(), map.members().end(),
            [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); });
}

/// Adds to the map at `path` what `from` has and it lacks.
void add_missing(Value& object, Type type, std::string_view path, View from) {
  if (from.empty()) return;
  Value& to = make_path(object, type, path);
  if (!to.is_object()) to = Value::object();
  for (const auto [name, value] : from.members()) {
    if (to.find(name) == nullptr) to.set(name, value.to_value());
  }
  sort_members(to);
}

Type container_type(Type pod, std::string_view list) { return pod.field("spec").type().field(list).type(); }

template <class Do>
void each_container(Value& pod, Type type, Do&& act) {
  for (const std::string_view list : {"spec.containers", "spec.initContainers"}) {
    Value* containers = find_path(pod, list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (Value& c : containers->items()) act(c, container_type(type, list.substr(5)));
  }
}

/// A container that limits a resource and does not say what it requests, requests what it is limited to.
void requests_from_limits(Value& pod, Type type, TimeNs) {
  each_container(pod, type, [](Value& container, Type container_type) {
    const Value limits = View(container)["resources"]["limits"].to_value();
    add_missing(container, container_type, "resources.requests", limits);
  });
}

/// On the host's network a container port is a port of the host.
void host_network_ports(Value& pod, Type type, TimeNs) {
  if (!View(pod)["spec"]["hostNetwork"].as_bool()) return;
  each_container(pod, type, [](Value& container, Type container_type) {
    Value* ports = container.find("ports");
    if (ports == nullptr || !ports->is_array()) return;
    const Type port_type = container_type.field("ports").type();
    for (Value& port : ports->items()) {
      if (View(port)["hostPort"].as_int() != 0) continue;
      set_in_order(port, port_type, port_type.field("hostPort"), View(port)["containerPort"].as_int());
    }
  });
}

bool is_huge_page(std::string_view resource) { return resource.starts_with("hugepages-"); }
bool is_pod_level(std::string_view resource) {
  return resource == "cpu" || resource == "memory" || is_huge_page(resource);
}
bool may_overcommit(std::string_view resource) { return resource == "cpu" || resource == "memory"; }

using Amounts = std::map<std::string, Quantity, std::less<>>;

void add_amounts(Amounts& to, View resources) {
  for (const auto [name, text] : resources.members()) {
    const auto q = Quantity::parse(text.as_string());
    if (!q) continue;
    const auto [at, fresh] = to.try_emplace(std::string(name), *q);
    if (!fresh) at->second = at->second + *q;
  }
}

void raise_amounts(Amounts& to, const Amounts& other) {
  for (const auto& [name, q] : other) {
    const auto [at, fresh] = to.try_emplace(name, q);
    if (!fresh && at->second < q) at->second = q;
  }
}

/// What a pod needs at its neediest moment: all containers and sidecars together, or one init container beside the
/// sidecars that started before it.
Amounts aggregate(View pod, object::Key what) {
  Amounts sum, sidecars, init_peak;
  for (const View c : pod["spec"]["containers"].items()) add_amounts(sum, c["resources"][what]);
  for (const View c : pod["spec"]["initContainers"].items()) {
    if (c["restartPolicy"].as_string() == "Always") {
      add_amounts(sidecars, c["resources"][what]);
      raise_amounts(init_peak, sidecars);
      add_amounts(sum, c["resources"][what]);
    } else {
      Amounts one = sidecars;
      add_amounts(one, c["resources"][what]);
      raise_amounts(init_peak, one);
    }
  }
  raise_amounts(sum, init_peak);
  return sum;
}

/// Where a pod has limits of its own, its own requests follow from the containers' and from those limits.
void pod_level_resources(Value& pod, Type type, TimeNs) {
  const View resources = View(pod)["spec"]["resources"];
  if (resources["limits"].empty() && resources["requests"].empty()) return;
  Value limits = Value::object();
  for (const auto& [name, q] : aggregate(pod, "limits")) {
    if (is_huge_page(name) && !resources["requests"].has(name)) limits.set(name, q.to_string());
  }
  add_missing(pod, type, "spec.resources.limits", limits);
  if (View(pod)["spec"]["resources"]["limits"].empty()) return;
  Value requests = Value::object();
  for (const auto& [name, q] : aggregate(pod, "requests")) {
    if (may_overcommit(name)) requests.set(name, q.to_string());
  }
  const Value own_limits = View(pod)["spec"]["resources"]["limits"].to_value();
  for (const auto [name, q] : View(own_limits).members()) {
    if (is_pod_level(name) && requests.find(name) == nullptr) requests.set(name, q.to_value());
  }
  add_missing(pod, type, "spec.resources.requests", requests);
}

/// `latest`, said or implied, is pulled always; so is nothing else. A digest is never latest, nor is what is no name.
const char* pull_policy(std::string_view image) {
  if (!object::is_image_reference(image) || image.contains('@')) return "IfNotPresent";
  const std::string_view last = image.substr(image.rfind('/') + 1);
  const size_t colon = last.find(':');
  return colon == std::string_view::npos || last.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void image_pull_policy(Value& container, Type type, TimeNs) {
  if (!is_unset(container.find("imagePullPolicy"))) return;
  fill(container, type, "imagePullPolicy", pull_policy(View(container)["image"].as_string()));
}

/// A volume without any source is an emptyDir.
void volume_source(Value& volume, Type type, TimeNs) {
  bool has_source = false;
  for (const auto& [name, value] : volume.members()) has_source |= name.text() != "name" && !value.is_null();
  if (!has_source) set_in_order(volume, type, type.field("emptyDir"), Value::object());
  if (Value* image = volume.find("image"); image != nullptr && image->is_object()) {
    fill(*image, type.field("image").type(), "pullPolicy", pull_policy(View(*image)["reference"].as_string()));
  }
}

void namespace_name_label(Value& object, Type type, TimeNs) {
  const std::string name = View(object)["metadata"]["name"].str();
  if (name.empty()) return;
  Value& labels = make_path(object, type, "metadata.labels");
  labels["kubernetes.io/metadata.name"] = name;
  sort_members(labels);
}

void allocatable_from_capacity(Value& status, Type type, TimeNs) {
  if (!View(status)["allocatable"].empty() || View(status)["capacity"].empty()) return;
  set_in_order(status, type, type.field("allocatable"), View(status)["capacity"].to_value());
}

/// For containers: default from max, default request from default and min.
void limit_range_item(Value& item, Type type, TimeNs) {
  if (View(item)["type"].as_string() != "Container") return;
  for (const auto& [to, from] :
       {std::pair("default", "max"), {"defaultRequest", "default"}, {"defaultRequest", "min"}}) {
    const Value source = View(item)[object::Key(std::string_view(from))].to_value();
    add_missing(item, type, to, source);
  }
}

void labels_from_template(Value& object, Type type, TimeNs) {
  const Value labels = View(object)["spec"]["template"]["metadata"]["labels"].to_value();
  if (View(labels).empty() || !View(object)["metadata"]["labels"].empty()) return;
  make_path(object, type, "metadata.labels") = labels;
}

/// A member of the object once, an annotation since: every DaemonSet that is read has it.
void template_generation(Value& object, Type type, TimeNs) {
  constexpr std::string_view kName = "deprecated.daemonset.template.generation";
  if (View(object)["metadata"]["annotations"][kName].exists()) return;
  Value& annotations = make_path(object, type, "metadata.annotations");
  annotations[kName] = "0";
  std::ranges::sort(annotations.members(), {}, [](const auto& member) { return member.name.text(); });
}

void labels_and_selector_from_template(Value& object, Type type, TimeNs now) {
  const Value labels = View(object)["spec"]["template"]["metadata"]["labels"].to_value();
  if (View(labels).empty()) return;
  if (View(object)["spec"]["selector"].empty()) make_path(object, type, "spec.selector") = labels;
  labels_from_template(object, type, now);
}

void service_ports(Value& spec, Type type) {
  Value* ports = spec.find("ports");
  if (ports == nullptr || !ports->is_array()) return;
  const Type port_type = type.field("ports").type();
  for (Value& port : ports->items()) {
    fill(port, port_type, "protocol", "TCP");
    const View target = View(port)["targetPort"];
    const bool unset = target.is_string() ? target.as_string().empty() : target.as_int() == 0;
    if (unset) set_in_order(port, port_type, port_type.field("targetPort"), View(port)["port"].as_int());
  }
}

void service_affinity(Value& spec, Type type) {
  fill(spec, type, "sessionAffinity", "None");
  const std::string affinity = View(spec)["sessionAffinity"].str();
  if (affinity == "None") spec.erase("sessionAffinityConfig");
  if (affinity == "ClientIP" && !View(spec)["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].is_int()) {
    set_in_order(spec, type, type.field("sessionAffinityConfig"),
                 Value::object({{"clientIP", Value::object({{"timeoutSeconds", 10800}})}}));
  }
}

void load_balancer_ip_mode(Value& service, Type type) {
  Value* ingress = find_path(service, "status.loadBalancer.ingress");
  if (ingress == nullptr || !ingress->is_array()) return;
  const Type item = type.field("status").type().field("loadBalancer").type().field("ingress").type();
  for (Value& entry : ingress->items()) {
    if (!is_unset(entry.find("ip"))) fill(entry, item, "ipMode", "VIP");
  }
}

void service(Value& object, Type type, TimeNs) {
  Value& spec = make_path(object, type, "spec");
  const Type spec_type = type.field("spec").type();
  if (!spec.is_object()) spec = zero_struct(spec_type);
  service_affinity(spec, spec_type);
  fill(spec, spec_type, "type", "ClusterIP");
  service_ports(spec, spec_type);
  const std::string kind = View(spec)["type"].str();
  const bool outside =
      kind == "LoadBalancer" || kind == "NodePort" || (kind == "ClusterIP" && !View(spec)["externalIPs"].empty());
  if (outside) fill(spec, spec_type, "externalTrafficPolicy", "Cluster");
  if (kind == "NodePort" || kind == "LoadBalancer" || kind == "ClusterIP") {
    fill(spec, spec_type, "internalTrafficPolicy", "Cluster");
  }
  if (kind == "LoadBalancer") {
    fill(spec, spec_type, "allocateLoadBalancerNodePorts", true);
    load_balancer_ip_mode(object, type);
  }
}

void time_added(Value& taint, Type type, TimeNs now) { fill(taint, type, "timeAdded", object::format_time(now)); }

/// Names of a custom kind follow from its kind; the version that is stored is one of the stored ones.
void custom_resource_names(Value& object, Type type, TimeNs) {
  const std::string kind = View(object)["spec"]["names"]["kind"].str();
  Value& names = make_path(object, type, "spec.names");
  const Type names_type = type.field("spec").type().field("names").type();
  if (!names.is_object()) names = zero_struct(names_type);
  std::string singular = kind;
  std::transform(singular.begin(), singular.end(), singular.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!singular.empty()) fill(names, names_type, "singular", singular);
  if (!kind.empty()) fill(names, names_type, "listKind", kind + "List");
  if (!View(object)["status"]["storedVersions"].empty()) return;
  for (const View version : View(object)["spec"]["versions"].items()) {
    if (!version["storage"].as_bool()) continue;
    make_path(object, type, "status.storedVersions") = Value::array({Value(version["name"].as_string())});
    return;
  }
}

// The rest are no defaults in upstream's eyes but conversions; they happen at the same moment.

/// `stringData` is a way to write `data`, never stored.
void string_data(Value& secret, Type type, TimeNs) {
  const Value texts = View(secret)["stringData"].to_value();
  if (!texts.is_object()) return;
  if (!View(texts).empty()) {
    Value& data = make_path(secret, type, "data");
    if (!data.is_object()) data = Value::object();
    for (const auto [key, text] : View(texts).members()) data.set(key, base::base64_encode(text.as_string()));
    sort_members(data);
  }
  secret.erase("stringData");
}

/// `serviceAccount` is the old name of `serviceAccountName`: both are written, the new one counts.
void service_account_alias(Value& spec, Type type, TimeNs) {
  fill(spec, type, "serviceAccountName", View(spec)["serviceAccount"].str());
  const std::string name = View(spec)["serviceAccountName"].str();
  if (name.empty()) {
    spec.erase("serviceAccountName");
  } else {
    set_in_order(spec, type, type.field("serviceAccount"), name);
  }
}

/// `podIP` is the first of `podIPs`.
void pod_ips(Value& status, Type type, TimeNs) {
  const std::string ip = View(status)["podIP"].str();
  const View first = View(status)["podIPs"].at(0)["ip"];
  if (ip.empty() && !first.as_string().empty()) {
    set_in_order(status, type, type.field("podIP"), first.str());
  } else if (!ip.empty() && first.as_string() != ip) {
    set_in_order(status, type, type.field("podIPs"), Value::array({Value::object({{"ip", ip}})}));
  }
}

/// `podCIDR` is the first of `podCIDRs`, and counts where they differ.
void node_cidrs(Value& spec, Type type, TimeNs) {
  const std::string cidr = View(spec)["podCIDR"].str();
  const std::string first = View(spec)["podCIDRs"].at(0).str();
  if (!cidr.empty() && first != cidr) {
    set_in_order(spec, type, type.field("podCIDRs"), Value::array({Value(cidr)}));
  } else if (cidr.empty() && !first.empty()) {
    set_in_order(spec, type, type.field("podCIDR"), first);
  }
}

/// Claim templates are written with the type that they are of.
void claim_template_types(Value& set, Type type, TimeNs) {
  Value* templates = find_path(set, "spec.volumeClaimTemplates");
  if (templates == nullptr || !templates->is_array()) return;
  const Type claim = type.field("spec").type().field("volumeClaimTemplates").type();
  for (Value& t : templates->items()) {
    set_in_order(t, claim, claim.field("kind"), "PersistentVolumeClaim");
    set_in_order(t, claim, claim.field("apiVersion"), "v1");
  }
}

struct NamedRule {
  std::string_view name;
  DefaultingRule rule;
};

constexpr NamedRule kRules[] = {
    {"requests_from_limits", requests_from_limits},
    {"pod_level_resources", pod_level_resources},
    {"host_network_ports", host_network_ports},
    {"volume_source", volume_source},
    {"image_pull_policy", image_pull_policy},
    {"namespace_name_label", namespace_name_label},
    {"allocatable_from_capacity", allocatable_from_capacity},
    {"limit_range_item", limit_range_item},
    {"labels_from_template", labels_from_template},
    {"labels_and_selector_from_template", labels_and_selector_from_template},
    {"service", service},
    {"template_generation", template_generation},
    {"time_added", time_added},
    {"custom_resource_names", custom_resource_names},
    {"string_data", string_data},
    {"service_account_alias", service_account_alias},
    {"pod_ips", pod_ips},
    {"node_cidrs", node_cidrs},
    {"claim_template_types", claim_template_types},
};

}  // namespace

DefaultingRule find_defaulting_rule(std::string_view name) {
  for (const NamedRule& entry : kRules) {
    if (entry.name == name) return entry.rule;
  }
  return nullptr;
}

}  // namespace proa::schema
