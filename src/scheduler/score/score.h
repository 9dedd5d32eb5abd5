// Scores: how good is each node that would do? Each gives 0 to 100 per node; plan.cc adds them up by weight. Pure.
//
// Source: k8s.io/kubernetes pkg/scheduler/framework/plugins.
#pragma once

#include <cstdint>
#include <vector>

#include "object/selector.h"
#include "object/view.h"
#include "scheduler/cluster.h"

namespace proa::scheduler::score {

using Nodes = std::vector<const NodeInfo*>;
using Scores = std::vector<int64_t>;  // one per node, in the same order

inline constexpr int64_t kMost = 100;

/// Fewer taints of effect PreferNoSchedule that the pod does not tolerate.
Scores taints(object::View pod, const Nodes& nodes);
/// Weights of preferred node affinity.
Scores node_affinity(object::View pod, const Nodes& nodes);
/// More cpu and memory left.
Scores least_allocated(object::View pod, const Nodes& nodes);
/// cpu and memory used in more equal parts than without the pod.
Scores balanced_allocation(object::View pod, const Nodes& nodes);
/// Images that are there already, by size.
Scores image_locality(object::View pod, const Nodes& nodes, const Cluster& cluster);
/// Soft spread constraints; a pod without any is spread over hosts and zones together with the pods that `workload`
/// selects (of its ReplicaSet and Services). Empty `workload`: no default.
Scores topology_spread(object::View pod, const Nodes& nodes, const Cluster& cluster,
                       const std::vector<object::LabelSelector>& workload);
/// Preferred affinity between pods, both ways.
Scores pod_affinity(object::View pod, const Nodes& nodes, const Cluster& cluster);

/// Scales so that the highest becomes 100; `reverse`: so that the lowest does.
void normalize(Scores& scores, bool reverse);

}  // namespace proa::scheduler::score
