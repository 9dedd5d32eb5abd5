// How a DaemonSet's pods are replaced when its template changes.
#include <gtest/gtest.h>

#include "controllers/daemonset/plan_testing.h"

namespace proa::controllers::daemonset {
namespace {

using object::Value;
using testing::json;
using Changes = std::vector<std::string>;

struct DaemonSetRollingTest : DaemonSetTest {
  void all_old() {
    pod("a", "n1", "old");
    pod("b", "n2", "old");
    pod("c", "n3", "old");
  }
};

TEST_F(DaemonSetRollingTest, as_many_as_may_be_unavailable_go_at_a_time) {
  all_old();
  EXPECT_EQ(changes(), (Changes{"-a"}));
  deleting(pods[0]);
  EXPECT_EQ(changes(), Changes{}) << "its node counts while it ends";
  pods[0] = pod("a2", "n1");
  pods.pop_back();
  unready(pods[0]);
  EXPECT_EQ(changes(), Changes{}) << "and until the new one is available";
  pods.erase(pods.begin());
  pod("a2", "n1");
  EXPECT_EQ(changes(), (Changes{"-b"}));
  strategy(R"({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "50%"}})");
  EXPECT_EQ(changes(), (Changes{"-b", "-c"})) << "half of three is two: percentages round up";
}

TEST_F(DaemonSetRollingTest, old_pods_that_serve_nobody_go_first_and_beyond_the_bound) {
  all_old();
  unready(pods[1]);
  unready(pods[2]);
  EXPECT_EQ(changes(), (Changes{"-b", "-c"}));
}

TEST_F(DaemonSetRollingTest, availability_waits_for_min_ready_seconds) {
  all_old();
  pods.erase(pods.begin());
  pod("a2", "n1")["status"]["conditions"].items()[0].set("lastTransitionTime", "2025-12-31T23:59:50Z");
  agent["spec"]["minReadySeconds"] = 20;
  EXPECT_EQ(changes(), Changes{});
  now += 10 * object::kSecondNs;
  EXPECT_EQ(changes(), (Changes{"-b"}));
}

TEST_F(DaemonSetRollingTest, on_delete_replaces_nothing_by_itself) {
  strategy(R"({"type": "OnDelete"})");
  all_old();
  EXPECT_EQ(changes(), Changes{});
  pods.erase(pods.begin());
  EXPECT_EQ(changes(), (Changes{"+n1"}));
}

TEST_F(DaemonSetRollingTest, bounds_that_allow_nothing_allow_one) {
  strategy(R"({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}})");
  all_old();
  EXPECT_EQ(changes(), (Changes{"-a"}));
}

TEST_F(DaemonSetRollingTest, pods_marked_by_generation_alone_are_told_apart_too) {
  all_old();
  for (Value& p : pods) p["metadata"]["labels"]["pod-template-generation"] = "1";
  EXPECT_EQ(changes(), Changes{});
  agent["metadata"]["annotations"]["deprecated.daemonset.template.generation"] = "2";
  EXPECT_EQ(changes(), (Changes{"-a"}));
  agent["metadata"]["annotations"]["deprecated.daemonset.template.generation"] = "two";
  EXPECT_EQ(changes(), (Changes{"-a"}));
}

struct DaemonSetSurgeTest : DaemonSetRollingTest {
  DaemonSetSurgeTest() {
    strategy(R"({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}})");
  }
};

TEST_F(DaemonSetSurgeTest, a_new_pod_comes_beside_the_old_one_which_goes_when_it_serves) {
  all_old();
  EXPECT_EQ(changes(), (Changes{"+n1"}));
  unready(pod("a2", "n1"));
  EXPECT_EQ(changes(), Changes{});
  pods.pop_back();
  pod("a2", "n1");
  EXPECT_EQ(changes(), (Changes{"-a"}));
  deleting(pods[0]);
  EXPECT_EQ(changes(), (Changes{"+n2"}));
}

TEST_F(DaemonSetSurgeTest, an_old_pod_that_is_not_ready_makes_way_at_once) {
  all_old();
  unready(pods[0]);
  EXPECT_EQ(changes(), (Changes{"+n1", "+n2"})) << "n1's does not count against the bound";
  unready(pod("a2", "n1"));
  EXPECT_EQ(changes(), (Changes{"-a"}));
}

TEST_F(DaemonSetSurgeTest, no_more_than_a_pair_stays_on_a_node) {
  all_old();
  for (const char* name : {"a2", "a3"}) unready(pod(name, "n1"));
  pod("a0", "n1", "older")["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z";
  EXPECT_EQ(changes(), (Changes{"-a", "-a3"}));
}

TEST_F(DaemonSetSurgeTest, a_node_whose_only_pod_ends_gets_another_beside_it) {
  for (const auto& [name, on] : {std::pair("a", "n1"), {"b", "n2"}, {"c", "n3"}}) pod(name, on);
  deleting(pods[0]);
  EXPECT_EQ(changes(), (Changes{"+n1"}));
}

TEST_F(DaemonSetSurgeTest, a_pod_leaves_a_node_that_takes_no_new_ones_only_when_enough_others_serve) {
  all_old();
  taint(nodes[0], "NoSchedule");
  EXPECT_EQ(changes(), (Changes{"+n2", "-a"})) << "b and c serve, as many as are wanted";
  unready(pods[1]);
  EXPECT_EQ(changes(), (Changes{"+n2", "+n3"})) << "a is needed until there is another";
  unready(pods[0]);
  EXPECT_EQ(changes(), (Changes{"+n2", "+n3", "-a"})) << "but not when it serves nobody";
}

// --- history -----------------------------------------------------------------
struct DaemonSetHistoryTest : DaemonSetTest {
  /// Takes what the plan writes as written; `create NAME NUMBER`, `update NAME NUMBER`, `remove NAME`.
  Changes write_history() {
    Plan made = plan();
    std::vector<Change> writes = std::move(made.history.writes);
    for (Change& change : made.trim) writes.push_back(std::move(change));
    Changes told;
    for (Change& change : writes) {
      const auto same = [&](const Value& r) { return object::name_of(r) == change.name; };
      if (change.what != Change::What::kCreate) std::erase_if(revisions, same);
      const int64_t number = object::View(change.object)["revision"].as_int();
      const bool removed = change.what == Change::What::kRemove;
      told.push_back(removed ? "remove " + change.name
                             : fmt::format("{} {} {}", change.what == Change::What::kCreate ? "create" : "update",
                                           change.name, number));
      if (!removed) revisions.push_back(std::move(change.object));
    }
    return told;
  }
  void image(std::string_view name) { agent["spec"]["template"]["spec"]["containers"].items()[0].set("image", name); }
  std::string name_now() const { return plan().history.name; }
};

TEST_F(DaemonSetHistoryTest, each_template_is_a_revision_and_going_back_raises_its_number) {
  agent["metadata"]["annotations"]["kubernetes.io/change-cause"] = "first";
  image("a");
  const std::string first = name_now();
  EXPECT_EQ(write_history(), (Changes{"create " + first + " 1"}));
  EXPECT_EQ(write_history(), Changes{});
  image("b");
  const std::string second = name_now();
  EXPECT_NE(first, second);
  EXPECT_EQ(write_history(), (Changes{"create " + second + " 2"}));
  image("a");
  EXPECT_EQ(write_history(), (Changes{"update " + first + " 3"}));
  EXPECT_EQ(name_now(), first);
  image("b");
  EXPECT_EQ(write_history(), (Changes{"update " + second + " 4"}));
}

TEST_F(DaemonSetHistoryTest, a_revision_holds_a_patch_labels_annotations_and_its_owner) {
  agent["metadata"]["annotations"]["kubernetes.io/change-cause"] = "first";
  write_history();
  const std::string hash = plan().history.hash;
  revisions[0]["metadata"].erase("ownerReferences");
  EXPECT_EQ(object::to_json(revisions[0]),
            R"({"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"agent-)" + hash +
                R"(","namespace":"kube-system","labels":{"app":"agent","controller-revision-hash":")" + hash +
                R"("},"annotations":{"deprecated.daemonset.template.generation":"1",)"
                R"("kubernetes.io/change-cause":"first"}},"data":{"spec":{"template":{"$patch":"replace",)"
                R"("metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"name":"c"}]}}}},"revision":1})");
  EXPECT_EQ(testing::names(plan().history.adopt), std::vector<std::string>{"agent-" + hash}) << "as any orphan";
}

TEST_F(DaemonSetHistoryTest, a_collision_changes_the_hash) {
  const std::string name = name_now();
  agent["status"]["collisionCount"] = 1;
  EXPECT_NE(name_now(), name);
}

TEST_F(DaemonSetHistoryTest, old_revisions_are_trimmed_but_for_those_that_pods_have) {
  agent["spec"]["revisionHistoryLimit"] = 2;
  Changes made;
  for (const char* name : {"a", "b", "c", "d"}) {
    image(name);
    made.push_back(name_now());
    if (name[0] == 'a') pod("p", "n1");
    const Changes wrote = write_history();
    EXPECT_EQ(wrote.size(), name[0] == 'd' ? 2u : 1u) << name;
    if (name[0] == 'd') {
      EXPECT_EQ(wrote.back(), "remove " + made[1]) << "the oldest has a pod";
    }
  }
  pods.clear();
  EXPECT_EQ(write_history(), Changes{}) << "two are left";
  agent["spec"]["revisionHistoryLimit"] = 0;
  EXPECT_EQ(write_history(), (Changes{"remove " + made[0], "remove " + made[2]}));
}

}  // namespace
}  // namespace proa::controllers::daemonset
