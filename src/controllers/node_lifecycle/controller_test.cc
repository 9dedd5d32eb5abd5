// Nodes that fall silent, and what becomes of their pods: node_lifecycle, taint_eviction and pod_gc together.
#include "controllers/node_lifecycle/controller.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/node_lifecycle/plan.h"
#include "controllers/pod_gc/controller.h"
#include "controllers/taint_eviction/controller.h"
#include "controllers/taint_eviction/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::node_lifecycle {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;
using testing::json;

struct NodeLifecycleTest : ::testing::Test {
  Cluster cluster;
  std::vector<std::string> alive = {"n1", "n2"};

  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.add(taint_eviction::make_controller(cluster.parts()));
    cluster.add(pod_gc::make_controller(cluster.parts()));
    for (const char* name : {"n1", "n2"}) {
      Value node = json(R"({"status": {"conditions": [{"type": "Ready", "status": "True",
          "lastHeartbeatTime": "2026-01-01T00:00:00Z"}]}, "spec": {}})");
      node["metadata"]["name"] = name;
      cluster.client.put(resources::kNodes, std::move(node));
    }
    Value pod = json(R"({"metadata": {"namespace": "default", "name": "p"}, "spec": {"nodeName": "n1", "tolerations": [
        {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})");
    cluster.client.put(resources::kPods, std::move(pod));
    cluster.start();
  }
  void renew() {
    for (const std::string& name : alive) {
      Value lease = json(R"({"metadata": {"namespace": "kube-node-lease"}})");
      lease["metadata"]["name"] = name;
      lease["spec"]["renewTime"] = object::format_micro_time(cluster.executor.wall());
      cluster.client.put(resources::kLeases, std::move(lease));
    }
  }
  void run(int seconds) {
    for (int i = 0; i < seconds; i += 10) {
      renew();
      cluster.executor.advance(10 * runtime::kSecond);
    }
  }
  Document node(std::string_view name) { return cluster.client.find(resources::kNodes, "", name); }
  std::string ready(std::string_view name) { return node(name)["status"]["conditions"].at(0)["status"].str(); }
  std::vector<std::string> taints(std::string_view name) {
    std::vector<std::string> found;
    const Document n = node(name);
    for (const View t : n["spec"]["taints"].items()) found.push_back(t["key"].str() + ":" + t["effect"].str());
    return found;
  }
  Document pod() { return cluster.client.find(resources::kPods, "default", "p"); }
};

TEST_F(NodeLifecycleTest, a_node_that_renews_its_lease_stays_ready) {
  cluster.take_writes();
  run(600);
  EXPECT_EQ(ready("n1"), "True");
  EXPECT_TRUE(cluster.take_writes().empty());
  EXPECT_EQ(cluster.events("n1").at(0), "RegisteredNode: Node n1 event: Registered Node n1 in Controller");
}

TEST_F(NodeLifecycleTest, a_silent_node_becomes_unknown_and_its_pods_leave_after_five_minutes) {
  run(30);
  alive = {"n2"};
  run(40);
  EXPECT_EQ(ready("n1"), "True");
  run(20);
  EXPECT_EQ(ready("n1"), "Unknown");
  EXPECT_EQ(taints("n1"), (std::vector<std::string>{"node.kubernetes.io/unreachable:NoSchedule",
                                                    "node.kubernetes.io/unreachable:NoExecute"}));
  EXPECT_EQ(pod()["status"]["conditions"].at(0)["status"].as_string(), "False");
  EXPECT_EQ(cluster.events("n1").back(), "NodeNotReady: Node n1 status is now: NodeNotReady");
  EXPECT_EQ(cluster.events("p").at(0), "NodeNotReady: Node is not ready");
  run(280);
  EXPECT_FALSE(object::is_deleting(pod().root()));
  run(40);
  EXPECT_TRUE(object::is_deleting(pod().root()));
  EXPECT_EQ(cluster.events("p").back(), "TaintManagerEviction: Marking for deletion Pod default/p");
}

TEST_F(NodeLifecycleTest, a_node_that_comes_back_keeps_its_pods) {
  alive = {"n2"};
  run(100);
  EXPECT_EQ(ready("n1"), "Unknown");
  cluster.client.edit(resources::kNodes, "", "n1", [](Value& v) {
    v["status"]["conditions"].items()[0]["status"] = "True";
    v["status"]["conditions"].items()[0]["lastHeartbeatTime"] = "2026-01-01T00:02:00Z";
  });
  alive = {"n1", "n2"};
  run(400);
  EXPECT_TRUE(taints("n1").empty());
  EXPECT_FALSE(object::is_deleting(pod().root()));
  EXPECT_EQ(cluster.events("p").back(), "TaintManagerEviction: Cancelling deletion of Pod default/p");
}

TEST_F(NodeLifecycleTest, when_no_node_is_ready_nothing_is_evicted) {
  alive = {};
  run(600);
  EXPECT_EQ(ready("n1"), "Unknown");
  EXPECT_EQ(taints("n1"), std::vector<std::string>{"node.kubernetes.io/unreachable:NoSchedule"});
  EXPECT_FALSE(object::is_deleting(pod().root()));
}

TEST_F(NodeLifecycleTest, cordoning_taints_and_uncordoning_clears) {
  cluster.client.edit(resources::kNodes, "", "n1", [](Value& v) { v["spec"]["unschedulable"] = true; });
  cluster.settle();
  EXPECT_EQ(taints("n1"), std::vector<std::string>{"node.kubernetes.io/unschedulable:NoSchedule"});
  cluster.client.edit(resources::kNodes, "", "n1", [](Value& v) { v["spec"].erase("unschedulable"); });
  cluster.settle();
  EXPECT_TRUE(taints("n1").empty());
}

TEST_F(NodeLifecycleTest, pods_of_a_node_that_is_gone_go_after_a_while) {
  cluster.client.erase(resources::kNodes, "", "n1");
  alive = {"n2"};
  run(30);
  EXPECT_TRUE(pod());
  run(20);
  EXPECT_FALSE(pod());
}

TEST_F(NodeLifecycleTest, a_pod_deleted_before_it_had_a_node_goes_at_once) {
  cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "q",
      "deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {}})");
  cluster.settle();
  EXPECT_FALSE(cluster.client.find(resources::kPods, "default", "q"));
}

TEST(TaintEviction, how_long_a_pod_may_stay) {
  using taint_eviction::kForever;
  using taint_eviction::seconds_to_stay;
  const Value node = json(R"({"spec": {"taints": [{"key": "a", "effect": "NoExecute"}]}})");
  const auto stay = [&](std::string_view tolerations) {
    return seconds_to_stay(json(fmt::format(R"({{"spec": {{"tolerations": {}}}}})", tolerations)), node);
  };
  EXPECT_EQ(stay("[]"), 0);
  EXPECT_EQ(stay(R"([{"operator": "Exists"}])"), kForever);
  EXPECT_EQ(stay(R"([{"key": "a", "operator": "Exists", "tolerationSeconds": 30}])"), 30);
  EXPECT_EQ(stay(R"([{"key": "b", "operator": "Exists"}])"), 0);
  EXPECT_EQ(seconds_to_stay(json("{}"), json(R"({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}})")),
            std::nullopt);
}

}  // namespace
}  // namespace proa::controllers::node_lifecycle
