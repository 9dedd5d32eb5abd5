#include <algorithm>

#include "scheduler/filter/filter.h"

namespace proa::scheduler::filter {
namespace {

using object::View;

bool matches_all(const std::vector<AffinityTerm>& terms, View pod, const Cluster& cluster) {
  return !terms.empty() &&
         std::all_of(terms.begin(), terms.end(), [&](const AffinityTerm& term) { return term.matches(pod, cluster); });
}

}  // namespace

void PodAffinity::add(Counts& counts, const NodeInfo& node, std::string_view topology_key) {
  const View value = node.labels()[topology_key];
  if (value.exists()) ++counts[{std::string(topology_key), value.str()}];
}

PodAffinity::PodAffinity(View pod, const Cluster& cluster)
    : affinity_(required_terms(pod, "podAffinity")),
      anti_affinity_(required_terms(pod, "podAntiAffinity")),
      matches_self_(matches_all(affinity_, pod, cluster)) {
  for (const NodeInfo* node : cluster.nodes()) {
    if (affinity_.empty() && anti_affinity_.empty() && node->pods_with_affinity == 0) continue;
    for (const auto& [key, info] : node->pods) {
      const View other = info.pod.root();
      if (info.has_affinity)
        for (const AffinityTerm& term : required_terms(other, "podAntiAffinity"))
          if (term.matches(pod, cluster)) add(existing_anti_, *node, term.topology_key);
      if (matches_all(affinity_, other, cluster))
        for (const AffinityTerm& term : affinity_) add(affinity_counts_, *node, term.topology_key);
      for (const AffinityTerm& term : anti_affinity_)
        if (term.matches(other, cluster)) add(anti_counts_, *node, term.topology_key);
    }
  }
}

bool PodAffinity::affinity_holds(const NodeInfo& node) const {
  bool together = true;
  for (const AffinityTerm& term : affinity_) {
    const View value = node.labels()[term.topology_key];
    if (!value.exists()) return false;
    if (!affinity_counts_.contains({term.topology_key, value.str()})) together = false;
  }
  // The first of a group that wants to be together has nobody to join.
  return together || (affinity_counts_.empty() && matches_self_);
}

Verdict PodAffinity::check(const NodeInfo& node) const {
  if (!affinity_holds(node)) return Rejection{{"node(s) didn't match pod affinity rules"}, false, kAnyChange};
  for (const AffinityTerm& term : anti_affinity_) {
    const View value = node.labels()[term.topology_key];
    if (value.exists() && anti_counts_.contains({term.topology_key, value.str()}))
      return Rejection{{"node(s) didn't match pod anti-affinity rules"}, true, kAnyChange};
  }
  if (!existing_anti_.empty())
    for (const auto [name, value] : node.labels().members())
      if (existing_anti_.contains({std::string(name), value.str()}))
        return Rejection{{"node(s) didn't satisfy existing pods anti-affinity rules"}, true, kAnyChange};
  return {};
}

}  // namespace proa::scheduler::filter
