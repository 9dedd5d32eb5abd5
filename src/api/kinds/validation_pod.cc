#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "api/kinds/validation.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

void one_of(View value, const Path& path, std::initializer_list<std::string_view> supported, ErrorList& errors) {
  const std::string_view text = value.as_string();
  if (text.empty()) {
    errors.required(path, "");
    return;
  }
  for (const auto option : supported)
    if (option == text) return;
  errors.not_supported(path, text, supported);
}

void toleration(View item, const Path& path, ErrorList& errors) {
  const std::string_view key = item["key"].as_string();
  const std::string_view op = item["operator"].as_string();
  if (!key.empty()) {
    for (const auto& message : schema::qualified_name_errors(key)) errors.invalid(path.child("key"), key, message);
  } else if (op != "Exists") {
    errors.invalid(path.child("operator"), op,
                   "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
  }
  if (item["tolerationSeconds"].is_int() && item["effect"].as_string() != "NoExecute")
    errors.invalid(path.child("effect"), item["effect"].as_string(),
                   "effect must be 'NoExecute' when `tolerationSeconds` is set");
  if (op.empty() || op == "Equal")
    for (const auto& why : schema::label_value_errors(item["value"].as_string()))
      errors.invalid(path.child("operator"), item["value"].as_string(), why);
  if (op == "Exists" && !item["value"].as_string().empty())
    errors.invalid(path.child("operator"), item["value"].as_string(),
                   "value must be empty when `operator` is 'Exists'");
  if (op != "Exists" && op != "Equal" && !op.empty())
    errors.not_supported(path.child("operator"), op, {"Equal", "Exists"});
  const std::string_view effect = item["effect"].as_string();
  if (!effect.empty() && effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute")
    errors.not_supported(path.child("effect"), effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
}

void named(View value, const Path& path, ErrorList& errors) {
  if (!value.as_string().empty()) dns1123_label(value.as_string(), path, errors);
}

void named_subdomain(View value, const Path& path, ErrorList& errors) {
  if (value.as_string().empty()) return;
  for (const auto& message : schema::dns1123_subdomain_errors(value.as_string()))
    errors.invalid(path, value.as_string(), message);
}

void ip_address(View text, const Path& path, ErrorList& errors) {
  for (const auto& why : schema::ip_errors(text.as_string())) errors.invalid(path, text.as_string(), why);
}

/// A subdomain in which parts may hold underscores.
void search_domain(std::string_view text, const Path& path, ErrorList& errors) {
  if (text == ".") return;
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string plain(text);
  std::ranges::replace(plain, '_', 'a');
  if (schema::dns1123_subdomain_errors(plain).empty()) return;
  errors.invalid(path, text,
                 "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', "
                 "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                 "validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')");
}

void dns_config(View spec, const Path& path, ErrorList& errors) {
  const View config = spec["dnsConfig"];
  const Path servers = path.child("nameservers"), searches = path.child("searches"), options = path.child("options");
  if (spec["dnsPolicy"].as_string() == "None") {
    if (!config.is_object()) return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
    if (config["nameservers"].empty())
      return errors.required(servers, "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
  if (config["nameservers"].size() > 3)
    errors.invalid(servers, config["nameservers"], "must not have more than 3 nameservers");
  size_t index = 0;
  for (const View server : config["nameservers"].items()) ip_address(server, servers.index(index++), errors);
  if (config["searches"].size() > 32)
    errors.invalid(searches, config["searches"], "must not have more than 32 search paths");
  index = 0;
  for (const View search : config["searches"].items())
    search_domain(search.as_string(), searches.index(index++), errors);
  index = 0;
  for (const View option : config["options"].items()) {
    const Path at = options.index(index++);
    if (option["name"].as_string().empty()) errors.required(at, "must not be empty");
  }
}

void host_aliases(View aliases, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (const View alias : aliases.items()) {
    const Path at = path.index(index++);
    const Path names = at.child("hostnames");
    ip_address(alias["ip"], at.child("ip"), errors);
    size_t i = 0;
    for (const View name : alias["hostnames"].items()) {
      const Path name_path = names.index(i++);
      for (const auto& why : schema::dns1123_subdomain_errors(name.as_string()))
        errors.invalid(name_path, name.as_string(), why);
    }
  }
}

void user_or_group(View id, const Path& path, ErrorList& errors) {
  if (id.is_int() && (id.as_int() < 0 || id.as_int() > INT32_MAX))
    errors.invalid_number(path, id.as_int(), schema::range_error(0, INT32_MAX));
}

bool is_sysctl(std::string_view text) {
  const auto is_end = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.size() > 253 || text.empty()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool border = i == 0 || i + 1 == text.size() || text[i - 1] == '.' || text[i - 1] == '/' ||
                        text[i + 1] == '.' || text[i + 1] == '/';
    const bool separator = text[i] == '.' || text[i] == '/';
    if (separator ? border && (i == 0 || i + 1 == text.size() || !is_end(text[i - 1]) || !is_end(text[i + 1]))
                  : !is_end(text[i]) && (border || (text[i] != '-' && text[i] != '_')))
      return false;
  }
  return true;
}

void security(View context, const Path& path, ErrorList& errors) {
  const Path groups = path.child("supplementalGroups"), sysctls = path.child("sysctls");
  user_or_group(context["fsGroup"], path.child("fsGroup"), errors);
  user_or_group(context["runAsUser"], path.child("runAsUser"), errors);
  user_or_group(context["runAsGroup"], path.child("runAsGroup"), errors);
  size_t index = 0;
  for (const View group : context["supplementalGroups"].items()) user_or_group(group, groups.index(index++), errors);
  index = 0;
  std::vector<std::string_view> seen;
  for (const View sysctl : context["sysctls"].items()) {
    const Path at = sysctls.index(index++);
    const std::string_view name = sysctl["name"].as_string();
    if (name.empty())
      errors.required(at.child("name"), "");
    else if (!is_sysctl(name))
      errors.invalid(at.child("name"), name,
                     "must have at most 253 characters and match regex "
                     "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
    else if (std::ranges::find(seen, name) != seen.end())
      errors.duplicate(at.child("name"), name);
    seen.push_back(name);
  }
}

}  // namespace

void pod_spec(View spec, const Path& path, ErrorList& errors) {
  volumes(spec["volumes"], path.child("volumes"), errors);
  containers(spec, path, errors);
  init_containers(spec, path, errors);
  one_of(spec["restartPolicy"], path.child("restartPolicy"), {"Always", "OnFailure", "Never"}, errors);
  one_of(spec["dnsPolicy"], path.child("dnsPolicy"), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
         errors);
  labels(spec["nodeSelector"], path.child("nodeSelector"), errors);
  security(spec["securityContext"], path.child("securityContext"), errors);
  affinity(spec["affinity"], path.child("affinity"), errors);
  dns_config(spec, path.child("dnsConfig"), errors);
  spread_constraints(spec["topologySpreadConstraints"], path.child("topologySpreadConstraints"), errors);
  named_subdomain(spec["serviceAccountName"], path.child("serviceAccountName"), errors);
  named_subdomain(spec["nodeName"], path.child("nodeName"), errors);
  if (const View deadline = spec["activeDeadlineSeconds"];
      deadline.is_int() && (deadline.as_int() < 1 || deadline.as_int() > INT32_MAX))
    errors.invalid_number(path.child("activeDeadlineSeconds"), deadline.as_int(),
                          "must be between 1 and 2147483647, inclusive");
  named(spec["hostname"], path.child("hostname"), errors);
  named(spec["subdomain"], path.child("subdomain"), errors);
  const Path tolerations = path.child("tolerations");
  size_t index = 0;
  for (View item : spec["tolerations"].items()) toleration(item, tolerations.index(index++), errors);
  host_aliases(spec["hostAliases"], path.child("hostAliases"), errors);
  named_subdomain(spec["priorityClassName"], path.child("priorityClassName"), errors);
}

}  // namespace proa::api::validation
