// One simulated history of rollouts under faults, drawn from a seed, and what must hold at every step of it:
//   - never more pods that are not terminating than replicas + maxSurge,
//   - never fewer available pods than replicas - maxUnavailable by the controller's own doing,
//   - once faults stop, the last rollout completes.
#pragma once

#include <cstdint>
#include <string>

namespace proa::sim {

struct RolloutResult {
  bool ok = true;
  std::string why;     // of a failure: what was broken, and when
  std::string story;   // the faults and updates, in order: the same for the same seed
  int64_t steps = 0;
};

RolloutResult run_rollout(uint64_t seed);

}  // namespace proa::sim
