// The conditions on pods that filters and scores share: affinity terms, spread constraints. Pure. (Those on one node
// alone: object/node_match.h.)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "object/selector.h"
#include "object/view.h"
#include "scheduler/cluster.h"

namespace proa::scheduler {

/// One term of pod affinity or anti-affinity of some pod.
struct AffinityTerm {
  std::string topology_key;
  object::LabelSelector pods;
  std::vector<std::string> namespaces;
  bool any_namespace = false;
  object::LabelSelector namespace_selector = object::LabelSelector::nothing();
  int64_t weight = 0;  // of a preferred term

  bool matches(object::View pod, const Cluster& cluster) const;
};
/// `kind`: "podAffinity" or "podAntiAffinity".
std::vector<AffinityTerm> required_terms(object::View pod, std::string_view kind);
std::vector<AffinityTerm> preferred_terms(object::View pod, std::string_view kind);

struct SpreadConstraint {
  std::string topology_key;
  int64_t max_skew = 1, min_domains = 1;
  std::vector<object::LabelSelector> selectors;  // all must match
  bool honor_affinity = true, honor_taints = false;

  bool selects(object::View pod_labels) const;
  /// Does the node take part, by nodeAffinityPolicy and nodeTaintsPolicy?
  bool includes(object::View pod, const NodeInfo& node) const;
  /// Pods of the namespace on the node that it selects and that are not being deleted.
  int64_t count_on(const NodeInfo& node, std::string_view ns) const;
};
/// Of spec.topologySpreadConstraints those with that action ("DoNotSchedule", "ScheduleAnyway").
std::vector<SpreadConstraint> spread_constraints(object::View pod, std::string_view action);

}  // namespace proa::scheduler
