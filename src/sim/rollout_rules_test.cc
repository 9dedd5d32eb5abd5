#include "sim/rollout_rules.h"

#include <gtest/gtest.h>

namespace proa::sim {
namespace {

using object::Document;
using object::Value;
using runtime::kSecond;

RolloutPlan plan_of(int64_t replicas, int64_t surge, int64_t unavailable, Luck luck = Luck::kBad) {
  RolloutPlan plan;
  plan.replicas = replicas;
  plan.surge = surge;
  plan.unavailable = unavailable;
  plan.luck = luck;
  return plan;
}

Document set_of(const char* name, int64_t replicas, int64_t available) {
  return Document::freeze(Value::object({{"metadata", Value::object({{"name", name}})},
                                         {"spec", Value::object({{"replicas", replicas}})},
                                         {"status", Value::object({{"availableReplicas", available}})}}));
}

Document pod_of(const char* name, const char* image, bool ready = true, const char* phase = "Running") {
  const Value condition = Value::object({{"type", "Ready"}, {"status", ready ? "True" : "False"}});
  return Document::freeze(
      Value::object({{"metadata", Value::object({{"name", name}, {"uid", name}})},
                     {"spec", Value::object({{"containers", Value::array({Value::object({{"image", image}})})}})},
                     {"status", Value::object({{"phase", phase}, {"conditions", Value::array({condition})}})}}));
}

TEST(RolloutRulesTest, more_pods_than_surge_allows_are_told_and_ended_ones_not_counted) {
  RolloutRules rules(plan_of(1, 1, 0));
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1"), pod_of("b", "v1"), pod_of("c", "v1", false, "Failed")}, 0), "");
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1"), pod_of("b", "v1"), pod_of("c", "v1")}, 0),
            "3 pods are alive, more than 1 replicas + 1 surge");
}

TEST(RolloutRulesTest, asking_for_too_many_is_told_before_pods_are_there) {
  RolloutRules rules(plan_of(3, 1, 0));
  EXPECT_EQ(rules.judge({set_of("old", 3, 3), set_of("new", 2, 0)}, {}, 0),
            "5 pods are asked for, more than 3 replicas + 1 surge");
}

TEST(RolloutRulesTest, taking_an_available_pod_too_many_is_told) {
  RolloutRules rules(plan_of(3, 1, 0));
  EXPECT_EQ(rules.judge({set_of("old", 3, 3), set_of("new", 1, 0)}, {}, 0), "");
  EXPECT_NE(rules.judge({set_of("old", 2, 3), set_of("new", 1, 0)}, {}, 5 * kSecond), "");
}

TEST(RolloutRulesTest, taking_one_for_one_that_became_available_is_fine) {
  RolloutRules rules(plan_of(3, 1, 0));
  rules.judge({set_of("old", 3, 3), set_of("new", 1, 1)}, {}, 0);
  EXPECT_EQ(rules.judge({set_of("old", 2, 3), set_of("new", 1, 1)}, {}, 5 * kSecond), "");
}

TEST(RolloutRulesTest, unavailable_old_pods_may_go_however_few_are_left) {
  RolloutRules rules(plan_of(3, 1, 0));
  rules.judge({set_of("old", 3, 1), set_of("new", 1, 0)}, {}, 0);
  EXPECT_EQ(rules.judge({set_of("old", 1, 1), set_of("new", 1, 0)}, {}, 5 * kSecond), "");
}

TEST(RolloutRulesTest, decision_on_a_status_of_a_moment_ago_is_not_blamed_and_of_long_ago_is) {
  for (const bool recent : {true, false}) {
    RolloutRules rules(plan_of(3, 1, 0));
    rules.judge({set_of("old", 3, 3), set_of("new", 1, 1)}, {}, 0);
    rules.judge({set_of("old", 3, 3), set_of("new", 1, 0)}, {}, kSecond);
    const auto now = recent ? kSecond + kSecond / 2 : 5 * kSecond;
    EXPECT_EQ(rules.judge({set_of("old", 2, 3), set_of("new", 1, 0)}, {}, now).empty(), recent);
  }
}

TEST(RolloutRulesTest, calm_history_stays_available_once_it_was) {
  RolloutRules rules(plan_of(2, 1, 1, Luck::kCalm));
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1", false)}, 0), "");
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1"), pod_of("b", "v1", false)}, 0), "");
  EXPECT_EQ(rules.judge({}, {pod_of("b", "v1", false)}, 0), "0 pods are ready, fewer than 2 replicas - 1 unavailable");
}

TEST(RolloutRulesTest, recreate_waits_for_the_end_of_old_pods) {
  RolloutPlan plan = plan_of(1, 0, 0);
  plan.recreate = true;
  RolloutRules rules(plan);
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1")}, 0), "");
  EXPECT_EQ(rules.judge({}, {pod_of("a", "v1"), pod_of("b", "v2")}, 0), "b was created while a had not ended");
  EXPECT_EQ(rules.judge({}, {pod_of("b", "v2"), pod_of("c", "v2")}, 0), "");
}

}  // namespace
}  // namespace proa::sim
