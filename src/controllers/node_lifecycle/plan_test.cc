#include "controllers/node_lifecycle/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::node_lifecycle {
namespace {

using object::Value;
using object::View;
using testing::json;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;
using Taints = std::vector<std::string>;

Value node(std::string_view conditions, std::string_view spec = "{}") {
  Value node = json(R"({"metadata": {"name": "n", "creationTimestamp": "2025-12-31T00:00:00Z"}})");
  node["spec"] = json(spec);
  node["status"]["conditions"] = json(conditions);
  return node;
}

Taints taints(View node) {
  Taints found;
  for (const View t : node["spec"]["taints"].items()) found.push_back(t["key"].str() + ":" + t["effect"].str());
  return found;
}

struct Case {
  const char *what, *conditions, *spec;
  bool evict;
  Taints taints;
};

TEST(NodeTaints, follow_conditions_and_leave_those_of_others_alone) {
  const std::vector<Case> cases = {
      {"ready", R"([{"type": "Ready", "status": "True"}])", "{}", true, {}},
      {"not ready",
       R"([{"type": "Ready", "status": "False"}])",
       "{}",
       true,
       {"node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"}},
      {"silent",
       R"([{"type": "Ready", "status": "Unknown"}])",
       "{}",
       true,
       {"node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"}},
      {"silent like all others",
       R"([{"type": "Ready", "status": "Unknown"}])",
       "{}",
       false,
       {"node.kubernetes.io/unreachable:NoSchedule"}},
      {"under pressure",
       R"([{"type": "Ready", "status": "True"}, {"type": "MemoryPressure", "status": "True"},
           {"type": "DiskPressure", "status": "False"}, {"type": "PIDPressure", "status": "True"}])",
       "{}",
       true,
       {"node.kubernetes.io/memory-pressure:NoSchedule", "node.kubernetes.io/pid-pressure:NoSchedule"}},
      {"without a network",
       R"([{"type": "NetworkUnavailable", "status": "True"}])",
       "{}",
       true,
       {"node.kubernetes.io/network-unavailable:NoSchedule"}},
      {"cordoned",
       R"([{"type": "Ready", "status": "True"}])",
       R"({"unschedulable": true})",
       true,
       {"node.kubernetes.io/unschedulable:NoSchedule"}},
      {"ready again",
       R"([{"type": "Ready", "status": "True"}])",
       R"({"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"},
                      {"key": "mine", "effect": "NoExecute"},
                      {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]})",
       true,
       {"mine:NoExecute"}},
      {"from silent to not ready",
       R"([{"type": "Ready", "status": "False"}])",
       R"({"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]})",
       true,
       {"node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"}},
      {"an effect that is nobody's rule",
       R"([{"type": "Ready", "status": "True"}])",
       R"({"taints": [{"key": "node.kubernetes.io/not-ready", "effect": "PreferNoSchedule"}], "unschedulable": true})",
       true,
       {"node.kubernetes.io/not-ready:PreferNoSchedule", "node.kubernetes.io/unschedulable:NoSchedule"}},
  };
  for (const Case& c : cases) {
    const Value before = node(c.conditions, c.spec);
    const auto changed = with_taints(before, c.evict, kNow);
    const Value after = changed ? *changed : before;
    EXPECT_EQ(taints(after), c.taints) << c.what;
    EXPECT_FALSE(with_taints(after, c.evict, kNow)) << c.what << ": once is enough";
  }
}

TEST(NodeTaints, those_that_evict_tell_since_when_and_keep_it) {
  const auto first = with_taints(node(R"([{"type": "Ready", "status": "Unknown"}])"), true, kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(View(*first)["spec"]["taints"].at(1)["timeAdded"].str(), "2026-01-01T00:00:00Z");
  Value cordoned = *first;
  cordoned["spec"]["unschedulable"] = true;
  const auto second = with_taints(cordoned, true, kNow + 60 * object::kSecondNs);
  ASSERT_TRUE(second);
  EXPECT_EQ(View(*second)["spec"]["taints"].at(1)["timeAdded"].str(), "2026-01-01T00:00:00Z");
}

TEST(SilentNode, all_that_it_told_becomes_unknown_once) {
  const Value known = node(R"([{"type": "Ready", "status": "True", "lastHeartbeatTime": "2025-12-31T23:00:00Z"},
      {"type": "MemoryPressure", "status": "False"}, {"type": "NetworkUnavailable", "status": "False"}])");
  const auto silent = unresponsive(known, kNow);
  ASSERT_TRUE(silent);
  const View conditions = View(*silent)["status"]["conditions"];
  std::vector<std::string> told;
  for (const View c : conditions.items())
    told.push_back(c["type"].str() + " " + c["status"].str() + " " + c["reason"].str());
  EXPECT_EQ(told,
            (std::vector<std::string>{"Ready Unknown NodeStatusUnknown", "MemoryPressure Unknown NodeStatusUnknown",
                                      "NetworkUnavailable False ", "DiskPressure Unknown NodeStatusNeverUpdated",
                                      "PIDPressure Unknown NodeStatusNeverUpdated"}));
  EXPECT_EQ(conditions.at(0)["lastHeartbeatTime"].str(), "2025-12-31T23:00:00Z") << "its last sign of life stays";
  EXPECT_EQ(conditions.at(0)["lastTransitionTime"].str(), "2026-01-01T00:00:00Z");
  EXPECT_EQ(conditions.at(3)["lastHeartbeatTime"].str(), "2025-12-31T00:00:00Z");
  EXPECT_FALSE(unresponsive(*silent, kNow));
}

TEST(SilentNode, a_node_that_never_reported_has_longer_than_one_that_did) {
  EXPECT_EQ(grace_ns(node(R"([{"type": "Ready", "status": "True"}])")), 50 * object::kSecondNs);
  EXPECT_EQ(grace_ns(node("[]")), 60 * object::kSecondNs);
}

TEST(SilentNode, only_ready_pods_are_marked) {
  const auto marked = not_ready(json(R"({"status": {"conditions": [{"type": "Initialized", "status": "True"},
      {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T00:00:00Z"}]}})"),
                                kNow);
  ASSERT_TRUE(marked);
  EXPECT_EQ(View(*marked)["status"]["conditions"].at(0)["status"].str(), "True");
  EXPECT_EQ(View(*marked)["status"]["conditions"].at(1)["status"].str(), "False");
  EXPECT_EQ(View(*marked)["status"]["conditions"].at(1)["lastTransitionTime"].str(), "2026-01-01T00:00:00Z");
  EXPECT_FALSE(not_ready(*marked, kNow));
}

}  // namespace
}  // namespace proa::controllers::node_lifecycle
