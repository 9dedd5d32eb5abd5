// What the seed decides about one rollout before it begins: the Deployment, its updates, and how bad the luck is.
// Pure: the same random numbers give the same plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "object/value.h"
#include "runtime/clock.h"
#include "runtime/random.h"

namespace proa::sim {

/// How the world treats this history. Whatever it is, slow starts, slow stops, a failing disk and kill -9 of the
/// server belong to it.
enum class Luck {
  kCalm,  // nothing else: no container dies of itself and no node goes, so that availability is exact
  kBad,   // containers die or don't start, nodes lose power and come back, runtimes don't answer for a while
  kLong,  // as kBad, for so long that pods of lost nodes are evicted
};

struct RolloutPlan {
  int64_t replicas = 1, surge = 1, unavailable = 0;  // resolved from what the Deployment says
  std::string surge_text, unavailable_text;          // "25%" where it says so; empty: the number
  int64_t min_ready_seconds = 0;
  bool recreate = false;
  bool empty_disk = false;  // the server's first start has to make the bootstrap objects
  Luck luck = Luck::kCalm;
  std::vector<int> versions;  // one after the other; an earlier one again is a rollback
  runtime::DurationNs fault_time = 0;

  int64_t most_pods() const { return replicas + surge; }
  int64_t fewest_available() const { return replicas - unavailable; }
};

RolloutPlan draw_plan(runtime::Random& random);
/// The manifest that a user applies for a version.
object::Value deployment_of(const RolloutPlan& plan, int version);
std::string describe(const RolloutPlan& plan);

}  // namespace proa::sim
