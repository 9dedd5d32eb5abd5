#include <initializer_list>
#include <string_view>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

void validate_rule(View rule, bool namespaced, const Path& path, ErrorList& errors) {
  if (rule["verbs"].empty()) errors.required(path.child("verbs"), "verbs must contain at least one value");
  if (const View paths = rule["nonResourceURLs"]; !paths.empty()) {
    const Path at = path.child("nonResourceURLs");
    if (namespaced) errors.invalid(at, paths, "namespaced rules cannot apply to non-resource URLs");
    if (!rule["apiGroups"].empty() || !rule["resources"].empty() || !rule["resourceNames"].empty())
      errors.invalid(at, paths, "rules cannot apply to both regular resources and non-resource URLs");
    return;
  }
  if (rule["apiGroups"].empty())
    errors.required(path.child("apiGroups"), "resource rules must supply at least one api group");
  if (rule["resources"].empty())
    errors.required(path.child("resources"), "resource rules must supply at least one resource");
}

void validate_rules(View rules, bool namespaced, ErrorList& errors) {
  const Path path("rules");
  size_t index = 0;
  for (View rule : rules.items()) validate_rule(rule, namespaced, path.index(index++), errors);
}

void validate_role(View role, ErrorList& errors) { validate_rules(role["rules"], true, errors); }
void validate_cluster_role(View role, ErrorList& errors) { validate_rules(role["rules"], false, errors); }

void validate_subject(View subject, bool namespaced, const Path& path, ErrorList& errors) {
  const std::string_view kind = subject["kind"].as_string(), group = subject["apiGroup"].as_string();
  if (subject["name"].as_string().empty()) errors.required(path.child("name"), "");
  if (kind == "ServiceAccount") {
    if (!group.empty()) errors.not_supported(path.child("apiGroup"), group, {""});
    if (!namespaced && subject["namespace"].as_string().empty()) errors.required(path.child("namespace"), "");
  } else if (kind == "User" || kind == "Group") {
    if (group != kGroup) errors.not_supported(path.child("apiGroup"), group, {kGroup});
  } else {
    errors.not_supported(path.child("kind"), kind, {"ServiceAccount", "User", "Group"});
  }
}

void validate_binding(View binding, bool namespaced, ErrorList& errors) {
  const View ref = binding["roleRef"];
  const Path path("roleRef");
  if (ref["apiGroup"].as_string() != kGroup)
    errors.not_supported(path.child("apiGroup"), ref["apiGroup"].as_string(), {kGroup});
  const std::string_view kind = ref["kind"].as_string();
  if (namespaced && kind != "Role" && kind != "ClusterRole")
    errors.not_supported(path.child("kind"), kind, {"Role", "ClusterRole"});
  if (!namespaced && kind != "ClusterRole") errors.not_supported(path.child("kind"), kind, {"ClusterRole"});
  if (ref["name"].as_string().empty()) errors.required(path.child("name"), "");
  const Path subjects("subjects");
  size_t index = 0;
  for (View subject : binding["subjects"].items())
    validate_subject(subject, namespaced, subjects.index(index++), errors);
}

void validate_role_binding(View binding, ErrorList& errors) { validate_binding(binding, true, errors); }
void validate_cluster_role_binding(View binding, ErrorList& errors) { validate_binding(binding, false, errors); }

void validate_role_ref_kept(View binding, View old, ErrorList& errors) {
  if (!(binding["roleRef"] == old["roleRef"]))
    errors.invalid(Path("roleRef"), binding["roleRef"], "cannot change roleRef");
}

}  // namespace

KindBehaviour role(bool namespaced) {
  KindBehaviour behaviour;
  behaviour.name_rule = NameRule::kPathSegment;
  behaviour.allow_create_on_update = true;
  behaviour.validate = namespaced ? validate_role : validate_cluster_role;
  return behaviour;
}

KindBehaviour role_binding(bool namespaced) {
  KindBehaviour behaviour;
  behaviour.name_rule = NameRule::kPathSegment;
  behaviour.allow_create_on_update = true;
  behaviour.validate = namespaced ? validate_role_binding : validate_cluster_role_binding;
  behaviour.validate_update = validate_role_ref_kept;
  behaviour.row = rows::role_binding;
  return behaviour;
}

}  // namespace proa::api::kinds
