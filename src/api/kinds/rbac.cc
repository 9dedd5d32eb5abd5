// Roles and bindings. Source: pkg/apis/rbac/validation.
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void validate_rule(View rule, bool namespaced, const Path& path, ErrorList& errors) {
  if (rule["verbs"].empty()) errors.required(path.child("verbs"), "verbs must contain at least one value");
  const View urls = rule["nonResourceURLs"];
  if (!urls.empty()) {
    const Path at = path.child("nonResourceURLs");
    if (namespaced) errors.invalid(at, urls, "namespaced rules cannot apply to non-resource URLs");
    if (!rule["apiGroups"].empty() || !rule["resources"].empty() || !rule["resourceNames"].empty())
      errors.invalid(at, urls, "rules cannot apply to both regular resources and non-resource URLs");
    return;
  }
  if (rule["apiGroups"].empty())
    errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
  if (rule["resources"].empty())
    errors.required(path.child("resources"), "resource rules must supply at least one resource");
}

void validate_rules(View role, bool namespaced, ErrorList& errors) {
  const Path rules("rules");
  size_t index = 0;
  for (const View rule : role["rules"].items()) validate_rule(rule, namespaced, rules.index(index++), errors);
}

void validate_role(View role, ErrorList& errors) { validate_rules(role, true, errors); }

void validate_cluster_role(View role, ErrorList& errors) {
  validate_rules(role, false, errors);
  const View aggregation = role["aggregationRule"];
  if (!aggregation.is_object()) return;
  const Path rule("aggregationRule");
  const Path path = rule.child("clusterRoleSelectors");
  if (aggregation["clusterRoleSelectors"].empty())
    errors.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
  size_t index = 0;
  for (const View selector : aggregation["clusterRoleSelectors"].items())
    validation::label_selector(selector, path.index(index++), errors);
}

void validate_subject(View subject, bool namespaced, const Path& path, ErrorList& errors) {
  const std::string_view name = subject["name"].as_string(), kind = subject["kind"].as_string(),
                         group = subject["apiGroup"].as_string();
  if (name.empty()) errors.required(path.child("name"), "");
  if (kind == "ServiceAccount") {
    if (!name.empty())
      for (const auto& why : schema::dns1123_subdomain_errors(name)) errors.invalid(path.child("name"), name, why);
    if (!group.empty()) errors.not_supported(path.child("apiGroup"), group, {""});
    if (!namespaced && subject["namespace"].as_string().empty()) errors.required(path.child("namespace"), "");
  } else if (kind == "User" || kind == "Group") {
    if (group != kGroup) errors.not_supported(path.child("apiGroup"), group, {kGroup});
  } else {
    errors.not_supported(path.child("kind"), kind, {"ServiceAccount", "User", "Group"});
  }
}

void validate_any_binding(View binding, bool namespaced, ErrorList& errors) {
  const View ref = binding["roleRef"];
  const Path path("roleRef");
  const std::string_view group = ref["apiGroup"].as_string(), kind = ref["kind"].as_string(),
                         name = ref["name"].as_string();
  if (group != kGroup) errors.not_supported(path.child("apiGroup"), group, {kGroup});
  if (namespaced && kind != "Role" && kind != "ClusterRole")
    errors.not_supported(path.child("kind"), kind, {"Role", "ClusterRole"});
  if (!namespaced && kind != "ClusterRole") errors.not_supported(path.child("kind"), kind, {"ClusterRole"});
  if (name.empty()) errors.required(path.child("name"), "");
  for (const auto& why : schema::path_segment_name_errors(name)) errors.invalid(path.child("name"), name, why);
  const Path subjects("subjects");
  size_t index = 0;
  for (const View subject : binding["subjects"].items())
    validate_subject(subject, namespaced, subjects.index(index++), errors);
}

void validate_role_binding(View binding, ErrorList& errors) { validate_any_binding(binding, true, errors); }
void validate_cluster_role_binding(View binding, ErrorList& errors) { validate_any_binding(binding, false, errors); }

void validate_role_kept(View binding, View old, ErrorList& errors) {
  if (binding["roleRef"] == old["roleRef"]) return;
  const View ref = binding["roleRef"];
  const auto shown = object::Value::object(
      {{"APIGroup", ref["apiGroup"].str()}, {"Kind", ref["kind"].str()}, {"Name", ref["name"].str()}});
  errors.invalid(Path("roleRef"), shown, "cannot change roleRef");
}

KindBehaviour rbac(void (*validate)(View, ErrorList&)) {
  KindBehaviour behaviour;
  behaviour.name_rule = NameRule::kPathSegment;
  behaviour.allow_create_on_update = true;
  behaviour.validate = validate;
  behaviour.validates_alone = true;
  return behaviour;
}

KindBehaviour binding(void (*validate)(View, ErrorList&)) {
  KindBehaviour behaviour = rbac(validate);
  behaviour.validate_update = validate_role_kept;
  behaviour.row = rows::role_binding;
  return behaviour;
}

}  // namespace

KindBehaviour role() { return rbac(validate_role); }
KindBehaviour cluster_role() { return rbac(validate_cluster_role); }
KindBehaviour role_binding() { return binding(validate_role_binding); }
KindBehaviour cluster_role_binding() { return binding(validate_cluster_role_binding); }

}  // namespace proa::api::kinds
