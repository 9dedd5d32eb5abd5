#include "scheduler/plan.h"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduler/test_objects.h"

namespace proa::scheduler {
namespace {

using object::Document;
using object::Value;
using testing::json;
using testing::make_node;
using testing::make_pod;

constexpr std::string_view kNoVictims =
    " no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming "
    "pod.";
constexpr std::string_view kNoHelp =
    " no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

struct PlanTest : ::testing::Test {
  Cluster cluster;

  void node(const Value& node) { cluster.set_node(Document::freeze(node)); }
  void running(std::string_view on, const Value& pod) { cluster.set_pod(Document::freeze(pod), on); }
  Decision decide(const Value& pod, uint64_t draw = 0) {
    return scheduler::decide(Question{pod, {}, draw, 0}, cluster);
  }
};

TEST_F(PlanTest, no_node_at_all) { EXPECT_EQ(decide(make_pod("a")).message, "no nodes available to schedule pods"); }

TEST_F(PlanTest, fits_by_requests_and_says_what_is_missing) {
  node(make_node("n1", "1"));
  EXPECT_EQ(decide(make_pod("a", "600m")).node, "n1");
  running("n1", make_pod("a", "600m"));
  EXPECT_EQ(decide(make_pod("b", "600m")).message,
            fmt::format("0/1 nodes are available: 1 Insufficient cpu.{}", kNoVictims));
  EXPECT_EQ(decide(make_pod("b", "400m")).node, "n1");
  EXPECT_EQ(decide(make_pod("b", "2")).message, fmt::format("0/1 nodes are available: 1 Insufficient cpu.{}", kNoHelp));
  Value both = make_pod("b", "600m");
  both["spec"]["containers"].items()[0]["resources"]["requests"]["memory"] = "9Gi";
  EXPECT_EQ(decide(both).message,
            fmt::format("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.{}", kNoHelp));
}

TEST_F(PlanTest, counts_pods_and_extended_resources) {
  Value small = make_node("n1");
  small["status"]["allocatable"]["pods"] = "1";
  small["status"]["allocatable"]["example.com/gpu"] = "2";
  node(small);
  Value gpu = make_pod("a");
  gpu["spec"]["containers"].items()[0]["resources"]["requests"]["example.com/gpu"] = "3";
  EXPECT_EQ(decide(gpu).message, fmt::format("0/1 nodes are available: 1 Insufficient example.com/gpu.{}", kNoHelp));
  running("n1", make_pod("x"));
  EXPECT_EQ(decide(make_pod("a")).message, fmt::format("0/1 nodes are available: 1 Too many pods.{}", kNoVictims));
}

TEST_F(PlanTest, sums_up_the_reasons_of_all_nodes) {
  for (int i = 0; i < 3; ++i) node(make_node(fmt::format("small-{}", i), "100m"));
  Value cordoned = make_node("cordoned");
  cordoned["spec"]["unschedulable"] = true;
  node(cordoned);
  EXPECT_EQ(decide(make_pod("a", "500m")).message,
            "0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu. no new claims to deallocate, "
            "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.");
}

TEST_F(PlanTest, node_selector_and_affinity) {
  Value ssd = make_node("n1");
  ssd["metadata"]["labels"]["disk"] = "ssd";
  node(ssd);
  Value pod = make_pod("a");
  pod["spec"]["nodeSelector"]["disk"] = "hdd";
  EXPECT_EQ(decide(pod).message,
            fmt::format("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.{}", kNoHelp));
  pod["spec"]["nodeSelector"]["disk"] = "ssd";
  EXPECT_EQ(decide(pod).node, "n1");
  const auto with = [](std::string_view expression) {
    Value p = make_pod("a");
    p["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
        json(fmt::format(R"({{"nodeSelectorTerms": [{{"matchExpressions": [{}]}}]}})", expression));
    return p;
  };
  EXPECT_EQ(decide(with(R"({"key": "disk", "operator": "In", "values": ["ssd", "nvme"]})")).node, "n1");
  EXPECT_EQ(decide(with(R"({"key": "gpu", "operator": "DoesNotExist"})")).node, "n1");
  EXPECT_EQ(decide(with(R"({"key": "disk", "operator": "NotIn", "values": ["ssd"]})")).node, "");
  EXPECT_EQ(decide(with(R"({"key": "disk", "operator": "Gt", "values": ["1"]})")).node, "");
}

TEST_F(PlanTest, taints_and_tolerations) {
  Value tainted = make_node("n1");
  tainted["spec"]["taints"] = json(R"([{"key": "dedicated", "value": "db", "effect": "NoSchedule"}])");
  node(tainted);
  EXPECT_EQ(decide(make_pod("a")).message,
            fmt::format("0/1 nodes are available: 1 node(s) had untolerated taint(s).{}", kNoHelp));
  const auto tolerating = [](std::string_view toleration) {
    Value p = make_pod("a");
    p["spec"]["tolerations"].push_back(json(toleration));
    return p;
  };
  EXPECT_EQ(decide(tolerating(R"({"key": "dedicated", "value": "db", "effect": "NoSchedule"})")).node, "n1");
  EXPECT_EQ(decide(tolerating(R"({"operator": "Exists"})")).node, "n1");
  EXPECT_EQ(decide(tolerating(R"({"key": "dedicated", "operator": "Exists"})")).node, "n1");
  EXPECT_EQ(decide(tolerating(R"({"key": "dedicated", "value": "web"})")).node, "");
  EXPECT_EQ(decide(tolerating(R"({"operator": "Exists", "effect": "NoExecute"})")).node, "");
}

TEST_F(PlanTest, host_ports_do_not_clash) {
  node(make_node("n1"));
  Value pod = make_pod("a");
  pod["spec"]["containers"].items()[0]["ports"] = json(R"([{"hostPort": 80, "protocol": "TCP"}])");
  running("n1", pod);
  EXPECT_EQ(decide(pod).message,
            fmt::format("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.{}",
                        kNoVictims));
  pod["spec"]["containers"].items()[0]["ports"].items()[0]["protocol"] = "UDP";
  EXPECT_EQ(decide(pod).node, "n1");
}

TEST_F(PlanTest, anti_affinity_keeps_pods_apart_in_both_directions) {
  node(make_node("n1"));
  const std::string_view term =
      R"([{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}])";
  Value lonely = make_pod("lonely");
  lonely["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = json(term);
  EXPECT_EQ(decide(lonely).node, "n1");
  running("n1", make_pod("x"));
  EXPECT_EQ(decide(lonely).message,
            fmt::format("0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.{}", kNoVictims));
  cluster.remove_pod("default/x");
  running("n1", lonely);
  EXPECT_EQ(decide(make_pod("y")).message,
            fmt::format("0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.{}",
                        kNoVictims));
}

TEST_F(PlanTest, affinity_brings_pods_together_and_lets_the_first_one_in) {
  for (const char* name : {"n1", "n2"}) node(make_node(name));
  Value social = make_pod("social");
  social["spec"]["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
      json(R"([{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}])");
  EXPECT_FALSE(decide(social).node.empty()) << "it matches itself";
  running("n2", make_pod("x"));
  for (uint64_t draw = 0; draw < 4; ++draw) EXPECT_EQ(decide(social, draw).node, "n2");
  social["metadata"]["labels"]["app"] = "other";
  cluster.remove_pod("default/x");
  EXPECT_EQ(decide(social).message.substr(0, 66), "0/2 nodes are available: 2 node(s) didn't match pod affinity rules");
}

TEST_F(PlanTest, topology_spread_keeps_the_skew) {
  for (const char* name : {"n1", "n2"}) node(make_node(name));
  Value pod = make_pod("a");
  pod["spec"]["topologySpreadConstraints"] = json(R"([{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
      "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}])");
  running("n1", make_pod("x"));
  for (uint64_t draw = 0; draw < 4; ++draw) EXPECT_EQ(decide(pod, draw).node, "n2");
  Value unlabelled = make_node("n2");
  unlabelled["metadata"].erase("labels");
  node(unlabelled);
  EXPECT_EQ(decide(pod).node, "n1") << "a node without the key takes no part";
}

TEST_F(PlanTest, a_daemon_is_tried_on_its_node_only) {
  for (const char* name : {"n1", "n2"}) node(make_node(name));
  Value pod = make_pod("a");
  pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = json(
      R"({"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n2"]}]}]})");
  EXPECT_EQ(decide(pod).node, "n2");
  Value full = make_node("n2");
  full["spec"]["unschedulable"] = true;
  node(full);
  EXPECT_EQ(decide(pod).message.substr(0, 101),
            "0/2 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity], 1 node(s) were unschedula");
}

TEST_F(PlanTest, prefers_the_emptier_node_and_spreads_a_workload) {
  for (const char* name : {"n1", "n2"}) node(make_node(name));
  running("n1", make_pod("x", "3"));
  EXPECT_EQ(decide(make_pod("a", "500m")).node, "n2");
  cluster.remove_pod("default/x");
  running("n1", make_pod("w"));
  const Value pod = make_pod("a");
  const auto workload = object::LabelSelector::parse("app=web");
  for (uint64_t draw = 0; draw < 4; ++draw)
    EXPECT_EQ(scheduler::decide(Question{pod, {*workload}, draw, 0}, cluster).node, "n2");
}

TEST_F(PlanTest, among_equals_the_draw_decides) {
  for (const char* name : {"n1", "n2", "n3"}) node(make_node(name));
  std::set<std::string> chosen;
  for (uint64_t draw = 0; draw < 3; ++draw) chosen.insert(decide(make_pod("a"), draw).node);
  EXPECT_EQ(chosen.size(), 3u);
  EXPECT_EQ(decide(make_pod("a"), 7).node, decide(make_pod("a"), 7).node);
}

TEST_F(PlanTest, says_what_may_help) {
  node(make_node("n1", "1"));
  EXPECT_EQ(decide(make_pod("a", "2")).helped_by, unsigned{3}) << "a node, or a pod that goes";
  Value pod = make_pod("a");
  pod["spec"]["nodeSelector"]["disk"] = "ssd";
  EXPECT_EQ(decide(pod).helped_by, 1u) << "only a node";
}

TEST(Requests, of_init_containers_and_sidecars) {
  const Value pod = json(R"({"spec": {
      "initContainers": [
        {"resources": {"requests": {"cpu": "100m"}}, "restartPolicy": "Always"},
        {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}],
      "containers": [{"resources": {"requests": {"cpu": "200m"}}}, {"resources": {"requests": {"cpu": "200m"}}}],
      "overhead": {"cpu": "10m"}}})");
  const Resources r = requests_of(pod);
  EXPECT_EQ(r.cpu_milli, 610) << "the init container runs beside the sidecar";
  EXPECT_EQ(r.memory, 1024 * 1024 * 1024);
  EXPECT_EQ(nonzero_requests_of(json(R"({"spec": {"containers": [{}]}})")).cpu_milli, 100);
}

TEST(Cluster, sums_go_back_to_nothing) {
  Cluster cluster;
  cluster.set_node(Document::freeze(make_node("n1")));
  for (int i = 0; i < 3; ++i) cluster.set_pod(Document::freeze(make_pod(fmt::format("p{}", i), "250m")), "n1");
  EXPECT_EQ(cluster.node("n1")->requested.cpu_milli, 750);
  cluster.set_pod(Document::freeze(make_pod("p0", "1")), "n1");
  EXPECT_EQ(cluster.node("n1")->requested.cpu_milli, 1500);
  for (int i = 0; i < 3; ++i) cluster.remove_pod(fmt::format("default/p{}", i));
  EXPECT_EQ(cluster.node("n1")->requested, Resources());
  cluster.set_pod(Document::freeze(make_pod("early")), "n2");
  EXPECT_EQ(cluster.node("n2"), nullptr);
  cluster.set_node(Document::freeze(make_node("n2")));
  EXPECT_EQ(cluster.node("n2")->pods.size(), 1u) << "a pod may be seen before its node";
}

}  // namespace
}  // namespace proa::scheduler
