#include "sim/rollout.h"

#include <gtest/gtest.h>

namespace proa::sim {
namespace {

TEST(RolloutTest, holds_its_bounds_and_completes_under_faults) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const RolloutResult result = run_rollout(seed);
    EXPECT_TRUE(result.ok) << "seed " << seed << ": " << result.why << "\n" << result.story;
  }
}

TEST(RolloutTest, same_seed_tells_the_same_story_step_for_step) {
  for (const uint64_t seed : {3, 12}) {
    const RolloutResult once = run_rollout(seed), again = run_rollout(seed);
    EXPECT_EQ(once.story, again.story);
    EXPECT_EQ(once.steps, again.steps);
  }
  EXPECT_NE(run_rollout(3).story, run_rollout(12).story);
}

}  // namespace
}  // namespace proa::sim
