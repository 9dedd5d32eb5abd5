// A history of rollouts under faults, all of it drawn from a seed. In every state of it the rules of
// sim/rollout_rules.h hold; once faults stop, the last rollout completes, nothing is left of earlier ones, and the
// cluster comes to rest (nobody goes on writing what nobody asked for).
#pragma once

#include <cstdint>
#include <string>

namespace proa::sim {

struct RolloutResult {
  bool ok = true;
  std::string why;    // of a failure: what was broken, and when
  std::string story;  // the faults and updates, in order: the same for the same seed
  int64_t steps = 0;
};

/// One thread. The same seed gives the same result, byte for byte, on every machine.
RolloutResult run_rollout(uint64_t seed);

}  // namespace proa::sim
