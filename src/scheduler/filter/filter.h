// Filters: may this pod run on this node, and if not, why? One file each; plan.cc asks them in upstream's order and stops
// at the first that says no. Pure.
//
// Source of rules and reasons: k8s.io/kubernetes pkg/scheduler/framework/plugins.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "object/selector.h"
#include "object/view.h"
#include "scheduler/cluster.h"
#include "scheduler/selectors.h"

namespace proa::scheduler {

/// What may turn a rejection around.
enum Change : unsigned {
  kNodeChanged = 1,  // a node came or changed
  kPodGone = 2,      // a pod left its node
  kPodCame = 4,      // a pod came to a node, or its labels changed
  kAnyChange = 7,
};

struct Rejection {
  std::vector<std::string> reasons;   // each counted on its own: `1 Insufficient cpu, 1 Insufficient memory`
  bool preemption_may_help = true;    // could removing pods from this node change the answer?
  unsigned helped_by = kNodeChanged;  // of Change
};
using Verdict = std::optional<Rejection>;  // nothing: the node will do

namespace filter {

Verdict unschedulable(object::View pod, const NodeInfo& node);
Verdict node_name(object::View pod, const NodeInfo& node);
Verdict taints(object::View pod, const NodeInfo& node);
Verdict node_affinity(object::View pod, const NodeInfo& node);
Verdict ports(object::View pod, const NodeInfo& node);
Verdict resources(const Resources& requests, const NodeInfo& node);

/// Constraints of spec.topologySpreadConstraints with DoNotSchedule. Counts the cluster once, then answers per node.
class TopologySpread {
 public:
  TopologySpread(object::View pod, const Cluster& cluster);
  Verdict check(const NodeInfo& node) const;

 private:
  struct Constraint {
    SpreadConstraint rule;
    std::map<std::string, int64_t, std::less<>> matching;  // per domain
    int64_t least = 0;
    bool matches_self = false;
  };
  std::vector<Constraint> constraints_;
};

/// Required affinity and anti-affinity between pods, in both directions.
class PodAffinity {
 public:
  PodAffinity(object::View pod, const Cluster& cluster);
  Verdict check(const NodeInfo& node) const;

 private:
  using Domain = std::pair<std::string, std::string>;  // topology key and value
  using Counts = std::map<Domain, int64_t>;
  static void add(Counts& counts, const NodeInfo& node, std::string_view topology_key);
  bool affinity_holds(const NodeInfo& node) const;

  std::vector<AffinityTerm> affinity_, anti_affinity_;
  Counts affinity_counts_, anti_counts_, existing_anti_;
  bool matches_self_ = false;
};

}  // namespace filter
}  // namespace proa::scheduler
