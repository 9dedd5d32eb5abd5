#include "controllers/daemonset/plan.h"

#include <gtest/gtest.h>

#include "controllers/daemonset/plan_testing.h"

namespace proa::controllers::daemonset {
namespace {

using object::Value;
using object::View;
using testing::json;
using Changes = std::vector<std::string>;

TEST_F(DaemonSetTest, every_node_gets_one_pod) {
  EXPECT_EQ(changes(), (Changes{"+n1", "+n2", "+n3"}));
  pod("a", "n2");
  EXPECT_EQ(changes(), (Changes{"+n1", "+n3"}));
}

TEST_F(DaemonSetTest, a_pod_that_ends_holds_its_node_until_it_is_gone) {
  pod("a", "n1");
  pod("b", "n2");
  deleting(pod("c", "n3"));
  EXPECT_EQ(changes(), Changes{});
  pods.back()["status"]["phase"] = "Succeeded";
  EXPECT_EQ(changes(), (Changes{"+n3"})) << "a finalizer may keep what has ended: it needs no node";
}

TEST_F(DaemonSetTest, the_pod_names_its_node_in_an_affinity_and_tolerates_a_nodes_troubles) {
  testing::set_members(agent["spec"]["template"]["spec"], R"({"hostNetwork": true,
      "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                       "tolerationSeconds": 5}, {"key": "mine", "operator": "Exists"}],
      "affinity": {"podAffinity": {"x": 1}, "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
          {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}})");
  const Value made = pod_for_node(agent, "h4sh", "n7");
  const View view(made);
  EXPECT_EQ(object::to_json(view["metadata"]),
            R"({"generateName":"agent-","namespace":"kube-system","labels":{"app":"agent",)"
            R"("pod-template-generation":"1","controller-revision-hash":"h4sh"},"ownerReferences":[)"
            R"({"apiVersion":"apps/v1","kind":"DaemonSet","name":"agent","uid":"ds","controller":true,)"
            R"("blockOwnerDeletion":true}]})");
  EXPECT_EQ(object::to_json(view["spec"]["affinity"]),
            R"({"podAffinity":{"x":1},"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
            R"({"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n7"]}]}]}}})");
  std::string tolerated;
  for (const View t : view["spec"]["tolerations"].items())
    tolerated += fmt::format("{}:{}{} ", t["key"].as_string(), t["effect"].as_string(),
                             t["tolerationSeconds"].exists() ? "!" : "");
  EXPECT_EQ(tolerated,
            "node.kubernetes.io/not-ready:NoExecute mine: node.kubernetes.io/unreachable:NoExecute "
            "node.kubernetes.io/disk-pressure:NoSchedule node.kubernetes.io/memory-pressure:NoSchedule "
            "node.kubernetes.io/pid-pressure:NoSchedule node.kubernetes.io/unschedulable:NoSchedule "
            "node.kubernetes.io/network-unavailable:NoSchedule ");
}

TEST_F(DaemonSetTest, only_nodes_that_the_template_asks_for_get_pods) {
  nodes[1]["metadata"]["labels"]["disk"] = "ssd";
  agent["spec"]["template"]["spec"]["nodeSelector"] = json(R"({"disk": "ssd"})");
  EXPECT_EQ(changes(), (Changes{"+n2"}));
  agent["spec"]["template"]["spec"].erase("nodeSelector");
  agent["spec"]["template"]["spec"]["affinity"] = json(R"({"nodeAffinity": {
      "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
          {"matchExpressions": [{"key": "disk", "operator": "DoesNotExist"}]}]}}})");
  EXPECT_EQ(changes(), (Changes{"+n1", "+n3"}));
  agent["spec"]["template"]["spec"].erase("affinity");
  agent["spec"]["template"]["spec"]["nodeName"] = "n3";
  EXPECT_EQ(changes(), (Changes{"+n3"}));
}

TEST_F(DaemonSetTest, pods_leave_nodes_that_no_longer_match) {
  pod("a", "n1");
  pod("b", "n2");
  deleting(pod("c", "n3"));
  agent["spec"]["template"]["spec"]["nodeName"] = "n1";
  EXPECT_EQ(changes(), (Changes{"-b"})) << "c goes already";
}

TEST_F(DaemonSetTest, a_taint_keeps_new_pods_away_and_one_that_executes_ends_those_that_are_there) {
  pod("a", "n1");
  pod("b", "n2");
  taint(nodes[0], "NoSchedule");
  taint(nodes[1], "NoExecute");
  taint(nodes[2], "PreferNoSchedule");
  EXPECT_EQ(changes(), (Changes{"+n3", "-b"}));
  agent["spec"]["template"]["spec"]["tolerations"] = json(R"([{"key": "k", "operator": "Equal", "value": "v"}])");
  pods.clear();
  EXPECT_EQ(changes(), (Changes{"+n1", "+n2", "+n3"}));
}

TEST_F(DaemonSetTest, cordoned_and_unready_nodes_keep_theirs) {
  nodes[0]["spec"]["unschedulable"] = true;
  nodes[0]["spec"]["taints"] = json(R"([{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}])");
  nodes[1]["spec"]["taints"] = json(R"([{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"},
                                        {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}])");
  EXPECT_EQ(changes(), (Changes{"+n1", "+n3"})) << "unreachable with NoSchedule is tolerated by no daemon";
  pod("b", "n2");
  EXPECT_EQ(changes(), (Changes{"+n1", "+n3"}));
}

TEST_F(DaemonSetTest, of_several_pods_on_a_node_the_oldest_stays) {
  pod("a", "n1")["metadata"]["creationTimestamp"] = "2025-12-31T23:30:00Z";
  pod("b", "n1");
  pod("c", "n1");
  Value& waiting = pod("d", "n1");
  waiting["spec"].erase("nodeName");
  waiting["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z";
  EXPECT_EQ(changes(), (Changes{"+n2", "+n3", "-a", "-c", "-d"}));
}

TEST_F(DaemonSetTest, finished_pods_are_replaced_and_told_of) {
  pod("a", "n1")["status"]["phase"] = "Succeeded";
  pod("b", "n2")["status"]["phase"] = "Failed";
  EXPECT_EQ(changes(), (Changes{"+n3", "-a", "-b"}));
  const Plan made = plan();
  ASSERT_EQ(made.events.size(), 2u);
  EXPECT_EQ(made.events[0], (Event{"Normal", "SucceededDaemonPod",
                                   "Found succeeded daemon pod kube-system/a on node n1, will try to delete it"}));
  EXPECT_EQ(made.events[1], (Event{"Warning", "FailedDaemonPod",
                                   "Found failed daemon pod kube-system/b on node n2, will try to kill it"}));
  EXPECT_EQ(made.failed_on, std::vector<std::string>{"n2"});
}

TEST_F(DaemonSetTest, failed_pods_go_after_growing_pauses) {
  pod("a", "n1")["status"]["phase"] = "Failed";
  pod("b", "n2");
  pod("c", "n3");
  int64_t pause = object::kSecondNs;
  for (int i = 0; i < 12; ++i, pause = std::min(2 * pause, FailedPods::kLongestPauseNs)) {
    EXPECT_EQ(changes(), (Changes{"-a"})) << i;
    failed.removed(0, "n1", now);
    EXPECT_EQ(changes(), Changes{}) << i;
    EXPECT_EQ(plan().look_again_ns, pause);
    now += pause - 1;
    EXPECT_EQ(plan().look_again_ns, 1);
    ++now;
  }
  now += 2 * FailedPods::kLongestPauseNs + 1;
  failed.removed(0, "n1", now);
  EXPECT_EQ(plan().look_again_ns, object::kSecondNs) << "after a long rest it begins anew";
  agent["status"]["observedGeneration"] = 2;
  EXPECT_EQ(changes(), (Changes{"-a"})) << "a new template deserves a new try";
}

TEST_F(DaemonSetTest, pods_that_wait_for_a_node_which_is_gone_are_removed) {
  for (const char* name : {"n1", "n2", "n3"}) pod(name, name);
  pod("bound", "n9");
  pod("waiting", "n9")["spec"].erase("nodeName");
  EXPECT_EQ(changes(), (Changes{"-waiting"})) << "the collector of pods sees to the other";
}

TEST_F(DaemonSetTest, orphans_that_match_are_adopted_and_pods_that_do_not_are_released) {
  for (const char* name : {"a", "b", "c"}) pod(name, name == std::string("a") ? "n1" : name[0] == 'b' ? "n2" : "n3");
  pods[0]["metadata"].erase("ownerReferences");
  pods[1]["metadata"]["labels"]["app"] = "other";
  const Plan made = plan();
  EXPECT_EQ(testing::names(made.adopt), std::vector<std::string>{"a"});
  EXPECT_EQ(testing::names(made.release), std::vector<std::string>{"b"});
  EXPECT_EQ(changes(), (Changes{"+n2"}));
}

TEST_F(DaemonSetTest, one_that_selects_everything_does_nothing_but_say_so) {
  agent["spec"]["selector"] = Value::object();
  const Plan made = plan();
  ASSERT_EQ(made.events.size(), 1u);
  EXPECT_EQ(made.events[0], (Event{"Warning", "SelectingAll",
                                   "This daemon set is selecting all pods. A non-empty selector is required."}));
  EXPECT_TRUE(made.create_on.empty());
}

TEST_F(DaemonSetTest, one_that_is_deleted_does_nothing) {
  pod("a", "n1")["status"]["phase"] = "Failed";
  deleting(agent);
  EXPECT_EQ(changes(), Changes{});
  EXPECT_TRUE(plan().history.writes.empty());
}

TEST_F(DaemonSetTest, no_more_than_a_burst_at_a_time) {
  for (int i = 0; i < 300; ++i) node(fmt::format("many-{}", i));
  EXPECT_EQ(plan().create_on.size(), kBurst);
}

TEST_F(DaemonSetTest, the_status_counts_nodes) {
  EXPECT_EQ(status(),
            R"({"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":3,"numberReady":0,)"
            R"("observedGeneration":1,"numberUnavailable":3})");
  pod("a", "n1");
  unready(pod("b", "n2", "old"));
  pod("c", "n3");
  taint(nodes[2], "NoSchedule");
  EXPECT_EQ(status(),
            R"({"currentNumberScheduled":2,"numberMisscheduled":1,"desiredNumberScheduled":2,"numberReady":1,)"
            R"("observedGeneration":1,"updatedNumberScheduled":1,"numberAvailable":1,"numberUnavailable":1})");
  agent["spec"]["minReadySeconds"] = 7200;
  agent["status"] = json(R"({"collisionCount": 2})");
  EXPECT_EQ(status(),
            R"({"currentNumberScheduled":2,"numberMisscheduled":1,"desiredNumberScheduled":2,"numberReady":1,)"
            R"("observedGeneration":1,"updatedNumberScheduled":1,"numberUnavailable":2,"collisionCount":2})");
}

TEST_F(DaemonSetTest, a_status_that_is_right_is_not_written) {
  agent["status"] = json(R"({"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":3,
                             "numberReady":0,"observedGeneration":1,"numberUnavailable":3})");
  EXPECT_EQ(status(), "as it is");
  agent["metadata"]["generation"] = 2;
  EXPECT_NE(status(), "as it is");
}

}  // namespace
}  // namespace proa::controllers::daemonset
