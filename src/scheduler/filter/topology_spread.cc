#include <algorithm>

#include "object/meta.h"
#include "scheduler/filter/filter.h"

namespace proa::scheduler::filter {

using object::View;

TopologySpread::TopologySpread(View pod, const Cluster& cluster) {
  for (SpreadConstraint& rule : spread_constraints(pod, "DoNotSchedule")) {
    Constraint c;
    c.matches_self = rule.selects(object::labels_of(pod));
    c.rule = std::move(rule);
    constraints_.push_back(std::move(c));
  }
  if (constraints_.empty()) return;
  for (const NodeInfo* node : cluster.nodes()) {
    const bool has_all = std::all_of(constraints_.begin(), constraints_.end(),
                                     [node](const Constraint& c) { return node->labels().has(c.rule.topology_key); });
    if (!has_all) continue;
    for (Constraint& c : constraints_)
      if (c.rule.includes(pod, *node))
        c.matching[node->labels()[c.rule.topology_key].str()] += c.rule.count_on(*node, object::namespace_of(pod));
  }
  for (Constraint& c : constraints_) {
    // Fewer domains than wanted: the missing ones count as empty.
    if (c.matching.empty() || static_cast<int64_t>(c.matching.size()) < c.rule.min_domains) continue;
    c.least = std::min_element(c.matching.begin(), c.matching.end(), [](const auto& a, const auto& b) {
                return a.second < b.second;
              })->second;
  }
}

Verdict TopologySpread::check(const NodeInfo& node) const {
  for (const Constraint& c : constraints_) {
    const View domain = node.labels()[c.rule.topology_key];
    if (!domain.exists())
      return Rejection{
          {"node(s) didn't match pod topology spread constraints (missing required label)"}, false, kAnyChange};
    const auto at = c.matching.find(domain.as_string());
    const int64_t here = at == c.matching.end() ? 0 : at->second;
    if (here + (c.matches_self ? 1 : 0) - c.least > c.rule.max_skew)
      return Rejection{{"node(s) didn't match pod topology spread constraints"}, true, kAnyChange};
  }
  return {};
}

}  // namespace proa::scheduler::filter
