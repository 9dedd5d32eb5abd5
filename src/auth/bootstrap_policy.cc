#include "auth/bootstrap_policy.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "auth/bootstrap_policy_text.h"

namespace proa::auth {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = text.find(at);
    if (end != 0) out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

Value list_of(std::string_view commas) {
  Value out = Value::array();
  for (const std::string_view item : split(commas, ',')) out.push_back(item == "core" ? "" : item);
  return out;
}

std::string label_key(std::string_view label) { return std::string(kGroup) + "/" + std::string(label); }

/// Sets name and namespace of `[NAMESPACE/]NAME`; true when there is a namespace.
bool name_object(Value& object, std::string_view text) {
  const size_t slash = text.find('/');
  const bool namespaced = slash != std::string_view::npos;
  Value& metadata = object["metadata"];
  metadata["name"] = namespaced ? text.substr(slash + 1) : text;
  if (namespaced) metadata["namespace"] = text.substr(0, slash);
  metadata["labels"]["kubernetes.io/bootstrapping"] = "rbac-defaults";
  metadata["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] = "true";
  return namespaced;
}

Value make_role(const std::vector<std::string_view>& words) {
  Value role = Value::object({{"apiVersion", "rbac.authorization.k8s.io/v1"}, {"kind", "ClusterRole"}});
  if (name_object(role, words[1])) role["kind"] = "Role";
  for (size_t i = 2; i < words.size(); ++i) {
    const std::string key = label_key(words[i].substr(1));
    if (words[i].front() == '+')
      role["metadata"]["labels"][key] = "true";
    else
      role["aggregationRule"]["clusterRoleSelectors"].push_back(
          Value::object({{"matchLabels", Value::object({{key, "true"}})}}));
  }
  role["rules"] = Value::array();
  return role;
}

Value make_rule(const std::vector<std::string_view>& words) {
  if (words[1].front() == '/' || words.size() == 2)
    return Value::object({{"nonResourceURLs", list_of(words[1])}, {"verbs", list_of(words[0])}});
  Value rule = Value::object({{"apiGroups", list_of(words[1])}});
  if (words.size() > 3) rule["resourceNames"] = list_of(words[3]);
  rule["resources"] = list_of(words[2]);
  rule["verbs"] = list_of(words[0]);
  return rule;
}

Value make_subject(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon), name = text.substr(colon + 1);
  if (kind == "account") {
    const size_t slash = name.find('/');
    return Value::object(
        {{"kind", "ServiceAccount"}, {"name", name.substr(slash + 1)}, {"namespace", name.substr(0, slash)}});
  }
  return Value::object({{"apiGroup", kGroup}, {"kind", kind == "group" ? "Group" : "User"}, {"name", name}});
}

Value make_binding(const std::vector<std::string_view>& words) {
  Value binding = Value::object({{"apiVersion", "rbac.authorization.k8s.io/v1"}, {"kind", "ClusterRoleBinding"}});
  const bool namespaced = name_object(binding, words[1]);
  if (namespaced) binding["kind"] = "RoleBinding";
  const bool other = words.size() > 3 && words[2] == "=";
  const std::string role = other ? std::string(words[3]) : View(binding)["metadata"]["name"].str();
  binding["roleRef"] =
      Value::object({{"apiGroup", kGroup}, {"kind", namespaced ? "Role" : "ClusterRole"}, {"name", role}});
  for (size_t i = other ? 4 : 2; i < words.size(); ++i) binding["subjects"].push_back(make_subject(words[i]));
  return binding;
}

void read(std::string_view text, std::vector<Value>& out) {
  for (const std::string_view line : split(text, '\n')) {
    const auto words = split(line, ' ');
    if (words.empty()) continue;
    if (line.front() == ' ')
      out.back()["rules"].push_back(make_rule(words));
    else
      out.push_back(words[0] == "role" ? make_role(words) : make_binding(words));
  }
}

/// The rules of all roles whose labels the role's selectors match, in order of their names, each rule once.
void aggregate(Value& role, const std::vector<Value>& all, int depth) {
  if (!View(role)["aggregationRule"] || depth > 4) return;
  std::map<std::string, Value> sources;
  for (const View selector : View(role)["aggregationRule"]["clusterRoleSelectors"].items())
    for (const auto [key, wanted] : selector["matchLabels"].members())
      for (const Value& other : all)
        if (View(other)["metadata"]["labels"][key] == wanted)
          sources.emplace(View(other)["metadata"]["name"].str(), other);
  Value rules = Value::array();
  for (auto& [_, source] : sources) {
    aggregate(source, all, depth + 1);
    for (const View rule : View(source)["rules"].items()) {
      bool known = false;
      for (const View have : View(rules).items()) known = known || have == rule;
      if (!known) rules.push_back(rule.to_value());
    }
  }
  role["rules"] = std::move(rules);
}

}  // namespace

std::vector<Value> bootstrap_policy() {
  std::vector<Value> out;
  read(kBootstrapRoles, out);
  read(kBootstrapControllerRoles, out);
  for (Value& object : out) aggregate(object, out, 0);
  return out;
}

}  // namespace proa::auth
