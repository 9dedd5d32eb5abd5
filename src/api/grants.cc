#include "api/grants.h"

#include "auth/escalation.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::api {
namespace {

using object::Document;
using object::Value;
using object::View;

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";

bool may(const Gates& gates, const Call& call, std::string_view verb, std::string_view resource, std::string_view ns,
         std::string_view name) {
  auth::Attributes attributes;
  attributes.verb = verb;
  attributes.group = kRbac;
  attributes.version = "v1";
  attributes.resource = resource;
  attributes.ns = ns;
  attributes.name = name;
  return gates.authorizer().authorize(call.user, attributes).allowed();
}

Result<void> holds(const Gates& gates, const Target& target, const Call& call, View object, View rules) {
  const auto missing = auth::rules_not_held(gates.rbac(), call.user, target.ns, rules);
  if (missing.empty()) return {};
  return Error(base::forbidden(target.resource(), object::name_of(object), auth::escalation_text(call.user, missing)));
}

/// What a ClusterRole that others aggregate to may come to hold: everything.
const Value& everything() {
  static const Value rules = *object::parse_json(
      R"([{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},{"verbs":["*"],"nonResourceURLs":["*"]}])");
  return rules;
}

Result<void> check_role(const Gates& gates, const Target& target, const Call& call, View role, View old) {
  const bool same_rules = role["rules"].empty() ? old["rules"].empty() : role["rules"] == old["rules"];
  const View aggregation = role["aggregationRule"];
  const bool same_aggregation = aggregation.exists() ? aggregation == old["aggregationRule"] : true;
  if (old.exists() && same_rules && same_aggregation) return {};
  const std::string_view name = object::name_of(role);
  if (may(gates, call, "escalate", target.kind->plural, target.ns, name)) return {};
  if (auto ok = holds(gates, target, call, role, role["rules"]); !ok) return ok;
  if (aggregation.is_object() && !same_aggregation) return holds(gates, target, call, role, everything());
  return {};
}

Result<void> check_binding(const Gates& gates, const Target& target, const Call& call, View binding, View old) {
  if (old.exists() && binding["subjects"] == old["subjects"] && binding["roleRef"] == old["roleRef"]) return {};
  const View ref = binding["roleRef"];
  const std::string_view name = ref["name"].as_string();
  const bool cluster = ref["kind"].as_string() == "ClusterRole";
  const char* resource = cluster ? "clusterroles" : "roles";
  if (may(gates, call, "bind", resource, target.ns, name)) return {};
  const Document role = cluster ? gates.rbac().cluster_role(name) : gates.rbac().role(target.ns, name);
  if (!role) return Error(base::not_found({std::string(kRbac), resource}, name));
  return holds(gates, target, call, binding, role["rules"]);
}

}  // namespace

Result<void> check_grant(const Gates& gates, const Target& target, const Call& call, View object, View old) {
  if (target.stored->group != kRbac || !target.subresource.empty() || !gates.enforced()) return {};
  if (call.user.in_group("system:masters")) return {};
  const std::string_view kind = target.stored->kind;
  if (kind == "Role" || kind == "ClusterRole") return check_role(gates, target, call, object, old);
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") return check_binding(gates, target, call, object, old);
  return {};
}

}  // namespace proa::api
