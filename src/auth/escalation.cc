#include "auth/escalation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/value.h"

namespace proa::auth {
namespace {

using object::Value;
using object::View;

/// The smallest part of a rule: one verb on one resource, object or path.
struct Grain {
  std::string verb;
  std::optional<std::string> path;  // else of a resource:
  std::string group, resource;
  std::optional<std::string> name;
};

void break_down(View rule, std::vector<Grain>& out) {
  for (const View path : rule["nonResourceURLs"].items())
    for (const View verb : rule["verbs"].items()) out.push_back({verb.str(), path.str(), {}, {}, {}});
  for (const View group : rule["apiGroups"].items())
    for (const View resource : rule["resources"].items())
      for (const View verb : rule["verbs"].items()) {
        Grain grain{verb.str(), {}, group.str(), resource.str(), {}};
        if (rule["resourceNames"].empty()) out.push_back(grain);
        for (const View name : rule["resourceNames"].items()) {
          grain.name = name.str();
          out.push_back(grain);
        }
      }
}

bool has(View list, std::string_view value) {
  for (const View item : list.items())
    if (item.as_string() == value) return true;
  return false;
}

bool covers_path(View rule, std::string_view path) {
  for (const View item : rule["nonResourceURLs"].items()) {
    const std::string_view held = item.as_string();
    if (held == path || (held.ends_with('*') && path.starts_with(held.substr(0, held.size() - 1)))) return true;
  }
  return false;
}

bool covers_resource(View rule, std::string_view resource) {
  if (has(rule["resources"], "*") || has(rule["resources"], resource)) return true;
  const size_t slash = resource.find('/');
  return slash != std::string_view::npos && has(rule["resources"], "*" + std::string(resource.substr(slash)));
}

bool covers(View rule, const Grain& grain) {
  if (!has(rule["verbs"], "*") && !has(rule["verbs"], grain.verb)) return false;
  if (grain.path) return covers_path(rule, *grain.path);
  if (!has(rule["apiGroups"], "*") && !has(rule["apiGroups"], grain.group)) return false;
  if (!covers_resource(rule, grain.resource)) return false;
  return rule["resourceNames"].empty() || (grain.name && has(rule["resourceNames"], *grain.name));
}

std::string quoted_list(const std::vector<std::string>& items) {
  std::vector<std::string> quoted;
  for (const std::string& item : items) quoted.push_back(object::go_quoted(item));
  return fmt::format("[{}]", fmt::join(quoted, " "));
}

/// One line for all verbs of the same thing.
std::vector<std::string> described(const std::vector<Grain>& grains) {
  std::vector<std::string> lines;
  std::map<std::string, std::vector<std::string>> verbs;  // by what stands before them
  for (const Grain& grain : grains) {
    if (grain.path) {
      lines.push_back(
          fmt::format("{{NonResourceURLs:{}, Verbs:{}}}", quoted_list({*grain.path}), quoted_list({grain.verb})));
      continue;
    }
    std::string what =
        fmt::format("{{APIGroups:{}, Resources:{}, ", quoted_list({grain.group}), quoted_list({grain.resource}));
    if (grain.name) what += fmt::format("ResourceNames:{}, ", quoted_list({*grain.name}));
    verbs[what].push_back(grain.verb);
  }
  for (const auto& [what, list] : verbs) lines.push_back(fmt::format("{}Verbs:{}}}", what, quoted_list(list)));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

std::vector<std::string> rules_not_held(const RbacLookup& lookup, const User& user, std::string_view ns, View wanted) {
  std::vector<Grain> missing;
  for (const View rule : wanted.items()) break_down(rule, missing);
  std::string dangling;
  visit_rules(
      lookup, user, ns,
      [&missing](View rules) {
        for (const View rule : rules.items())
          std::erase_if(missing, [rule](const Grain& grain) { return covers(rule, grain); });
        return !missing.empty();
      },
      dangling);
  return described(missing);
}

std::string escalation_text(const User& user, const std::vector<std::string>& missing) {
  return fmt::format("user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
                     object::go_quoted(user.name), quoted_list(user.groups), fmt::join(missing, "\n"));
}

}  // namespace proa::auth
