#include "controllers/daemonset/controller.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::daemonset {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;

constexpr std::string_view kAgent = R"({"metadata": {"namespace": "default", "name": "agent", "generation": 1},
    "spec": {"selector": {"matchLabels": {"app": "agent"}}, "revisionHistoryLimit": 10,
             "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
             "template": {"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "c"}]}}}})";

struct DaemonSetControllerTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    for (const char* name : {"n1", "n2"}) node(name);
    cluster.put(resources::kDaemonSets, kAgent);
    cluster.start();
  }
  void node(std::string_view name, std::string_view more = "{}") {
    Value made = testing::json(R"({"metadata": {}})");
    made["metadata"]["name"] = name;
    testing::set_members(made, more);
    cluster.client.put(resources::kNodes, made);
  }
  void edit(const std::function<void(Value&)>& change) {
    cluster.client.edit(resources::kDaemonSets, "default", "agent", [&](Value& v) {
      change(v);
      v["metadata"]["generation"] = object::generation_of(v) + 1;
    });
    cluster.settle();
  }
  Document agent() { return cluster.client.find(resources::kDaemonSets, "default", "agent"); }
  /// Nodes that pods are meant for, in order.
  std::vector<std::string> placed() {
    std::vector<std::string> found;
    for (const Document& pod : cluster.all(resources::kPods)) {
      const object::View terms = pod["spec"]["affinity"]["nodeAffinity"]
                                    ["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
      found.push_back(terms.at(0)["matchFields"].at(0)["values"].at(0).str());
    }
    std::ranges::sort(found);
    return found;
  }
  void make_ready() {
    for (const Document& pod : cluster.all(resources::kPods))
      cluster.client.edit(resources::kPods, "default", object::name_of(pod.root()), [](Value& v) {
        testing::set_members(v, R"({"status": {"phase": "Running", "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}]}})");
      });
    cluster.settle();
  }
};

TEST_F(DaemonSetControllerTest, makes_a_revision_and_a_pod_for_each_node_and_tells_so) {
  EXPECT_EQ(placed(), (std::vector<std::string>{"n1", "n2"}));
  const auto revisions = cluster.all(resources::kControllerRevisions);
  ASSERT_EQ(revisions.size(), 1u);
  const std::string hash = object::labels_of(revisions[0].root())["controller-revision-hash"].str();
  for (const Document& pod : cluster.all(resources::kPods))
    EXPECT_EQ(object::labels_of(pod.root())["controller-revision-hash"].as_string(), hash);
  EXPECT_EQ(cluster.events("agent").size(), 2u);
  EXPECT_EQ(agent()["status"]["desiredNumberScheduled"].as_int(), 2);
  EXPECT_EQ(agent()["status"]["currentNumberScheduled"].as_int(), 2);
  EXPECT_EQ(agent()["status"]["observedGeneration"].as_int(), 1);
  make_ready();
  EXPECT_EQ(agent()["status"]["numberAvailable"].as_int(), 2);
  EXPECT_TRUE(cluster.controllers[0]->idle());
}

TEST_F(DaemonSetControllerTest, nodes_that_come_go_and_change_are_followed) {
  node("n3");
  cluster.settle();
  EXPECT_EQ(placed(), (std::vector<std::string>{"n1", "n2", "n3"}));
  cluster.client.edit(resources::kNodes, "", "n1", [](Value& v) {
    v["spec"]["taints"] = testing::json(R"([{"key": "k", "effect": "NoExecute"}])");
  });
  cluster.settle();
  EXPECT_EQ(placed(), (std::vector<std::string>{"n2", "n3"}));
  cluster.client.erase(resources::kNodes, "", "n2");
  cluster.settle();
  EXPECT_EQ(placed(), (std::vector<std::string>{"n3"})) << "its pod waited for a node that is gone";
  EXPECT_EQ(agent()["status"]["desiredNumberScheduled"].as_int(), 1);
}

TEST_F(DaemonSetControllerTest, what_a_node_reports_of_itself_wakes_nobody) {
  make_ready();
  cluster.take_writes();
  cluster.client.edit(resources::kNodes, "", "n1",
                      [](Value& v) { testing::set_members(v, R"({"status": {"images": []}})"); });
  cluster.settle();
  EXPECT_EQ(cluster.take_writes(), std::vector<std::string>{});
}

TEST_F(DaemonSetControllerTest, rolls_one_node_at_a_time) {
  make_ready();
  edit([](Value& v) { v["spec"]["template"]["spec"]["containers"].items()[0].set("image", "b"); });
  const auto revisions = cluster.all(resources::kControllerRevisions);
  ASSERT_EQ(revisions.size(), 2u);
  EXPECT_EQ(cluster.all(resources::kPods).size(), 2u) << "the removed one is replaced at once";
  EXPECT_EQ(agent()["status"]["updatedNumberScheduled"].as_int(), 1);
  make_ready();
  EXPECT_EQ(agent()["status"]["updatedNumberScheduled"].as_int(), 2);
  make_ready();
  EXPECT_EQ(agent()["status"]["numberAvailable"].as_int(), 2);
}

TEST_F(DaemonSetControllerTest, a_lagging_cache_does_not_create_twice) {
  cluster.client.hold_watches(true);
  node("n3");
  edit([](Value& v) { v["metadata"]["labels"]["x"] = "y"; });
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_EQ(placed(), (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(cluster.all(resources::kControllerRevisions).size(), 1u);
}

TEST_F(DaemonSetControllerTest, a_name_that_another_revision_has_changes_the_hash) {
  edit([](Value& v) { v["spec"]["template"]["spec"]["containers"].items()[0].set("image", "b"); });
  // Someone else's data under the name that comes next.
  std::string taken;
  for (const Document& revision : cluster.all(resources::kControllerRevisions))
    if (revision["revision"].as_int() == 2) taken = object::name_of(revision.root());
  edit([](Value& v) { v["spec"]["template"]["spec"]["containers"].items()[0].set("image", "c"); });
  cluster.client.erase(resources::kControllerRevisions, "default", taken);
  cluster.client.put(resources::kControllerRevisions,
                     testing::json(R"({"metadata": {"namespace": "default", "name": ")" + taken +
                                   R"("}, "data": {}, "revision": 9})"));
  edit([](Value& v) { v["spec"]["template"]["spec"]["containers"].items()[0].set("image", "b"); });
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(agent()["status"]["collisionCount"].as_int(), 1);
  int ours = 0;
  for (const Document& revision : cluster.all(resources::kControllerRevisions))
    ours += object::is_controlled_by(revision.root(), object::uid_of(agent().root()));
  EXPECT_EQ(ours, 3) << "the template of the taken name found another name";
}

TEST_F(DaemonSetControllerTest, failures_are_told_and_tried_again) {
  int refusals = 2;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& of, std::string_view) {
    if (verb != "create" || of != resources::kPods || refusals == 0) return std::optional<Status>();
    --refusals;
    return std::optional(base::forbidden({"", "pods"}, "", "exceeded quota"));
  };
  node("n3");
  cluster.settle();
  EXPECT_EQ(
      std::ranges::count(cluster.events("agent"), "FailedCreate: Error creating: pods is forbidden: exceeded quota"), 1)
      << "alike events are counted in one";
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(placed(), (std::vector<std::string>{"n1", "n2", "n3"}));
}

}  // namespace
}  // namespace proa::controllers::daemonset
