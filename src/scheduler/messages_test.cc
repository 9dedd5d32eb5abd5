// What a user reads when no node will do, and what the scheduler does about it.
#include <functional>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduler/filter/filter.h"
#include "scheduler/plan.h"
#include "scheduler/test_objects.h"

namespace proa::scheduler {
namespace {

using object::Document;
using object::Value;
using testing::json;
using testing::make_node;
using testing::make_pod;

struct MessagesTest : ::testing::Test {
  Cluster cluster;

  void nodes(std::string_view name, int count, const std::function<void(Value&)>& change = {}) {
    for (int i = 0; i < count; ++i) {
      Value n = make_node(fmt::format("{}-{}", name, i));
      if (change) change(n);
      cluster.set_node(Document::freeze(n));
    }
  }
  void fill(std::string_view node, std::string_view cpu) {
    cluster.set_pod(Document::freeze(make_pod(fmt::format("on-{}", node), cpu)), node);
  }
  std::string message(const Value& pod) const { return decide(Question{pod, {}, 0, 0}, cluster).message; }
};

TEST_F(MessagesTest, reasons_are_counted_and_told_in_order_of_the_text) {
  nodes("tainted", 2, [](Value& n) { n["spec"]["taints"] = json(R"([{"key": "k", "effect": "NoSchedule"}])"); });
  nodes("cordoned", 1, [](Value& n) { n["spec"]["unschedulable"] = true; });
  nodes("full", 3);
  for (int i = 0; i < 3; ++i) fill(fmt::format("full-{}", i), "4");
  EXPECT_EQ(message(make_pod("p", "1")),
            "0/6 nodes are available: 1 node(s) were unschedulable, 2 node(s) had untolerated taint(s), 3 Insufficient "
            "cpu. no new claims to deallocate, preemption: 0/6 nodes are available: 3 No preemption victims found for "
            "incoming pod, 3 Preemption is not helpful for scheduling.");
}

TEST_F(MessagesTest, one_node_may_have_several_reasons) {
  nodes("n", 1);
  fill("n-0", "4");
  Value pod = make_pod("p", "1");
  pod["spec"]["containers"].items()[0]["resources"]["requests"]["memory"] = "100Gi";
  EXPECT_EQ(message(pod),
            "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to deallocate, "
            "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
}

TEST_F(MessagesTest, a_pod_that_never_preempts_is_told_so) {
  nodes("n", 1);
  fill("n-0", "4");
  Value pod = make_pod("p", "1");
  pod["spec"]["preemptionPolicy"] = "Never";
  EXPECT_EQ(message(pod),
            "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to "
            "preemptionPolicy=Never.");
}

TEST_F(MessagesTest, the_first_filter_that_refuses_gives_the_reason) {
  nodes("n", 1, [](Value& n) {
    n["spec"]["unschedulable"] = true;
    n["spec"]["taints"] = json(R"([{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}])");
  });
  fill("n-0", "4");
  EXPECT_TRUE(message(make_pod("p", "1")).starts_with("0/1 nodes are available: 1 node(s) were unschedulable. "));
}

struct Help {
  const char* what;
  std::function<void(Value&)> change;
  unsigned helped_by;
};

TEST_F(MessagesTest, what_may_help_is_told_by_the_reason) {
  nodes("n", 1);
  fill("n-0", "4");
  const std::vector<Help> cases = {
      {"a pod that goes makes room",
       [](Value& p) { p["spec"]["containers"].items()[0]["resources"]["requests"]["cpu"] = "1"; },
       kNodeChanged | kPodGone},
      {"only a node can have the label", [](Value& p) { p["spec"]["nodeSelector"]["disk"] = "ssd"; }, kNodeChanged},
      {"a pod that comes may be the one to join",
       [](Value& p) {
         p["spec"]["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
             json(R"([{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "db"}}}])");
       },
       kAnyChange},
  };
  for (const Help& c : cases) {
    Value pod = make_pod("p");
    c.change(pod);
    const Decision decision = decide(Question{pod, {}, 0, 0}, cluster);
    EXPECT_EQ(decision.node, "") << c.what;
    EXPECT_EQ(decision.helped_by, c.helped_by) << c.what;
  }
}

TEST(EnoughNodes, small_clusters_are_looked_at_whole_and_large_ones_in_part) {
  EXPECT_EQ(enough_nodes(0), 0u);
  EXPECT_EQ(enough_nodes(99), 99u);
  EXPECT_EQ(enough_nodes(100), 100u);
  EXPECT_EQ(enough_nodes(1000), 420u);
  EXPECT_EQ(enough_nodes(5000), 500u) << "ten percent";
  EXPECT_EQ(enough_nodes(6000), 300u) << "never below five percent";
}

TEST_F(MessagesTest, among_many_nodes_all_get_their_turn) {
  nodes("n", 150);
  std::set<std::string> chosen;
  const Value pod = make_pod("p");
  size_t first = 0;
  for (int i = 0; i < 450; ++i) {
    const Decision decision = decide(Question{pod, {}, static_cast<uint64_t>(i), first}, cluster);
    ASSERT_FALSE(decision.node.empty());
    EXPECT_LE(decision.looked_at, 150u);
    first = (first + decision.looked_at) % 150;
    chosen.insert(decision.node);
  }
  EXPECT_EQ(chosen.size(), 150u);
}

struct Request {
  const char *what, *spec;
  int64_t cpu_milli, memory;
};

TEST(Requests, are_the_most_that_the_pod_needs_at_one_time) {
  constexpr int64_t kMi = 1024 * 1024;
  const std::vector<Request> cases = {
      {"none", R"({"containers": [{}]})", 0, 0},
      {"containers add up",
       R"({"containers": [{"resources": {"requests": {"cpu": "1", "memory": "1Mi"}}},
                          {"resources": {"requests": {"cpu": "250m"}}}]})",
       1250, kMi},
      {"a greedy init container counts alone",
       R"({"initContainers": [{"resources": {"requests": {"cpu": "3"}}}, {"resources": {"requests": {"memory": "9Mi"}}}],
           "containers": [{"resources": {"requests": {"cpu": "1"}}}]})",
       3000, 9 * kMi},
      {"a sidecar runs beside the containers",
       R"({"initContainers": [{"restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}],
           "containers": [{"resources": {"requests": {"cpu": "1"}}}]})",
       2000, 0},
      {"an init container before the sidecar does not meet it",
       R"({"initContainers": [{"resources": {"requests": {"cpu": "2"}}},
                              {"restartPolicy": "Always", "resources": {"requests": {"cpu": "1"}}}],
           "containers": [{}]})",
       2000, 0},
      {"overhead is added",
       R"({"containers": [{"resources": {"requests": {"cpu": "1"}}}], "overhead": {"cpu": "50m"}})", 1050, 0},
      {"of the pod as a whole, where given",
       R"({"resources": {"requests": {"cpu": "500m"}}, "containers": [{"resources": {"requests": {"cpu": "1"}}}]})",
       500, 0},
      {"fractions of a byte round up", R"({"containers": [{"resources": {"requests": {"memory": "1500m"}}}]})", 0, 2},
  };
  for (const Request& c : cases) {
    Value pod = Value::object();
    pod["spec"] = json(c.spec);
    const Resources found = requests_of(pod);
    EXPECT_EQ(found.cpu_milli, c.cpu_milli) << c.what;
    EXPECT_EQ(found.memory, c.memory) << c.what;
  }
}

}  // namespace
}  // namespace proa::scheduler
