#include "auth/rbac.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    if (have.ends_with('*') && path.starts_with(have.substr(0, have.find_last_not_of('*') + 1))) return true;
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
  const std::string_view own = subject["namespace"].as_string(), ns = own.empty() ? binding_ns : own;
  if (ns.empty()) return false;
  static constexpr std::string_view kPrefix = "system:serviceaccount:";
  const std::string_view full = user.name;
  return full.size() == kPrefix.size() + ns.size() + 1 + name.size() && full.starts_with(kPrefix) &&
         full.substr(kPrefix.size(), ns.size()) == ns && full[kPrefix.size() + ns.size()] == ':' &&
         full.ends_with(name);
}

/// The first subject that is the user; none when the binding does not apply.
View subject_of(View binding, const User& user, std::string_view ns) {
  for (const View subject : binding["subjects"].items())
    if (subject_is(subject, user, ns)) return subject;
  return {};
}

/// `RoleBinding "web/default" of Role "reader" to ServiceAccount "web/default"`
std::string described(const HeldRole& held) {
  const View metadata = held.binding["metadata"], ref = held.binding["roleRef"], subject = held.subject;
  const std::string_view ns = metadata["namespace"].as_string(), own = subject["namespace"].as_string();
  std::string name = metadata["name"].str(), who = subject["name"].str();
  if (!ns.empty()) name.append("/").append(ns);
  if (subject["kind"].as_string() == "ServiceAccount") who.append("/").append(own.empty() ? ns : own);
  return fmt::format("{} \"{}\" of {} \"{}\" to {} \"{}\"", ns.empty() ? "ClusterRoleBinding" : "RoleBinding", name,
                     ref["kind"].as_string(), ref["name"].as_string(), subject["kind"].as_string(), who);
}

class Rbac final : public Authorizer {
 public:
  explicit Rbac(const RbacLookup& lookup) : lookup_(lookup) {}

  Decision authorize(const User& user, const Attributes& attributes) const override {
    std::optional<std::string> allowed_by;
    std::vector<std::string> errors;
    const auto visit = [&](const HeldRole& held) {
      if (rules_allow(held.rules, attributes)) allowed_by = described(held);
      return !allowed_by;
    };
    visit_rules(lookup_, user, attributes.ns, visit, errors);
    if (allowed_by) return {Decision::Verdict::kAllow, "RBAC: allowed by " + *allowed_by};
    return {Decision::Verdict::kNoOpinion, errors.empty() ? "" : "RBAC: " + aggregate(errors)};
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
                 const std::function<bool(const HeldRole&)>& visit, std::vector<std::string>& errors) {
  bool going = true;
  const auto one = [&](std::string_view binding_ns) {
    return [&, binding_ns](View binding) {
      const View subject = subject_of(binding, user, binding_ns);
      if (!subject.exists()) return true;
      const std::string_view kind = binding["roleRef"]["kind"].as_string();
      const std::string_view name = binding["roleRef"]["name"].as_string();
      const bool cluster = kind == "ClusterRole";
      if (!cluster && kind != "Role") {
        errors.push_back(fmt::format("unsupported role reference kind: \"{}\"", kind));
        return true;
      }
      const Document role = cluster ? lookup.cluster_role(name) : lookup.role(binding_ns, name);
      if (role) return going = visit({role["rules"], binding, subject});
      errors.push_back(
          fmt::format("{}.rbac.authorization.k8s.io \"{}\" not found", cluster ? "clusterrole" : "role", name));
      return true;
    };
  };
  lookup.cluster_role_bindings(one(""));
  if (going && !ns.empty()) lookup.role_bindings(ns, one(ns));
}

std::string aggregate(const std::vector<std::string>& errors) {
  std::vector<std::string> told;
  for (const std::string& error : errors)
    if (std::ranges::find(told, error) == told.end()) told.push_back(error);
  const std::string all = fmt::format("{}", fmt::join(told, ", "));
  return told.size() > 1 ? "[" + all + "]" : all;
}

std::unique_ptr<Authorizer> make_rbac_authorizer(const RbacLookup& lookup) { return std::make_unique<Rbac>(lookup); }

}  // namespace proa::auth
