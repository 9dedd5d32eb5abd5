#include "auth/rbac.h"

#include <fmt/format.h>

namespace proa::auth {
namespace {

using object::Document;
using object::View;

bool holds(View list, std::string_view value) {
  for (const View item : list.items())
    if (item.as_string() == value || item.as_string() == "*") return true;
  return false;
}

/// `pods`, `pods/log`, `*`, `*/scale`.
bool resource_fits(View resources, const Attributes& a) {
  const std::string full = a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
  for (const View item : resources.items()) {
    const std::string_view have = item.as_string();
    if (have == "*" || have == full) return true;
    if (!a.subresource.empty() && have.starts_with("*/") && have.substr(2) == a.subresource) return true;
  }
  return false;
}

bool name_fits(View names, std::string_view name) {
  if (names.empty()) return true;
  for (const View item : names.items())
    if (item.as_string() == name) return true;
  return false;
}

bool path_fits(View paths, std::string_view path) {
  for (const View item : paths.items()) {
    const std::string_view have = item.as_string();
    if (have == "*" || have == path) return true;
    if (have.ends_with('*') && path.starts_with(have.substr(0, have.size() - 1))) return true;
  }
  return false;
}

bool rule_allows(View rule, const Attributes& a) {
  if (!holds(rule["verbs"], a.verb)) return false;
  if (!a.is_resource) return path_fits(rule["nonResourceURLs"], a.path);
  return holds(rule["apiGroups"], a.group) && resource_fits(rule["resources"], a) &&
         name_fits(rule["resourceNames"], a.name);
}

bool subject_is(View subject, const User& user, std::string_view binding_ns) {
  const std::string_view kind = subject["kind"].as_string();
  const std::string_view name = subject["name"].as_string();
  if (kind == "User") return name == user.name;
  if (kind == "Group") return user.in_group(name);
  if (kind != "ServiceAccount") return false;
  const std::string_view ns = subject["namespace"].as_string(binding_ns);
  static constexpr std::string_view kPrefix = "system:serviceaccount:";
  const std::string_view full = user.name;
  return full.size() == kPrefix.size() + ns.size() + 1 + name.size() && full.starts_with(kPrefix) &&
         full.substr(kPrefix.size(), ns.size()) == ns && full[kPrefix.size() + ns.size()] == ':' &&
         full.ends_with(name);
}

bool applies(View binding, const User& user, std::string_view ns) {
  for (const View subject : binding["subjects"].items())
    if (subject_is(subject, user, ns)) return true;
  return false;
}

class Rbac final : public Authorizer {
 public:
  explicit Rbac(const RbacLookup& lookup) : lookup_(lookup) {}

  Decision authorize(const User& user, const Attributes& attributes) const override {
    bool allowed = false;
    std::string errors;
    visit_rules(
        lookup_, user, attributes.ns,
        [&](View rules) {
          allowed = rules_allow(rules, attributes);
          return !allowed;
        },
        errors);
    if (allowed) return {Decision::Verdict::kAllow, ""};
    return {Decision::Verdict::kNoOpinion, errors.empty() ? "" : "RBAC: " + errors};
  }

 private:
  const RbacLookup& lookup_;
};

}  // namespace

bool rules_allow(View rules, const Attributes& attributes) {
  for (const View rule : rules.items())
    if (rule_allows(rule, attributes)) return true;
  return false;
}

void visit_rules(const RbacLookup& lookup, const User& user, std::string_view ns,
                 const std::function<bool(View rules)>& visit, std::string& errors) {
  bool going = true;
  const auto one = [&](std::string_view binding_ns) {
    return [&, binding_ns](View binding) {
      if (!applies(binding, user, binding_ns)) return true;
      const View ref = binding["roleRef"];
      const std::string_view name = ref["name"].as_string();
      const bool cluster = ref["kind"].as_string() == "ClusterRole";
      const Document role = cluster ? lookup.cluster_role(name) : lookup.role(binding_ns, name);
      if (!role) {
        errors += fmt::format("{}{}.rbac.authorization.k8s.io \"{}\" not found", errors.empty() ? "" : ", ",
                              cluster ? "clusterrole" : "role", name);
        return true;
      }
      return going = visit(role["rules"]);
    };
  };
  lookup.cluster_role_bindings(one(""));
  if (going && !ns.empty()) lookup.role_bindings(ns, one(ns));
}

std::unique_ptr<Authorizer> make_rbac_authorizer(const RbacLookup& lookup) { return std::make_unique<Rbac>(lookup); }

}  // namespace proa::auth
