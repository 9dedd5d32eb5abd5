#include "controllers/workload/pods.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

using object::Value;
using testing::document;
using testing::json;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01T00:00:00Z

struct State {
  const char *phase, *deleted;
  bool active, finished, terminating;
};

TEST(PodState, active_finished_and_terminating) {
  const std::vector<State> states = {
      {"Pending", "", true, false, false},  {"Running", "", true, false, false},   {"Unknown", "", true, false, false},
      {"", "", true, false, false},         {"Succeeded", "", false, true, false}, {"Failed", "", false, true, false},
      {"Running", "x", false, false, true}, {"Failed", "x", false, true, false},
  };
  for (const State& s : states) {
    Value pod = json("{}");
    pod["status"]["phase"] = s.phase;
    if (*s.deleted) pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    EXPECT_EQ(is_pod_active(pod), s.active) << s.phase << s.deleted;
    EXPECT_EQ(is_pod_finished(pod), s.finished) << s.phase << s.deleted;
    EXPECT_EQ(is_pod_terminating(pod), s.terminating) << s.phase << s.deleted;
  }
}

Value ready_since(int seconds_ago, std::string_view status = "True") {
  Value pod = json(R"({"status": {"conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready"}]}})");
  pod["status"]["conditions"].items()[1]["status"] = status;
  pod["status"]["conditions"].items()[1]["lastTransitionTime"] =
      object::format_time(kNow - seconds_ago * object::kSecondNs);
  return pod;
}

TEST(PodAvailability, counts_from_the_moment_of_readiness) {
  EXPECT_TRUE(is_pod_available(ready_since(0), 0, kNow));
  EXPECT_FALSE(is_pod_available(ready_since(9), 10, kNow));
  EXPECT_TRUE(is_pod_available(ready_since(10), 10, kNow));
  EXPECT_FALSE(is_pod_available(ready_since(100, "False"), 10, kNow));
  EXPECT_FALSE(is_pod_available(ready_since(100, "Unknown"), 0, kNow));
  EXPECT_FALSE(is_pod_available(json("{}"), 0, kNow));
}

TEST(PodAvailability, the_next_look_is_when_the_first_that_waits_is_due) {
  const auto frozen = [](int seconds_ago) { return object::Document::freeze(ready_since(seconds_ago)); };
  EXPECT_EQ(next_availability_ns({frozen(3), frozen(8), frozen(20)}, 10, kNow), 2 * object::kSecondNs);
  EXPECT_EQ(next_availability_ns({frozen(20)}, 10, kNow), std::nullopt);
  EXPECT_EQ(next_availability_ns({}, 10, kNow), std::nullopt);
  EXPECT_EQ(next_availability_ns({document("{}")}, 10, kNow), std::nullopt) << "nobody knows when it gets ready";
}

}  // namespace
}  // namespace proa::controllers
