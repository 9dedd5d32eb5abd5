#include "controllers/taint_eviction/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::taint_eviction {
namespace {

using object::Value;
using object::View;
using testing::json;

struct Case {
  const char *what, *taints, *tolerations;
  std::optional<int64_t> stay;
};

TEST(TaintEviction, the_shortest_toleration_of_all_taints_counts) {
  constexpr const char* kOne = R"([{"key": "a", "value": "1", "effect": "NoExecute"}])";
  constexpr const char* kTwo = R"([{"key": "a", "effect": "NoExecute"}, {"key": "b", "effect": "NoExecute"}])";
  const std::vector<Case> cases = {
      {"no taint", "[]", "[]", std::nullopt},
      {"another effect", R"([{"key": "a", "effect": "NoSchedule"}])", "[]", std::nullopt},
      {"not tolerated", kOne, "[]", 0},
      {"by value", kOne, R"([{"key": "a", "operator": "Equal", "value": "1"}])", kForever},
      {"by value, no operator", kOne, R"([{"key": "a", "value": "1"}])", kForever},
      {"by another value", kOne, R"([{"key": "a", "value": "2"}])", 0},
      {"whatever the value", kOne, R"([{"key": "a", "operator": "Exists"}])", kForever},
      {"everything", kOne, R"([{"operator": "Exists"}])", kForever},
      {"another effect only", kOne, R"([{"key": "a", "operator": "Exists", "effect": "NoSchedule"}])", 0},
      {"for a while", kOne, R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 60}])", 60},
      {"not even a moment", kOne, R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 0}])", 0},
      {"less than nothing", kOne, R"([{"key": "a", "operator": "Exists", "tolerationSeconds": -5}])", 0},
      {"the first that fits counts", kOne,
       R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 60}, {"operator": "Exists"}])", 60},
      {"two, one not tolerated", kTwo, R"([{"key": "a", "operator": "Exists"}])", 0},
      {"two, the shorter", kTwo,
       R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 60},
           {"key": "b", "operator": "Exists", "tolerationSeconds": 30}])",
       30},
      {"two, one for good", kTwo,
       R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 60}, {"key": "b", "operator": "Exists"}])", 60},
  };
  for (const Case& c : cases) {
    const Value pod = json(fmt::format(R"({{"spec": {{"tolerations": {}}}}})", c.tolerations));
    const Value node = json(fmt::format(R"({{"spec": {{"taints": {}}}}})", c.taints));
    EXPECT_EQ(seconds_to_stay(pod, node), c.stay) << c.what;
  }
}

TEST(TaintEviction, an_evicted_pod_says_why) {
  const Value pod = marked(json(R"({"status": {"conditions": [{"type": "Ready", "status": "True"}]}})"), 0);
  const View why = View(pod)["status"]["conditions"].at(1);
  EXPECT_EQ(why["type"].str(), "DisruptionTarget");
  EXPECT_EQ(why["reason"].str(), "DeletionByTaintManager");
  EXPECT_EQ(why["message"].str(), "Taint manager: deleting due to NoExecute taint");
}

}  // namespace
}  // namespace proa::controllers::taint_eviction
