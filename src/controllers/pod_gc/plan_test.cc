#include "controllers/pod_gc/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::pod_gc {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;

struct Case {
  const char *what, *pod, *node;
  bool long_gone;
  Reason reason;
};

constexpr const char *kOnNode = R"({"spec": {"nodeName": "n"}})",
                     *kGoingOnNode = R"({"metadata": {"deletionTimestamp": "t"}, "spec": {"nodeName": "n"}})";

TEST(PodGc, takes_what_no_agent_will_ever_end) {
  constexpr const char* kOutOfService = R"([{"key": "node.kubernetes.io/out-of-service", "effect": "NoExecute"}])";
  const std::string lost = fmt::format(
      R"({{"spec": {{"taints": {}}}, "status": {{"conditions": [{{"type": "Ready", "status": "Unknown"}}]}}}})",
      kOutOfService);
  const std::string back = fmt::format(
      R"({{"spec": {{"taints": {}}}, "status": {{"conditions": [{{"type": "Ready", "status": "True"}}]}}}})",
      kOutOfService);
  const std::vector<Case> cases = {
      {"a pod without a node waits", R"({"spec": {}})", "", false, Reason::kNone},
      {"deleted before it had a node", R"({"metadata": {"deletionTimestamp": "t"}, "spec": {}})", "", false,
       Reason::kUnscheduledTerminating},
      {"its node went a moment ago", kOnNode, "", false, Reason::kNone},
      {"its node went long ago", kOnNode, "", true, Reason::kOrphaned},
      {"deleted, its node silent", kGoingOnNode, R"({"spec": {}, "status": {}})", false, Reason::kNone},
      {"deleted, its node out of service", kGoingOnNode, lost.c_str(), false, Reason::kOutOfService},
      {"deleted, its node ready again", kGoingOnNode, back.c_str(), false, Reason::kNone},
      {"not deleted, its node out of service", kOnNode, lost.c_str(), false, Reason::kNone},
  };
  for (const Case& c : cases) {
    const Value node = *c.node ? json(c.node) : Value();
    EXPECT_EQ(judge(json(c.pod), *c.node ? View(node) : View(), c.long_gone), c.reason) << c.what;
  }
}

TEST(PodGc, marks_a_pod_as_failed_and_says_why_before_it_goes) {
  Value pod = json(R"({"metadata": {"generation": 2}, "status": {"phase": "Running",
      "conditions": [{"type": "Ready", "status": "True"}]}})");
  const auto orphan = marked_failed(pod, Reason::kOrphaned, kNow);
  ASSERT_TRUE(orphan);
  EXPECT_EQ(View(*orphan)["status"]["phase"].str(), "Failed");
  EXPECT_EQ(View(*orphan)["status"]["observedGeneration"].as_int(), 2);
  const View why = View(*orphan)["status"]["conditions"].at(1);
  EXPECT_EQ(why["type"].str() + " " + why["status"].str() + " " + why["reason"].str() + ": " + why["message"].str(),
            "DisruptionTarget True DeletionByPodGC: PodGC: node no longer exists");
  const auto unscheduled = marked_failed(pod, Reason::kUnscheduledTerminating, kNow);
  EXPECT_EQ(View(*unscheduled)["status"]["conditions"].size(), 1u);
  for (const char* phase : {"Succeeded", "Failed"}) {
    pod["status"]["phase"] = phase;
    EXPECT_FALSE(marked_failed(pod, Reason::kOrphaned, kNow)) << "a result is kept";
  }
}

TEST(PodGc, of_too_many_finished_pods_evicted_and_old_ones_go) {
  std::vector<Document> pods;
  const auto add = [&](const char* name, const char* created, const char* phase, const char* reason = "") {
    Value pod = Value::object();
    pod["metadata"] = Value::object({{"name", name}, {"creationTimestamp", created}});
    pod["status"] = Value::object({{"phase", phase}, {"reason", reason}});
    pods.push_back(Document::freeze(std::move(pod)));
  };
  add("old", "2026-01-01T00:00:00Z", "Succeeded");
  add("running", "2025-01-01T00:00:00Z", "Running");
  add("evicted", "2026-01-05T00:00:00Z", "Failed", "Evicted");
  add("new", "2026-01-03T00:00:00Z", "Failed");
  add("middle", "2026-01-02T00:00:00Z", "Succeeded");
  using Names = std::vector<std::string>;
  EXPECT_EQ(testing::names(excess_finished(pods, 4)), Names{});
  EXPECT_EQ(testing::names(excess_finished(pods, 3)), Names{"evicted"});
  EXPECT_EQ(testing::names(excess_finished(pods, 1)), (Names{"evicted", "old", "middle"}));
  EXPECT_EQ(testing::names(excess_finished(pods, 0)), (Names{"evicted", "old", "middle", "new"}));
}

}  // namespace
}  // namespace proa::controllers::pod_gc
