// Role, ClusterRole, RoleBinding, ClusterRoleBinding.
#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/ranges.h>

#include "cli/kubectl/describe/describe.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

/// A rule about one resource, or one path.
struct Rule {
  std::string group, resource, name, url;
  bool is_named = false;
  std::vector<std::string> verbs;

  auto subject() const { return std::tie(group, resource, is_named, name, url); }
  std::string shown(const std::string& text) const { return text.empty() ? "[]" : "[" + text + "]"; }
  /// As Go writes the rule: what kubectl sorts by.
  std::string order() const {
    const bool of_resource = url.empty();
    return fmt::format("&PolicyRule{{Verbs:[{}],APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},}}",
                       fmt::join(verbs, " "), of_resource ? "[" + group + "]" : "[]", shown(resource), shown(name),
                       shown(url));
  }
  /// `deployments.apps/scale`
  std::string resource_text() const {
    const size_t slash = resource.find('/');
    return resource.substr(0, slash) + (group.empty() ? "" : "." + group) +
           (slash == std::string::npos ? "" : resource.substr(slash));
  }
};

void add(std::vector<Rule>& rules, Rule rule) {
  // Verbs of one resource are told together; those of a path are not.
  const auto known = std::ranges::find_if(
      rules, [&rule](const Rule& each) { return rule.url.empty() && each.subject() == rule.subject(); });
  if (known == rules.end()) return rules.push_back(std::move(rule));
  if (std::ranges::find(known->verbs, rule.verbs[0]) == known->verbs.end()) known->verbs.push_back(rule.verbs[0]);
}

void break_down(View rule, std::vector<Rule>& rules) {
  for (const View group : rule["apiGroups"].items())
    for (const View resource : rule["resources"].items())
      for (const View verb : rule["verbs"].items()) {
        if (rule["resourceNames"].empty()) add(rules, {group.str(), resource.str(), "", "", false, {verb.str()}});
        for (const View name : rule["resourceNames"].items())
          add(rules, {group.str(), resource.str(), name.str(), "", true, {verb.str()}});
      }
  for (const View url : rule["nonResourceURLs"].items())
    for (const View verb : rule["verbs"].items()) add(rules, {"", "", "", url.str(), false, {verb.str()}});
}

void begin(DescribeWriter& w, View object) {
  w.print(0, "Name:\t{}\n", object::name_of(object));
  describe_labels(w, "Labels", object::labels_of(object));
  describe_annotations(w, "Annotations", object::annotations_of(object));
}

}  // namespace

void describe_role(DescribeWriter& w, const DescribeContext& c) {
  const View role = c.info.object;
  begin(w, role);
  std::vector<Rule> rules;
  for (const View rule : role["rules"].items()) break_down(rule, rules);
  std::ranges::stable_sort(rules, {}, &Rule::order);
  w.write(0, "PolicyRule:\n");
  w.write(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
  w.write(1, "---------\t-----------------\t--------------\t-----\n");
  for (const Rule& rule : rules)
    w.print(1, "{}\t{}\t{}\t[{}]\n", rule.resource_text(), rule.shown(rule.url), rule.shown(rule.name),
            fmt::join(rule.verbs, " "));
}

void describe_role_binding(DescribeWriter& w, const DescribeContext& c) {
  const View binding = c.info.object;
  begin(w, binding);
  w.write(0, "Role:\n");
  w.print(1, "Kind:\t{}\n", binding["roleRef"]["kind"].as_string());
  w.print(1, "Name:\t{}\n", binding["roleRef"]["name"].as_string());
  w.write(0, "Subjects:\n");
  w.write(1, "Kind\tName\tNamespace\n");
  w.write(1, "----\t----\t---------\n");
  for (const View subject : binding["subjects"].items())
    w.print(1, "{}\t{}\t{}\n", subject["kind"].as_string(), subject["name"].as_string(),
            subject["namespace"].as_string());
}

}  // namespace proa::cli::kubectl
