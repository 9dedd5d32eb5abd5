#include <set>
#include <string>

#include "api/kinds/validation.h"
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

}  // namespace

void pod_spec(View spec, const Path& path, ErrorList& errors) {
  volumes(spec["volumes"], path.child("volumes"), errors);
  containers(spec, path, errors);
  init_containers(spec, path, errors);
  one_of(spec["restartPolicy"], path.child("restartPolicy"), {"Always", "OnFailure", "Never"}, errors);
  one_of(spec["dnsPolicy"], path.child("dnsPolicy"), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
         errors);
  labels(spec["nodeSelector"], path.child("nodeSelector"), errors);
  named_subdomain(spec["serviceAccountName"], path.child("serviceAccountName"), errors);
  named_subdomain(spec["nodeName"], path.child("nodeName"), errors);
  if (const View deadline = spec["activeDeadlineSeconds"];
      deadline.is_int() && (deadline.as_int() < 1 || deadline.as_int() > INT32_MAX))
    errors.invalid_number(path.child("activeDeadlineSeconds"), deadline.as_int(),
                          "must be between 1 and 2147483647, inclusive");
  pod_security(spec["securityContext"], path.child("securityContext"), errors);
  affinity(spec["affinity"], path.child("affinity"), errors);
  named(spec["hostname"], path.child("hostname"), errors);
  named(spec["subdomain"], path.child("subdomain"), errors);
  const Path tolerations = path.child("tolerations");
  size_t index = 0;
  for (View item : spec["tolerations"].items()) toleration(item, tolerations.index(index++), errors);
  spread_constraints(spec["topologySpreadConstraints"], path.child("topologySpreadConstraints"), errors);
  named_subdomain(spec["priorityClassName"], path.child("priorityClassName"), errors);
}

}  // namespace proa::api::validation
