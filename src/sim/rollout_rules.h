// What must hold in every state of a rollout, judged from the objects alone (none of the controllers' code is used).
//
//   surge        The replicas that the Deployment asks of its ReplicaSets, and the pods that are neither ended nor
//                terminating, are never more than replicas + maxSurge.
//   decision     A ReplicaSet is never made smaller if that takes available pods below replicas - maxUnavailable.
//                Judged by what the controller could know: the ReplicaSets' statuses of the last second, one of which
//                its cache held. (A container may die in between: that is nobody's decision.)
//   available    In a calm history, once replicas - maxUnavailable pods were ready, so many are ready for ever.
//   recreate     Pods of a new template never begin while pods of another have not ended.
//
// Source: API fields Deployment.spec.strategy.rollingUpdate.maxSurge and maxUnavailable.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "object/document.h"
#include "runtime/clock.h"
#include "sim/rollout_plan.h"

namespace proa::sim {

class RolloutRules {
 public:
  explicit RolloutRules(const RolloutPlan& plan) : plan_(plan) {}

  /// Judges the next state; states must be shown one write at a time. Empty: nothing is broken.
  std::string judge(const std::vector<object::Document>& replica_sets, const std::vector<object::Document>& pods,
                    runtime::TimeNs now);

 private:
  struct Set {
    int64_t replicas = 0, available = 0;
  };
  using Sets = std::map<std::string, Set>;  // by name
  struct Past {
    runtime::TimeNs until;  // when it was replaced
    Sets sets;
  };

  std::string judge_surge(const Sets& sets, const std::vector<object::Document>& pods) const;
  std::string judge_decision(const Sets& sets) const;
  bool spares_enough(const Sets& known, const Sets& after) const;
  std::string judge_available(const std::vector<object::Document>& pods);
  std::string judge_recreate(const std::vector<object::Document>& pods);

  const RolloutPlan plan_;
  Sets sets_;  // of the last state
  std::deque<Past> recent_;
  std::set<std::string> known_pods_;  // by uid
  bool was_available_ = false;
};

}  // namespace proa::sim
