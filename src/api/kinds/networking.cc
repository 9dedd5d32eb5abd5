// Ingresses and NetworkPolicies. Source: pkg/apis/networking/validation.
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

void add(const schema::Messages& messages, std::string_view text, const Path& path, ErrorList& errors) {
  for (const auto& why : messages) errors.invalid(path, text, why);
}

// ---- Ingress ----

void validate_service_backend(View service, const Path& path, ErrorList& errors) {
  const Path at = path.child("service");
  const Path port_path = at.child("port");
  const std::string_view name = service["name"].as_string(), port_name = service["port"]["name"].as_string();
  const int64_t number = service["port"]["number"].as_int();
  if (name.empty())
    errors.required(at.child("name"), "");
  else
    add(schema::dns1123_label_errors(name), name, at.child("name"), errors);
  if (!port_name.empty() && number != 0)
    errors.invalid(path, "", "cannot set both port name & port number");
  else if (!port_name.empty())
    add(schema::port_name_errors(port_name), port_name, port_path.child("name"), errors);
  else if (number != 0)
    validation::port_number(service["port"]["number"], port_path.child("number"), errors);
  else
    errors.required(path, "port name or number is required");
}

void validate_resource_backend(View resource, const Path& path, ErrorList& errors) {
  const std::string_view group = resource["apiGroup"].as_string();
  if (resource["apiGroup"].is_string())
    add(schema::dns1123_subdomain_errors(group), group, path.child("apiGroup"), errors);
  for (const std::string_view member : {"kind", "name"}) {
    const std::string_view text = resource[member].as_string();
    if (text.empty())
      errors.required(path.child(member), "");
    else
      add(schema::path_segment_name_errors(text), text, path.child(member), errors);
  }
}

void validate_backend(View backend, const Path& path, ErrorList& errors) {
  const bool service = backend["service"].is_object(), resource = backend["resource"].is_object();
  if (service && resource) return errors.invalid(path, "", "cannot set both resource and service backends");
  if (resource) return validate_resource_backend(backend["resource"], path.child("resource"), errors);
  if (service) return validate_service_backend(backend["service"], path, errors);
  errors.invalid(path, "", "resource or service backend is required");
}

void validate_absolute_path(std::string_view text, bool strict, const Path& path, ErrorList& errors) {
  if ((strict || !text.empty()) && !text.starts_with('/')) errors.invalid(path, text, "must be an absolute path");
  if (!strict) return;
  for (const std::string_view bad : {"//", "/./", "/../", "%2f", "%2F"})
    if (text.find(bad) != std::string_view::npos) errors.invalid(path, text, fmt::format("must not contain '{}'", bad));
  for (const std::string_view bad : {"/..", "/."})
    if (text.ends_with(bad)) errors.invalid(path, text, fmt::format("cannot end with '{}'", bad));
}

void validate_http_path(View http_path, const Path& path, ErrorList& errors) {
  if (!http_path["pathType"].is_string()) return errors.required(path.child("pathType"), "pathType must be specified");
  const std::string_view type = http_path["pathType"].as_string(), text = http_path["path"].as_string();
  if (type == "Exact" || type == "Prefix" || type == "ImplementationSpecific")
    validate_absolute_path(text, type != "ImplementationSpecific", path.child("path"), errors);
  else
    errors.not_supported(path.child("pathType"), type, {"Exact", "ImplementationSpecific", "Prefix"});
  validate_backend(http_path["backend"], path.child("backend"), errors);
}

void validate_host(std::string_view host, bool refuse_ip, const Path& path, ErrorList& errors) {
  if (refuse_ip && schema::ip_errors(host).empty()) errors.invalid(path, host, "must be a DNS name, not an IP address");
  const bool wildcard = host.find('*') != std::string_view::npos;
  add(wildcard ? schema::wildcard_dns1123_subdomain_errors(host) : schema::dns1123_subdomain_errors(host), host, path,
      errors);
}

void validate_ingress_rule(View rule, const Path& path, ErrorList& errors) {
  const std::string_view host = rule["host"].as_string();
  if (!host.empty()) validate_host(host, true, path.child("host"), errors);
  if (!rule["http"].is_object()) return;
  const Path http = path.child("http");
  const Path paths = http.child("paths");
  if (rule["http"]["paths"].empty()) errors.required(paths, "");
  size_t index = 0;
  for (const View one : rule["http"]["paths"].items()) validate_http_path(one, paths.index(index++), errors);
}

void validate_tls(View tls, const Path& path, ErrorList& errors) {
  const Path hosts = path.child("hosts");
  size_t index = 0;
  for (const View host : tls["hosts"].items()) validate_host(host.as_string(), false, hosts.index(index++), errors);
  const std::string_view secret = tls["secretName"].as_string();
  if (!secret.empty()) add(schema::dns1123_subdomain_errors(secret), secret, path.child("secretName"), errors);
}

void validate_ingress(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  if (spec["rules"].empty() && !spec["defaultBackend"].is_object())
    errors.invalid(path, spec["rules"], "either `defaultBackend` or `rules` must be specified");
  if (spec["defaultBackend"].is_object())
    validate_backend(spec["defaultBackend"], path.child("defaultBackend"), errors);
  size_t index = 0;
  const Path rules = path.child("rules"), tls = path.child("tls");
  for (const View rule : spec["rules"].items()) validate_ingress_rule(rule, rules.index(index++), errors);
  index = 0;
  for (const View one : spec["tls"].items()) validate_tls(one, tls.index(index++), errors);
  const std::string_view name = spec["ingressClassName"].as_string();
  if (spec["ingressClassName"].is_string())
    add(schema::dns1123_subdomain_errors(name), name, path.child("ingressClassName"), errors);
}

// ---- NetworkPolicy ----

/// The range, when the text is one; else why not goes into `errors`.
std::optional<schema::IpRange> range_of(std::string_view text, const Path& path, ErrorList& errors) {
  const auto wrong = schema::cidr_errors(text);
  add(wrong, text, path, errors);
  return schema::parse_cidr(text);
}

void validate_ip_block(View block, const Path& path, ErrorList& errors) {
  const std::string_view text = block["cidr"].as_string();
  if (text.empty()) return errors.required(path.child("cidr"), "");
  const auto cidr = range_of(text, path.child("cidr"), errors);
  if (!cidr) return;
  const Path except = path.child("except");
  size_t index = 0;
  for (const View item : block["except"].items()) {
    const Path at = except.index(index++);
    const auto inner = range_of(item.as_string(), at, errors);
    if (inner && !schema::is_strictly_within(*inner, *cidr))
      errors.invalid(at, item.as_string(), "must be a strict subset of `cidr`");
  }
}

void validate_peer(View peer, const Path& path, ErrorList& errors) {
  int peers = 0;
  for (const std::string_view selector : {"podSelector", "namespaceSelector"}) {
    if (!peer[selector].is_object()) continue;
    ++peers;
    validation::label_selector(peer[selector], path.child(selector), errors);
  }
  const bool block = peer["ipBlock"].is_object();
  if (block) validate_ip_block(peer["ipBlock"], path.child("ipBlock"), errors);
  if (peers == 0 && !block) errors.required(path, "must specify a peer");
  if (peers > 0 && block) errors.forbidden(path, "may not specify both ipBlock and another peer");
}

void validate_policy_port(View port, const Path& path, ErrorList& errors) {
  const std::string_view protocol = port["protocol"].as_string();
  if (port["protocol"].is_string() && protocol != "TCP" && protocol != "UDP" && protocol != "SCTP")
    errors.not_supported(path.child("protocol"), protocol, {"TCP", "UDP", "SCTP"});
  const View number = port["port"], end = port["endPort"];
  const Path end_path = path.child("endPort"), port_path = path.child("port");
  if (number.is_int()) {
    validation::port_number(number, port_path, errors);
    if (!end.is_int()) return;
    if (end.as_int() < number.as_int())
      errors.invalid_number(end_path, number.as_int(), "must be greater than or equal to `port`");
    validation::port_number(end, end_path, errors);
    return;
  }
  if (end.is_int())
    errors.invalid_number(end_path, end.as_int(),
                          number.is_string() ? "may not be specified when `port` is non-numeric"
                                             : "may not be specified when `port` is not specified");
  if (number.is_string()) add(schema::port_name_errors(number.as_string()), number.as_string(), port_path, errors);
}

void validate_direction(View rules, std::string_view peers, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (const View rule : rules.items()) {
    const Path at = path.index(index++);
    const Path ports_path = at.child("ports"), peers_path = at.child(peers);
    size_t i = 0;
    for (const View port : rule["ports"].items()) validate_policy_port(port, ports_path.index(i++), errors);
    i = 0;
    for (const View peer : rule[peers].items()) validate_peer(peer, peers_path.index(i++), errors);
  }
}

void validate_network_policy(View object, ErrorList& errors) {
  const View spec = object["spec"];
  const Path path("spec");
  validation::label_selector(spec["podSelector"], path.child("podSelector"), errors);
  validate_direction(spec["ingress"], "from", path.child("ingress"), errors);
  validate_direction(spec["egress"], "to", path.child("egress"), errors);
  const Path types = path.child("policyTypes");
  if (spec["policyTypes"].size() > 2)
    return errors.invalid(types, spec["policyTypes"], "may not specify more than two policyTypes");
  size_t index = 0;
  for (const View type : spec["policyTypes"].items()) {
    const Path at = types.index(index++);
    if (type.as_string() != "Ingress" && type.as_string() != "Egress")
      errors.not_supported(at, type.as_string(), {"Ingress", "Egress"});
  }
}

}  // namespace

KindBehaviour ingress() {
  KindBehaviour behaviour;
  behaviour.validate = validate_ingress;
  behaviour.validates_alone = true;
  behaviour.row = rows::ingress;
  return behaviour;
}

KindBehaviour network_policy() {
  KindBehaviour behaviour;
  behaviour.validate = validate_network_policy;
  behaviour.validates_alone = true;
  behaviour.row = rows::network_policy;
  return behaviour;
}

}  // namespace proa::api::kinds
