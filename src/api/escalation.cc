#include "api/escalation.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "auth/rbac.h"
#include "object/meta.h"
#include "schema/field_error.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

/// One right: what stands in `name` is empty where all names are meant. Of a URL only `url` and `verb` are set.
struct Right {
  std::string group, resource, name, url, verb;
  bool is_url() const { return !url.empty(); }
};

std::vector<std::string> texts(View list, bool or_nothing = false) {
  std::vector<std::string> out;
  for (const View text : list.items()) out.push_back(text.str());
  if (out.empty() && or_nothing) out.emplace_back();
  return out;
}

std::vector<Right> rights_of(View rules) {
  std::vector<Right> out;
  for (const View rule : rules.items())
    for (const std::string& verb : texts(rule["verbs"])) {
      for (const std::string& url : texts(rule["nonResourceURLs"])) out.push_back({"", "", "", url, verb});
      for (const std::string& group : texts(rule["apiGroups"]))
        for (const std::string& resource : texts(rule["resources"]))
          for (const std::string& name : texts(rule["resourceNames"], true))
            out.push_back({group, resource, name, "", verb});
    }
  return out;
}

bool lists(View list, std::string_view wanted) {
  for (const View one : list.items())
    if (one.as_string() == "*" || one.as_string() == wanted) return true;
  return false;
}

/// Names are not wildcards: `*` names what is called so.
bool holds(View list, std::string_view wanted) {
  for (const View one : list.items())
    if (one.as_string() == wanted) return true;
  return false;
}

bool covers_resource(View list, const std::string& wanted) {
  const size_t slash = wanted.find('/');
  if (lists(list, wanted)) return true;
  return slash != std::string::npos && lists(list, "*" + wanted.substr(slash));
}

bool covers_url(View list, std::string_view wanted) {
  for (const View one : list.items()) {
    const std::string_view url = one.as_string();
    if (url == "*" || url == wanted) return true;
    if (url.ends_with('*') && wanted.starts_with(url.substr(0, url.size() - 1))) return true;
  }
  return false;
}

bool covers(View rule, const Right& right) {
  if (!lists(rule["verbs"], right.verb)) return false;
  if (right.is_url()) return covers_url(rule["nonResourceURLs"], right.url);
  const View names = rule["resourceNames"];
  const bool named = names.empty() || (!right.name.empty() && holds(names, right.name));
  return named && lists(rule["apiGroups"], right.group) && covers_resource(rule["resources"], right.resource);
}

std::string quoted(std::string_view text) { return "[" + schema::go_quote(text) + "]"; }

/// One line for each thing, with all verbs that are missing on it.
std::string told(const std::vector<Right>& missing) {
  std::map<std::string, std::vector<std::string>> verbs;
  for (const Right& right : missing) {
    std::string what = right.is_url()
                           ? "NonResourceURLs:" + quoted(right.url)
                           : fmt::format("APIGroups:{}, Resources:{}", quoted(right.group), quoted(right.resource));
    if (!right.name.empty()) what += ", ResourceNames:" + quoted(right.name);
    verbs[what].push_back(schema::go_quote(right.verb));
  }
  std::vector<std::string> lines;
  for (const auto& [what, list] : verbs) lines.push_back(fmt::format("{{{}, Verbs:[{}]}}", what, fmt::join(list, " ")));
  std::ranges::sort(lines);
  return fmt::format("{}", fmt::join(lines, "\n"));
}

bool may(const Gates& gates, const auth::User& user, const Target& target, std::string verb, std::string resource,
         std::string name) {
  Route route;
  route.verb = std::move(verb);
  route.is_resource = true;
  route.group = kGroup;
  route.version = "v1";
  route.resource = std::move(resource);
  route.ns = target.ns;
  route.name = std::move(name);
  return gates.authorize(user, route, "").has_value();
}

/// What of `rules` the user does not hold; the errors of dangling bindings are appended.
std::vector<Right> not_held(const Gates& gates, const auth::User& user, const Target& target, View rules,
                            std::vector<std::string>& errors) {
  std::vector<Right> missing = rights_of(rules);
  const auto visit = [&](const auth::HeldRole& held) {
    for (const View rule : held.rules.items())
      std::erase_if(missing, [&](const Right& right) { return covers(rule, right); });
    return !missing.empty();
  };
  if (!missing.empty()) auth::visit_rules(gates.rbac(), user, target.ns, visit, errors);
  return missing;
}

Result<void> check_held(const Gates& gates, const auth::User& user, const Target& target, View object, View rules) {
  std::vector<std::string> errors;
  const std::vector<Right> missing = not_held(gates, user, target, rules, errors);
  if (missing.empty()) return {};
  std::vector<std::string> groups;
  for (const std::string& group : user.groups) groups.push_back(schema::go_quote(group));
  std::string why = fmt::format("user {} (groups=[{}]) is attempting to grant RBAC permissions not currently held:\n{}",
                                schema::go_quote(user.name), fmt::join(groups, " "), told(missing));
  if (!errors.empty()) why += "; resolution errors: [" + auth::aggregate(errors) + "]";
  return Error(base::forbidden(target.resource(), object::name_of(object), why));
}

bool holds_everything(const Gates& gates, const auth::User& user, const Target& target) {
  const Value everything = Value::array(
      {Value::object(
           {{"apiGroups", Value::array({"*"})}, {"resources", Value::array({"*"})}, {"verbs", Value::array({"*"})}}),
       Value::object({{"nonResourceURLs", Value::array({"*"})}, {"verbs", Value::array({"*"})}})});
  std::vector<std::string> ignored;
  return not_held(gates, user, target, everything, ignored).empty();
}

/// An update that the garbage collector could make. Anything else counts, labels too: by them a role is gathered into
/// others.
bool only_for_collection(View object, View old) {
  if (!old.exists()) return false;
  Value now = object.to_value(), before = old.to_value();
  for (Value* side : {&now, &before})
    for (const std::string_view field : {"ownerReferences", "finalizers", "managedFields", "resourceVersion"})
      (*side)["metadata"].erase(field);
  return View(now) == View(before);
}

bool gathers(View role) { return !role["aggregationRule"]["clusterRoleSelectors"].empty(); }

Result<void> check_role(const Gates& gates, const auth::User& user, const Target& target, View object, View old) {
  if (only_for_collection(object, old)) return {};
  if (may(gates, user, target, "escalate", target.kind->plural, target.name)) return {};
  if (auto ok = check_held(gates, user, target, object, object["rules"]); !ok) return ok;
  // Whose rules are gathered from other roles may come to hold anything.
  if (!gathers(object) && !gathers(old)) return {};
  if (holds_everything(gates, user, target)) return {};
  return Error(base::forbidden(target.resource(), object::name_of(object),
                               "must have cluster-admin privileges to use the aggregationRule"));
}

Result<void> check_binding(const Gates& gates, const auth::User& user, const Target& target, View object, View old) {
  if (only_for_collection(object, old)) return {};
  const std::string name = object["roleRef"]["name"].str();
  const bool cluster = object["roleRef"]["kind"].as_string() == "ClusterRole";
  if (may(gates, user, target, "bind", cluster ? "clusterroles" : "roles", name)) return {};
  const object::Document role = cluster ? gates.rbac().cluster_role(name) : gates.rbac().role(target.ns, name);
  if (!role) return Error(base::not_found({std::string(kGroup), cluster ? "clusterrole" : "role"}, name));
  return check_held(gates, user, target, object, role.root()["rules"]);
}

}  // namespace

void guard_escalation(Exchange& exchange) {
  const schema::KindInfo& kind = *exchange.target.kind;
  if (kind.group != kGroup || exchange.call->user.in_group("system:masters")) return;
  const auto check = kind.kind.ends_with("Binding") ? check_binding : check_role;
  exchange.call->guard = [check, &gates = *exchange.gates, user = exchange.call->user](const Target& target,
                                                                                       View object, View old) {
    return check(gates, user, target, object, old);
  };
}

}  // namespace proa::api
