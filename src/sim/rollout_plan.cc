#include "sim/rollout_plan.h"

#include <fmt/format.h>

namespace proa::sim {
namespace {

using object::Value;
using runtime::kSecond;

/// Percentages: surge is rounded up, unavailable down, and when nothing is left of both, one may be unavailable.
void draw_percentages(RolloutPlan& plan, runtime::Random& random) {
  const auto surge = static_cast<int64_t>(random.below(5)) * 25;
  const auto unavailable = static_cast<int64_t>(random.below(5)) * 25;
  const bool nothing = surge == 0 && unavailable == 0;
  plan.surge_text = fmt::format("{}%", nothing ? 25 : surge);
  plan.unavailable_text = fmt::format("{}%", unavailable);
  plan.surge = (plan.replicas * (nothing ? 25 : surge) + 99) / 100;
  plan.unavailable = plan.replicas * unavailable / 100;
  if (plan.surge == 0 && plan.unavailable == 0) plan.unavailable = 1;
}

void draw_bounds(RolloutPlan& plan, runtime::Random& random) {
  plan.replicas = 1 + static_cast<int64_t>(random.below(8));
  if (random.below(4) == 0) return draw_percentages(plan, random);
  plan.surge = static_cast<int64_t>(random.below(4));
  plan.unavailable = static_cast<int64_t>(random.below(4));
  if (plan.surge == 0 && plan.unavailable == 0) plan.surge = 1;
}

Value strategy_of(const RolloutPlan& plan) {
  if (plan.recreate) return Value::object({{"type", "Recreate"}});
  Value bounds = Value::object({{"maxSurge", plan.surge}, {"maxUnavailable", plan.unavailable}});
  if (!plan.surge_text.empty()) bounds.set("maxSurge", plan.surge_text);
  if (!plan.unavailable_text.empty()) bounds.set("maxUnavailable", plan.unavailable_text);
  return Value::object({{"rollingUpdate", std::move(bounds)}});
}

}  // namespace

RolloutPlan draw_plan(runtime::Random& random) {
  RolloutPlan plan;
  draw_bounds(plan, random);
  plan.recreate = random.below(10) == 0;
  plan.empty_disk = random.below(16) == 0;
  if (random.below(5) == 0) plan.min_ready_seconds = 1 + static_cast<int64_t>(random.below(10));
  const uint64_t luck = random.below(8);
  plan.luck = luck < 3 ? Luck::kCalm : luck < 7 ? Luck::kBad : Luck::kLong;
  plan.fault_time = (plan.luck == Luck::kLong ? 700 : plan.luck == Luck::kBad ? 150 : 90) * kSecond;
  plan.versions = {1};
  for (uint64_t updates = 1 + random.below(3); updates > 0; --updates)
    plan.versions.push_back(1 + static_cast<int>(random.below(plan.versions.size() + 1)));
  return plan;
}

Value deployment_of(const RolloutPlan& plan, int version) {
  Value container = Value::object({{"name", "web"}, {"image", fmt::format("web:v{}", version)}});
  container["readinessProbe"] =
      Value::object({{"exec", Value::object({{"command", Value::array({"ready"})}})}, {"periodSeconds", 1}});
  Value pod =
      Value::object({{"terminationGracePeriodSeconds", 5}, {"containers", Value::array({std::move(container)})}});
  Value labels = Value::object({{"labels", Value::object({{"app", "web"}})}});
  Value spec = Value::object({{"replicas", plan.replicas},
                              {"minReadySeconds", plan.min_ready_seconds},
                              {"strategy", strategy_of(plan)},
                              {"selector", Value::object({{"matchLabels", Value::object({{"app", "web"}})}})}});
  spec["template"] = Value::object({{"metadata", std::move(labels)}, {"spec", std::move(pod)}});
  return Value::object({{"apiVersion", "apps/v1"},
                        {"kind", "Deployment"},
                        {"metadata", Value::object({{"name", "web"}, {"namespace", "default"}})},
                        {"spec", std::move(spec)}});
}

std::string describe(const RolloutPlan& plan) {
  constexpr const char* kLuck[] = {"calm", "bad luck", "bad luck for long"};
  std::string text = fmt::format("{} replicas", plan.replicas);
  if (plan.recreate) {
    text += ", Recreate";
  } else {
    text += fmt::format(", maxSurge {}, maxUnavailable {}", plan.surge, plan.unavailable);
    if (!plan.surge_text.empty()) text += fmt::format(" ({} and {})", plan.surge_text, plan.unavailable_text);
  }
  if (plan.min_ready_seconds > 0) text += fmt::format(", minReadySeconds {}", plan.min_ready_seconds);
  if (plan.empty_disk) text += ", an empty disk";
  return fmt::format("{}, {}", text, kLuck[static_cast<int>(plan.luck)]);
}

}  // namespace proa::sim
