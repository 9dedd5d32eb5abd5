// Services: the addresses and node ports that they claim, and their validation.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "api/ip_allocator.h"
#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/meta.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::array<std::string_view, 2> kFields = {"spec.clusterIP", "spec.type"};
constexpr std::array<std::string_view, 4> kTypes = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};

std::string_view type_of(View service) { return service["spec"]["type"].as_string(); }
std::string_view address_of(View service) { return service["spec"]["clusterIP"].as_string(); }
bool is_external(View service) { return type_of(service) == "NodePort" || type_of(service) == "LoadBalancer"; }
bool is_reachable(View service) {
  return is_external(service) || (type_of(service) == "ClusterIP" && !service["spec"]["externalIPs"].empty());
}
bool has_real_address(View service) { return !address_of(service).empty() && address_of(service) != "None"; }

bool wants_node_ports(View service) {
  return type_of(service) == "NodePort" ||
         (type_of(service) == "LoadBalancer" && service["spec"]["allocateLoadBalancerNodePorts"].as_bool(true));
}

std::set<int> node_ports_of(View service) {
  std::set<int> ports;
  for (View port : service["spec"]["ports"].items())
    if (const int64_t number = port["nodePort"].as_int(); number != 0) ports.insert(static_cast<int>(number));
  if (const int64_t number = service["spec"]["healthCheckNodePort"].as_int(); number != 0)
    ports.insert(static_cast<int>(number));
  return ports;
}

// ---- Preparing ----

/// clusterIP and clusterIPs tell the same; whoever sets one gets the other.
void align_cluster_ips(Value& spec, View old) {
  const std::string ip = View(spec)["clusterIP"].str();
  const View ips = View(spec)["clusterIPs"];
  if (ips.empty()) {
    if (!ip.empty()) spec.set("clusterIPs", Value::array({ip}));
    return;
  }
  const std::string first = ips.at(0).str();
  const bool ip_changed = old.exists() && old["spec"]["clusterIP"].as_string() != ip;
  const bool ips_changed = old.exists() && !(old["spec"]["clusterIPs"] == ips);
  if (ip.empty() && (!old.exists() || (!ip_changed && ips_changed))) spec.set("clusterIP", first);
  if (ip.empty() && ip_changed && !ips_changed) spec.erase("clusterIPs");
  if (!ip.empty() && ip_changed && !ips_changed) spec.set("clusterIPs", Value::array({ip}));
}

bool needs_health_check(View service) {
  return type_of(service) == "LoadBalancer" && service["spec"]["externalTrafficPolicy"].as_string() == "Local";
}

/// A port without a number gets the one that the port of its name had, unless another port has taken that.
void keep_node_ports(Value& service, View old) {
  Value* ports = service["spec"].find("ports");
  if (ports == nullptr || !ports->is_array()) return;
  std::set<int64_t> used;
  for (View port : View(*ports).items()) used.insert(port["nodePort"].as_int());
  for (Value& port : ports->items()) {
    if (View(port)["nodePort"].as_int() != 0) continue;
    for (View was : old["spec"]["ports"].items()) {
      const int64_t number = was["nodePort"].as_int();
      if (was["name"].as_string() != View(port)["name"].as_string() || number == 0 || used.contains(number)) continue;
      port.set("nodePort", number);
      break;
    }
  }
}

/// What a client left out of an update stays as it is: addresses and node ports that the server once gave.
void keep_allocated(Value& service, View old) {
  Value& spec = service["spec"];
  if (type_of(service) != "ExternalName" && type_of(old) != "ExternalName") {
    if (address_of(service).empty() && !address_of(old).empty())
      spec.set("clusterIP", old["spec"]["clusterIP"].to_value());
    if (View(spec)["clusterIPs"].empty() && address_of(service) == address_of(old) &&
        !old["spec"]["clusterIPs"].empty())
      spec.set("clusterIPs", old["spec"]["clusterIPs"].to_value());
  }
  if (wants_node_ports(service) && wants_node_ports(old)) keep_node_ports(service, old);
  if (needs_health_check(service) && needs_health_check(old) && View(spec)["healthCheckNodePort"].as_int() == 0)
    spec.set("healthCheckNodePort", old["spec"]["healthCheckNodePort"].to_value());
}

/// A change of type takes away what the new type has no use for, unless the client changed it too.
void drop_what_the_type_lost(Value& service, View old) {
  Value& spec = service["spec"];
  const View old_spec = old["spec"];
  const auto unchanged = [&](std::string_view member) {
    const View now = View(spec)[member];
    return now.exists() && now == old_spec[member];
  };
  const auto drop = [&](std::initializer_list<std::string_view> members) {
    for (const auto member : members)
      if (unchanged(member)) spec.erase(member);
  };
  if (type_of(old) != "ExternalName" && type_of(service) == "ExternalName")
    drop({"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"});
  if (wants_node_ports(old) && !wants_node_ports(service) && node_ports_of(old) == node_ports_of(service)) {
    if (Value* ports = spec.find("ports"); ports != nullptr && ports->is_array())
      for (Value& port : ports->items()) port.erase("nodePort");
  }
  if (type_of(old) == "LoadBalancer" && type_of(service) != "LoadBalancer")
    drop({"allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"});
  if (is_reachable(old) && !is_reachable(service)) drop({"externalTrafficPolicy"});
}

void prepare_for_create(Value& service, const WriteContext&) {
  service.set("status", Value::object({{"loadBalancer", Value::object()}}));
  align_cluster_ips(service["spec"], View());
}

void prepare_for_update(Value& service, View old, const WriteContext&) {
  service.set("status", old["status"].to_value());
  keep_allocated(service, old);
  align_cluster_ips(service["spec"], old);
  drop_what_the_type_lost(service, old);
}

void set_families(Value& service) {
  Value& spec = service["spec"];
  if (type_of(service) == "ExternalName") return;
  const bool headless_without_selector = address_of(service) == "None" && View(spec)["selector"].empty();
  if (View(spec)["ipFamilyPolicy"].as_string().empty())
    spec.set("ipFamilyPolicy", headless_without_selector ? "RequireDualStack" : "SingleStack");
  if (View(spec)["ipFamilies"].empty()) {
    spec.set("ipFamilies", headless_without_selector ? Value::array({"IPv4", "IPv6"}) : Value::array({"IPv4"}));
  }
}

// ---- Claiming ----

struct Claims {
  std::vector<std::string> ips;
  std::vector<int> ports;
};

Status refused(View service, const std::string& field, View value, std::string_view why) {
  ErrorList errors;
  errors.invalid(Path(field), value, why);
  return base::invalid("", "Service", object::name_of(service), errors.causes());
}

Result<void> claim_address(Value& service, View old, const WriteContext& context, Claims& claims) {
  Value& spec = service["spec"];
  if (type_of(service) == "ExternalName" || address_of(service) == "None") return {};
  if (old.exists() && has_real_address(old) && address_of(old) == address_of(service)) return {};
  if (address_of(service).empty()) {
    auto ip = context.allocators->allocate_ip(*context.random);
    if (!ip) return Error(base::internal_error("failed to allocate a serviceIP for Service: " + ip.error().message));
    spec.set("clusterIP", *ip);
    spec.set("clusterIPs", Value::array({*ip}));
    claims.ips.push_back(*ip);
    return {};
  }
  const std::string ip(address_of(service));
  if (const auto wrong = schema::ip_errors(ip); !wrong.empty())
    return Error(refused(service, "spec.clusterIPs[0]", View(spec)["clusterIP"], wrong.front()));
  if (auto claimed = context.allocators->claim_ip(ip); !claimed)
    return Error(refused(service, "spec.clusterIPs", View(spec)["clusterIPs"],
                         fmt::format("failed to allocate IP {}: {}", ip, claimed.error().message)));
  claims.ips.push_back(ip);
  return {};
}

Result<void> claim_node_ports(Value& service, View old, const WriteContext& context, Claims& claims) {
  Value* ports = service["spec"].find("ports");
  if (ports == nullptr || !ports->is_array() || !is_external(service)) return {};
  const std::set<int> had = old.exists() ? node_ports_of(old) : std::set<int>{};
  std::set<int> mine = had;
  size_t index = 0;
  for (Value& port : ports->items()) {
    const std::string field = fmt::format("spec.ports[{}].nodePort", index++);
    const int number = static_cast<int>(View(port)["nodePort"].as_int());
    if (number != 0) {
      if (!mine.insert(number).second) continue;  // ours already: the same port for another protocol
      if (auto claimed = context.allocators->claim_port(number); !claimed)
        return Error(refused(service, field, View(port)["nodePort"], claimed.error().message));
      claims.ports.push_back(number);
    } else if (wants_node_ports(service)) {
      auto given = context.allocators->allocate_port(*context.random);
      if (!given) return Error(base::internal_error("failed to allocate a nodePort: " + given.error().message));
      port.set("nodePort", *given);
      mine.insert(*given);
      claims.ports.push_back(*given);
    }
  }
  return {};
}

Result<void> claim_health_check_port(Value& service, View old, const WriteContext& context, Claims& claims) {
  Value& spec = service["spec"];
  const int number = static_cast<int>(View(spec)["healthCheckNodePort"].as_int());
  if (!needs_health_check(service) ||
      (old.exists() && number != 0 && old["spec"]["healthCheckNodePort"].as_int() == number))
    return {};
  if (number != 0) {
    if (auto claimed = context.allocators->claim_port(number); !claimed)
      return Error(
          refused(service, "spec.healthCheckNodePort", View(spec)["healthCheckNodePort"], claimed.error().message));
    claims.ports.push_back(number);
    return {};
  }
  auto given = context.allocators->allocate_port(*context.random);
  if (!given) return Error(given.error());
  spec.set("healthCheckNodePort", *given);
  claims.ports.push_back(*given);
  return {};
}

/// What `old` held and `service` no longer does.
Claims left_behind(View service, View old) {
  Claims left;
  if (!old.exists()) return left;
  if (has_real_address(old) && address_of(old) != address_of(service)) left.ips.emplace_back(address_of(old));
  const std::set<int> kept = node_ports_of(service);
  for (const int port : node_ports_of(old))
    if (!kept.contains(port)) left.ports.push_back(port);
  return left;
}

void release(Allocators& allocators, const Claims& claims) {
  for (const auto& ip : claims.ips) allocators.release_ip(ip);
  for (const int port : claims.ports) allocators.release_port(port);
}

bool address_changed(View service, View old) {
  if (type_of(service) == "ExternalName" || type_of(old) == "ExternalName") return false;
  const std::string_view now = address_of(service);
  return !address_of(old).empty() && !now.empty() && address_of(old) != now;
}

void validate_address_kept(View service, View old, ErrorList& errors) {
  if (!address_changed(service, old)) return;
  const Path path("spec");
  const Path ips = path.child("clusterIPs");
  const Value wanted = Value::array({std::string(address_of(service))});
  errors.invalid(ips.index(0), wanted, "may not change once set");
}

/// Rules of updates alone, which upstream tells before all others.
void validate_kept(View service, View old, ErrorList& errors) {
  validate_address_kept(service, old, errors);
  const View now = service["spec"]["loadBalancerClass"], was = old["spec"]["loadBalancerClass"];
  const bool balances = type_of(service) == "LoadBalancer" && type_of(old) == "LoadBalancer";
  const Value nothing(nullptr);
  const Path path("spec");
  if (balances && !(now == was))
    errors.invalid(path.child("loadBalancerClass"), now.exists() ? now : View(nothing), "may not change once set");
}

Result<Finish> begin(Value& service, View old, const WriteContext& context) {
  if (old.exists() && address_changed(service, old)) {
    schema::ErrorList errors;
    validate_address_kept(service, old, errors);
    return Error(base::invalid("", "Service", object::name_of(service), errors.causes()));
  }
  set_families(service);
  Claims claims;
  for (const auto claim : {claim_address, claim_node_ports, claim_health_check_port}) {
    if (auto done = claim(service, old, context, claims); !done) {
      release(*context.allocators, claims);
      return Error(done.error());
    }
  }
  return Finish(
      [allocators = context.allocators, claims = std::move(claims), left = left_behind(service, old),
       dry_run = context.dry_run](bool committed) { release(*allocators, committed && !dry_run ? left : claims); });
}

void after_delete(View last, const WriteContext& context) {
  Claims all;
  if (has_real_address(last)) all.ips.emplace_back(address_of(last));
  for (const int port : node_ports_of(last)) all.ports.push_back(port);
  release(*context.allocators, all);
}

// ---- Validating ----

void validate_port(View port, bool name_required, std::set<std::string, std::less<>>& names, const Path& path,
                   ErrorList& errors) {
  const std::string_view name = port["name"].as_string();
  if (name.empty()) {
    if (name_required) errors.required(path.child("name"), "");
  } else {
    validation::dns1123_label(name, path.child("name"), errors);
    if (!names.emplace(name).second) errors.duplicate(path.child("name"), name);
  }
  validation::port_number(port["port"], path.child("port"), errors);
  const std::string_view protocol = port["protocol"].as_string();
  if (protocol.empty()) {
    errors.required(path.child("protocol"), "");
  } else if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
    errors.not_supported(path.child("protocol"), protocol, {"SCTP", "TCP", "UDP"});
  }
  validation::port_number_or_name(port["targetPort"], path.child("targetPort"), errors);
  if (const View app = port["appProtocol"]; app.is_string())
    for (const auto& why : schema::qualified_name_errors(app.as_string()))
      errors.invalid(path.child("appProtocol"), app.as_string(), why);
}

void validate_ports(View service, const Path& path, ErrorList& errors) {
  const View ports = service["spec"]["ports"];
  const Path list = path.child("ports");
  std::set<std::string, std::less<>> names;
  for (size_t i = 0; i < ports.size(); ++i) validate_port(ports.at(i), ports.size() > 1, names, list.index(i), errors);
  std::set<std::pair<std::string, int64_t>> node_ports, numbers;
  for (size_t i = 0; i < ports.size(); ++i) {
    const View port = ports.at(i);
    const Path at = list.index(i);
    const int64_t node_port = port["nodePort"].as_int();
    if (node_port != 0 && type_of(service) == "ClusterIP")
      errors.forbidden(at.child("nodePort"), "may not be used when `type` is 'ClusterIP'");
    if (node_port != 0 && !node_ports.emplace(port["protocol"].str(), node_port).second)
      errors.duplicate(at.child("nodePort"), port["nodePort"]);
    if (!numbers.emplace(port["protocol"].str(), port["port"].as_int()).second) {
      const Value key = Value::object({{"protocol", port["protocol"].str()}, {"port", port["port"].as_int()}});
      errors.duplicate(at, key);
    }
  }
}

void validate_external_name(View service, const Path& path, ErrorList& errors) {
  const View spec = service["spec"];
  for (const std::string_view member : {"clusterIPs", "ipFamilies", "ipFamilyPolicy"})
    if (!spec[member].empty() || !spec[member].as_string().empty())
      errors.forbidden(path.child(member), "may not be set for ExternalName services");
  std::string_view name = spec["externalName"].as_string();
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.required(path.child("externalName"), "");
    return;
  }
  for (const auto& message : schema::dns1123_subdomain_errors(name))
    errors.invalid(path.child("externalName"), name, message);
}

void validate_policies(View service, const Path& path, ErrorList& errors) {
  const View spec = service["spec"];
  const std::string_view policy = spec["externalTrafficPolicy"].as_string();
  const Path at = path.child("externalTrafficPolicy");
  if (!is_reachable(service)) {
    if (!policy.empty()) errors.invalid(at, policy, "may only be set for externally-accessible services");
  } else if (policy.empty()) {
    errors.required(at, "");
  } else if (policy != "Cluster" && policy != "Local") {
    errors.not_supported(at, policy, {"Cluster", "Local"});
  }
  if (!needs_health_check(service) && spec["healthCheckNodePort"].as_int() != 0)
    errors.invalid_number(path.child("healthCheckNodePort"), spec["healthCheckNodePort"].as_int(),
                          "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  const std::string_view internal = spec["internalTrafficPolicy"].as_string();
  if (spec["internalTrafficPolicy"].is_string() && internal != "Cluster" && internal != "Local")
    errors.not_supported(path.child("internalTrafficPolicy"), internal, {"Cluster", "Local"});
}

void validate(View service, ErrorList& errors) {
  const Path path("spec");
  const View spec = service["spec"];
  const std::string_view type = type_of(service);
  const bool headless = address_of(service) == "None";
  if (spec["ports"].empty() && !headless && type != "ExternalName") errors.required(path.child("ports"), "");
  const Path ips = path.child("clusterIPs");
  if (headless && is_external(service))
    errors.invalid(ips.index(0), "None", fmt::format("may not be set to 'None' for {} services", type));
  if (type == "ExternalName") validate_external_name(service, path, errors);
  validate_ports(service, path, errors);
  validation::labels(spec["selector"], path.child("selector"), errors);
  validation::session_affinity(spec, path, errors);
  if (!headless && has_real_address(service))
    for (const auto& message : schema::ip_errors(address_of(service)))
      errors.invalid(ips.index(0), address_of(service), message);
  validation::service_addresses(spec, path, errors);
  if (type.empty()) {
    errors.required(path.child("type"), "");
  } else if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    errors.not_supported(path.child("type"), type, kTypes);
  }
  validation::load_balancer(spec, path, errors);
  validate_policies(service, path, errors);
}

void warn(View service, View, std::vector<std::string>& out) {
  if (service["spec"]["externalIPs"].empty()) return;
  if (address_of(service) == "None")
    out.emplace_back("spec.externalIPs is ignored for headless services");
  else
    out.emplace_back("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
}

std::string field(View service, std::string_view name) {
  return std::string(name == "spec.type" ? type_of(service) : address_of(service));
}

}  // namespace

KindBehaviour service() {
  KindBehaviour behaviour;
  behaviour.name_rule = NameRule::kLabel;  // relaxed since 1.36
  behaviour.prepare_for_create = prepare_for_create;
  behaviour.prepare_for_update = prepare_for_update;
  behaviour.begin = begin;
  behaviour.after_delete = after_delete;
  behaviour.validate = validate;
  behaviour.validate_update = validate_kept;
  behaviour.update_rules_first = true;
  behaviour.warnings = warn;
  behaviour.returns_deleted_object = true;
  behaviour.allow_create_on_update = true;
  behaviour.selectable_fields = kFields;
  behaviour.field = field;
  behaviour.row = rows::service;
  return behaviour;
}

}  // namespace proa::api::kinds
