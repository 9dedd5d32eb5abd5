// Which node a pod goes to, or why none will do. Pure: the same pod, cluster and draw give the same answer.
//
// The filters are asked in upstream's order, the scores added up with upstream's weights; of several best nodes the draw
// takes one. Source: k8s.io/kubernetes pkg/scheduler (schedule_one.go, default plugins of 1.36).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "object/selector.h"
#include "object/view.h"
#include "scheduler/cluster.h"

namespace proa::scheduler {

struct Question {
  object::View pod;
  /// Selectors of the pod's Services and of its ReplicaSet: pods of one workload are spread by default.
  std::vector<object::LabelSelector> workload;
  /// Random; decides between equally good nodes.
  uint64_t draw = 0;
  /// Where to begin among many nodes, so that all get their turn.
  size_t first_node = 0;
};

struct Decision {
  std::string node;        // empty: none will do
  std::string message;     // then: why, as event and condition tell it
  unsigned helped_by = 0;  // then: what may change the answer (of Change, filter/filter.h)
  size_t looked_at = 0;    // nodes that were asked
};

Decision decide(const Question& question, const Cluster& cluster);

/// Of very many nodes only so many that would do are looked for, as upstream does.
size_t enough_nodes(size_t all);

}  // namespace proa::scheduler
