// Each score by itself: which of the nodes that would do is the better one.
#include "scheduler/score/score.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduler/test_objects.h"

namespace proa::scheduler::score {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;
using testing::make_node;
using testing::make_pod;

struct ScoreTest : ::testing::Test {
  Cluster cluster;

  void node(const Value& node) { cluster.set_node(Document::freeze(node)); }
  void zoned(std::string_view name, std::string_view zone) {
    Value n = make_node(name);
    n["metadata"]["labels"]["topology.kubernetes.io/zone"] = zone;
    node(n);
  }
  void running(std::string_view on, std::string_view name, std::string_view cpu = {}, std::string_view memory = {}) {
    Value pod = make_pod(name, cpu);
    if (!memory.empty()) pod["spec"]["containers"].items()[0]["resources"]["requests"]["memory"] = memory;
    cluster.set_pod(Document::freeze(pod), on);
  }
  const Nodes& nodes() const { return cluster.nodes(); }
};

TEST(Normalize, the_best_gets_a_hundred) {
  Scores scores = {0, 5, 10};
  normalize(scores, false);
  EXPECT_EQ(scores, (Scores{0, 50, 100}));
  scores = {0, 5, 10};
  normalize(scores, true);
  EXPECT_EQ(scores, (Scores{100, 50, 0}));
  scores = {0, 0};
  normalize(scores, true);
  EXPECT_EQ(scores, (Scores{100, 100}));
  scores.clear();
  normalize(scores, false);
  EXPECT_TRUE(scores.empty());
}

TEST_F(ScoreTest, wishes_of_nodes_are_counted) {
  for (int i = 0; i < 3; ++i) {
    Value n = make_node(fmt::format("n{}", i));
    n["spec"]["taints"] = Value::array();
    for (int k = 0; k < i; ++k)
      n["spec"]["taints"].push_back(Value::object({{"key", fmt::format("k{}", k)}, {"effect", "PreferNoSchedule"}}));
    node(n);
  }
  Value pod = make_pod("p");
  EXPECT_EQ(taints(pod, nodes()), (Scores{100, 50, 0}));
  pod["spec"]["tolerations"] = json(R"([{"key": "k1", "operator": "Exists", "effect": "PreferNoSchedule"}])");
  EXPECT_EQ(taints(pod, nodes()), (Scores{100, 0, 0}));
  pod["spec"]["tolerations"] = json(R"([{"operator": "Exists", "effect": "NoSchedule"}])");
  EXPECT_EQ(taints(pod, nodes()), (Scores{100, 50, 0})) << "a toleration of another effect says nothing here";
}

TEST_F(ScoreTest, preferred_node_affinity_adds_up_weights) {
  for (const char* disk : {"hdd", "nvme", "ssd"}) {
    Value n = make_node(disk);
    n["metadata"]["labels"]["disk"] = disk;
    if (std::string_view(disk) != "hdd") n["metadata"]["labels"]["fast"] = "yes";
    node(n);
  }
  Value pod = make_pod("p");
  EXPECT_EQ(node_affinity(pod, nodes()), (Scores{0, 0, 0}));
  pod["spec"]["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = json(R"([
      {"weight": 10, "preference": {"matchExpressions": [{"key": "fast", "operator": "Exists"}]}},
      {"weight": 30, "preference": {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}},
      {"weight": 99, "preference": {}}])");
  EXPECT_EQ(node_affinity(pod, nodes()), (Scores{0, 25, 100})) << "an empty preference prefers nothing";
}

TEST_F(ScoreTest, the_emptier_node_is_better_and_pods_without_requests_weigh_something) {
  for (const char* name : {"a", "b", "c"}) node(make_node(name, "4", "8Gi"));
  running("b", "x", "2", "4Gi");
  for (int i = 0; i < 10; ++i) running("c", fmt::format("light-{}", i));
  const Scores scores = least_allocated(make_pod("p"), nodes());
  EXPECT_EQ(scores[0], 97);
  EXPECT_EQ(scores[1], 47);
  EXPECT_LT(scores[2], scores[0]);
  EXPECT_GT(scores[2], scores[1]);
}

TEST_F(ScoreTest, a_node_that_is_more_than_full_scores_nothing) {
  node(make_node("a", "1", "1Gi"));
  running("a", "x", "2", "2Gi");
  EXPECT_EQ(least_allocated(make_pod("p"), nodes()), Scores{0});
}

TEST_F(ScoreTest, balance_prefers_the_node_that_the_pod_makes_even) {
  for (const char* name : {"cpu-heavy", "memory-heavy"}) node(make_node(name, "4", "8Gi"));
  running("cpu-heavy", "x", "3", "1Gi");
  running("memory-heavy", "y", "500m", "6Gi");
  Value pod = make_pod("p", "2");
  const Scores scores = balanced_allocation(pod, nodes());
  EXPECT_LT(scores[0], scores[1]);
}

TEST_F(ScoreTest, an_image_that_is_there_counts_by_size_and_by_how_many_have_it) {
  const auto with_image = [&](std::string_view name, std::string_view image, int64_t mib) {
    Value n = make_node(name);
    Value held = json(R"({"names": []})");
    held["names"].push_back(image);
    held["sizeBytes"] = mib * 1024 * 1024;
    n["status"]["images"].push_back(std::move(held));
    node(n);
  };
  with_image("a", "web:latest", 600);
  with_image("b", "web:latest", 600);
  with_image("c", "other:1", 600);
  with_image("d", "web:2", 600);
  const Scores scores = image_locality(make_pod("p"), nodes(), cluster);
  EXPECT_EQ(scores, (Scores{28, 28, 0, 0})) << "half of the nodes have it: half of its size counts";
  Value pod = make_pod("p");
  pod["spec"]["containers"].items()[0]["image"] = "registry:5000/web";
  EXPECT_EQ(image_locality(pod, nodes(), cluster), (Scores{0, 0, 0, 0}));
}

TEST_F(ScoreTest, a_workload_is_spread_over_hosts_and_zones_by_default) {
  zoned("a1", "a");
  zoned("a2", "a");
  zoned("b1", "b");
  running("a1", "w1");
  const auto workload = *object::LabelSelector::parse("app=web");
  const Scores scores = topology_spread(make_pod("p"), nodes(), cluster, {workload});
  EXPECT_EQ(scores[2], 100);
  EXPECT_LT(scores[0], scores[1]) << "the host that has one is the worst";
  EXPECT_LT(scores[1], scores[2]) << "a host of the zone that has one is not the best";
  EXPECT_EQ(topology_spread(make_pod("p"), nodes(), cluster, {}), (Scores{0, 0, 0}));
}

TEST_F(ScoreTest, soft_constraints_of_the_pod_replace_the_default) {
  zoned("a1", "a");
  zoned("b1", "b");
  node(make_node("x"));
  running("a1", "w1");
  Value pod = make_pod("p");
  pod["spec"]["topologySpreadConstraints"] = json(R"([{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
      "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"app": "web"}}}])");
  const Scores scores = topology_spread(pod, nodes(), cluster, {});
  EXPECT_EQ(scores[0], 0);
  EXPECT_EQ(scores[1], 100);
  EXPECT_EQ(scores[2], 0) << "a node without the key is no place for it";
}

TEST_F(ScoreTest, preferred_pod_affinity_pulls_and_pushes_by_domain) {
  zoned("a1", "a");
  zoned("a2", "a");
  zoned("b1", "b");
  running("a1", "w1");
  Value pod = make_pod("p");
  const auto want = [&](std::string_view kind) {
    pod["spec"]["affinity"] = Value::object();
    pod["spec"]["affinity"][object::Key(kind)]["preferredDuringSchedulingIgnoredDuringExecution"] =
        json(R"([{"weight": 50, "podAffinityTerm": {"topologyKey": "topology.kubernetes.io/zone",
                  "labelSelector": {"matchLabels": {"app": "web"}}}}])");
  };
  want("podAffinity");
  EXPECT_EQ(pod_affinity(pod, nodes(), cluster), (Scores{100, 100, 0}));
  want("podAntiAffinity");
  EXPECT_EQ(pod_affinity(pod, nodes(), cluster), (Scores{0, 0, 100}));
  EXPECT_EQ(pod_affinity(make_pod("q"), nodes(), cluster), (Scores{0, 0, 0}));
}

TEST_F(ScoreTest, those_that_run_may_like_or_dislike_the_newcomer) {
  for (const char* name : {"a", "b"}) node(make_node(name));
  Value shy = make_pod("shy");
  shy["spec"]["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] =
      json(R"([{"weight": 10, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname",
                "labelSelector": {"matchLabels": {"app": "web"}}}}])");
  cluster.set_pod(Document::freeze(shy), "a");
  EXPECT_EQ(pod_affinity(make_pod("p"), nodes(), cluster), (Scores{0, 100}));
  Value other = make_pod("p");
  other["metadata"]["labels"]["app"] = "other";
  EXPECT_EQ(pod_affinity(other, nodes(), cluster), (Scores{0, 0}));
}

}  // namespace
}  // namespace proa::scheduler::score
