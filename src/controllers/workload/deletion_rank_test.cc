// Which pods a workload gives up first when it shrinks.
#include "controllers/workload/deletion_rank.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;
using testing::names;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01T00:00:00Z

/// A pod that runs and is ready since an hour.
Value healthy(std::string_view name) {
  Value pod = json(R"({"metadata": {"namespace": "default", "creationTimestamp": "2025-12-31T23:00:00Z"},
      "spec": {"nodeName": "n1"}, "status": {"phase": "Running", "conditions": [
      {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}]}})");
  pod["metadata"]["name"] = name;
  pod["metadata"]["uid"] = fmt::format("uid-{}", name);
  return pod;
}

/// The same with other members of spec and status.
Document pod(std::string_view name, std::string_view spec = "{}", std::string_view status = "{}",
             std::string_view annotations = "{}") {
  Value pod = healthy(name);
  pod["metadata"]["annotations"] = json(annotations);
  testing::set_members(pod["spec"], spec);
  testing::set_members(pod["status"], status);
  return Document::freeze(std::move(pod));
}

Document aged(std::string_view name, std::string_view ready_since, std::string_view created) {
  Value pod = healthy(name);
  pod["metadata"]["creationTimestamp"] = created;
  pod["status"]["conditions"].items()[0]["lastTransitionTime"] = ready_since;
  return Document::freeze(std::move(pod));
}

std::vector<std::string> order(std::vector<Document> pods, const std::vector<Document>& related = {}) {
  return names(ranked_for_deletion(std::move(pods), related, kNow));
}

using Names = std::vector<std::string>;

struct Pair {
  const char* why;
  Document first, second;
};

TEST(DeletionRank, the_worse_of_two_goes_first) {
  constexpr const char* kNotReady = R"({"conditions": []})";
  const std::vector<Pair> pairs = {
      {"no node yet", pod("a", R"({"nodeName": ""})"), pod("b")},
      {"pending", pod("a", "{}", R"({"phase": "Pending"})"), pod("b", "{}", R"({"phase": "Unknown"})")},
      {"unknown", pod("a", "{}", R"({"phase": "Unknown"})"), pod("b")},
      {"not ready", pod("a", "{}", kNotReady), pod("b")},
      {"cheaper to delete", pod("a", "{}", "{}", R"({"controller.kubernetes.io/pod-deletion-cost": "-5"})"), pod("b")},
      {"cost counts as number", pod("a", "{}", "{}", R"({"controller.kubernetes.io/pod-deletion-cost": "9"})"),
       pod("b", "{}", "{}", R"({"controller.kubernetes.io/pod-deletion-cost": "10"})")},
      {"restarted more often", pod("a", "{}", R"({"containerStatuses": [{"restartCount": 3}]})"),
       pod("b", "{}", R"({"containerStatuses": [{"restartCount": 2}, {"restartCount": 2}]})")},
      {"ready for less long", aged("a", "2025-12-31T23:59:00Z", "2025-12-31T20:00:00Z"),
       aged("b", "2025-12-31T20:00:00Z", "2025-12-31T20:00:00Z")},
      {"younger", aged("a", "2025-12-31T20:00:00Z", "2025-12-31T23:59:00Z"),
       aged("b", "2025-12-31T20:00:00Z", "2025-12-31T10:00:00Z")},
      {"no node beats not ready", pod("a", R"({"nodeName": ""})"), pod("b", "{}", kNotReady)},
      {"not ready beats deletion cost", pod("a", "{}", kNotReady),
       pod("b", "{}", "{}", R"({"controller.kubernetes.io/pod-deletion-cost": "-100"})")},
      {"a sidecar that restarted",
       pod("a", R"({"initContainers": [{"name": "s", "restartPolicy": "Always"}]})",
           R"({"initContainerStatuses": [{"name": "s", "restartCount": 1}]})"),
       pod("b", R"({"initContainers": [{"name": "s"}]})",
           R"({"initContainerStatuses": [{"name": "s", "restartCount": 9}]})")},
  };
  for (const Pair& pair : pairs) {
    EXPECT_EQ(order({pair.first, pair.second}), (Names{"a", "b"})) << pair.why;
    EXPECT_EQ(order({pair.second, pair.first}), (Names{"a", "b"})) << pair.why << ", asked the other way round";
  }
}

TEST(DeletionRank, of_pods_on_a_crowded_node_one_goes_before_the_lonely) {
  const Document a = pod("a"), b = pod("b", R"({"nodeName": "n2"})"), c = pod("c");
  EXPECT_EQ(order({b, a}, {a, b, c}), (Names{"a", "b"}));
  // Those that are on their way out crowd nobody.
  const Document gone = pod("c", "{}", R"({"phase": "Succeeded"})"), two = pod("d", R"({"nodeName": "n2"})");
  EXPECT_EQ(order({a, b}, {a, b, gone, two}), (Names{"b", "a"}));
}

TEST(DeletionRank, a_cost_that_is_no_number_is_none) {
  for (const char* cost : {"+5", "05", "1.5", "many", "99999999999", ""}) {
    const Document odd =
        pod("a", "{}", "{}", fmt::format(R"({{"controller.kubernetes.io/pod-deletion-cost": "{}"}})", cost));
    const Document cheap = pod("b", "{}", "{}", R"({"controller.kubernetes.io/pod-deletion-cost": "-1"})");
    EXPECT_EQ(order({odd, cheap}), (Names{"b", "a"})) << cost;
  }
}

TEST(DeletionRank, ages_of_the_same_order_of_magnitude_are_equal) {
  // 61 and 65 minutes: log2 of both is the same, so the uid decides.
  const Document b = aged("b", "2025-12-31T22:55:00Z", "2025-12-31T20:00:00Z");
  const Document a = aged("a", "2025-12-31T22:59:00Z", "2025-12-31T20:00:00Z");
  EXPECT_EQ(order({b, a}), (Names{"a", "b"}));
  const Document c = aged("c", "2025-12-31T22:59:00Z", "2025-12-31T20:00:00Z");
  EXPECT_EQ(order({c, b}), (Names{"b", "c"})) << "though c is ready for less long";
}

}  // namespace
}  // namespace proa::controllers
