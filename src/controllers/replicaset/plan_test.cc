#include "controllers/replicaset/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::replicaset {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::document;
using testing::json;
using testing::names;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;

Value pod(std::string_view name) {
  Value pod = json(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default",
      "labels": {"app": "web"}, "creationTimestamp": "2025-12-31T23:00:00Z",
      "ownerReferences": [{"kind": "ReplicaSet", "name": "web", "uid": "rs", "controller": true}]},
      "spec": {"nodeName": "n1"},
      "status": {"phase": "Running", "conditions": [
          {"type": "Ready", "status": "True", "lastTransitionTime": "2025-12-31T23:00:00Z"}]}})");
  pod["metadata"]["name"] = name;
  pod["metadata"]["uid"] = fmt::format("uid-{}", name);
  return pod;
}

Value owner(int replicas) {
  Value owner = json(R"({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"namespace": "default",
      "name": "web", "uid": "rs", "generation": 1},
      "spec": {"selector": {"matchLabels": {"app": "web"}},
               "template": {"metadata": {"labels": {"app": "web"}}, "spec": {}}}})");
  owner["spec"]["replicas"] = replicas;
  return owner;
}

Known known(const Value& owner, const std::vector<Value>& pods) {
  Known known;
  known.owner = Document::freeze(owner);
  for (const Value& p : pods) known.pods.push_back(Document::freeze(p));
  known.now = kNow;
  return known;
}

Plan plan_of(const Value& owner, const std::vector<Value>& pods) { return make_plan(kReplicaSet, known(owner, pods)); }

Value not_ready(Value pod) {
  pod["status"]["conditions"] = Value::array();
  return pod;
}

TEST(ReplicaSetPlan, creates_what_is_missing_and_no_more_than_a_burst) {
  EXPECT_EQ(plan_of(owner(3), {pod("a")}).create, 2);
  EXPECT_EQ(plan_of(owner(2000), {}).create, kBurst);
  EXPECT_EQ(plan_of(owner(1), {pod("a")}).create, 0);
}

TEST(ReplicaSetPlan, finished_and_terminating_pods_do_not_count) {
  Value done = pod("done"), going = pod("going");
  done["status"]["phase"] = "Failed";
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  const Plan plan = plan_of(owner(3), {pod("a"), done, going});
  EXPECT_EQ(plan.create, 2);
  EXPECT_EQ(plan.terminating, 1);
}

TEST(ReplicaSetPlan, nothing_is_made_from_a_stale_cache_or_for_a_dying_owner) {
  Known stale = known(owner(3), {});
  stale.fresh = false;
  EXPECT_EQ(make_plan(kReplicaSet, stale).create, 0);
  Value dying = owner(3);
  dying["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_EQ(plan_of(dying, {}).create, 0);
}

TEST(ReplicaSetPlan, adopts_orphans_that_match_and_releases_its_own_that_do_not) {
  Value orphan = pod("orphan"), other = pod("other"), stranger = pod("stranger"), lost = pod("lost");
  orphan["metadata"].erase("ownerReferences");
  stranger["metadata"].erase("ownerReferences");
  stranger["metadata"]["labels"]["app"] = "db";
  other["metadata"]["ownerReferences"].items()[0]["uid"] = "another";
  lost["metadata"]["labels"]["app"] = "db";
  const Plan plan = plan_of(owner(2), {lost, orphan, other, stranger});
  EXPECT_EQ(names(plan.adopt), std::vector<std::string>{"orphan"});
  EXPECT_EQ(names(plan.release), std::vector<std::string>{"lost"});
  EXPECT_EQ(plan.create, 1) << "the adopted one counts";
}

TEST(ReplicaSetPlan, deletes_in_order_of_worth) {
  Value unassigned = pod("unassigned"), pending = pod("pending"), unready = not_ready(pod("unready"));
  unassigned["spec"].erase("nodeName");
  pending["status"]["phase"] = "Pending";
  Value cheap = pod("cheap"), doubled = pod("doubled"), young = pod("young"), restarted = pod("restarted");
  cheap["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"] = "-1";
  doubled["spec"]["nodeName"] = "n2";
  young["status"]["conditions"].items()[0]["lastTransitionTime"] = "2025-12-31T23:59:50Z";
  restarted["status"]["containerStatuses"] = json(R"([{"restartCount": 3}])");
  Known k = known(owner(0), {pod("plain"), restarted, young, doubled, cheap, unready, pending, unassigned});
  for (int i = 0; i < 9; ++i) {
    Value neighbour = pod(fmt::format("neighbour-{}", i));
    neighbour["spec"]["nodeName"] = "n2";
    k.related.push_back(Document::freeze(neighbour));
  }
  EXPECT_EQ(names(make_plan(kReplicaSet, k).remove),
            (std::vector<std::string>{"unassigned", "pending", "unready", "cheap", "doubled", "young", "restarted",
                                      "plain"}));
}

TEST(ReplicaSetPlan, scaling_down_by_one_takes_the_pod_that_never_got_ready) {
  EXPECT_EQ(names(plan_of(owner(2), {pod("a"), not_ready(pod("b")), pod("c")}).remove), std::vector<std::string>{"b"});
}

TEST(ReplicaSetStatus, counts_replicas_labels_readiness_and_availability) {
  Value set = owner(4);
  set["spec"]["minReadySeconds"] = 10;
  Value just_ready = pod("c"), extra = pod("d");
  just_ready["status"]["conditions"].items()[0]["lastTransitionTime"] = "2025-12-31T23:59:57Z";
  set["spec"]["template"]["metadata"]["labels"]["track"] = "a";
  extra["metadata"]["labels"]["track"] = "a";
  const Known k = known(set, {pod("a"), not_ready(pod("b")), just_ready, extra});
  const Plan plan = make_plan(kReplicaSet, k);
  const auto changed = next_status(kReplicaSet, k, plan, {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(object::to_json(View(*changed)["status"]),
            R"({"replicas":4,"fullyLabeledReplicas":1,"readyReplicas":3,"availableReplicas":2,)"
            R"("terminatingReplicas":0,"observedGeneration":1})");
  EXPECT_EQ(look_again_ns(k, plan), 7 * object::kSecondNs);
}

TEST(ReplicaSetStatus, is_not_written_when_nothing_changed) {
  Value set = owner(1);
  set["status"] = json(R"({"replicas": 1, "fullyLabeledReplicas": 1, "readyReplicas": 1,
      "availableReplicas": 1, "terminatingReplicas": 0, "observedGeneration": 1})");
  const Known k = known(set, {pod("a")});
  EXPECT_FALSE(next_status(kReplicaSet, k, make_plan(kReplicaSet, k), {}));
}

TEST(ReplicaSetStatus, tells_why_pods_could_not_be_created_until_it_works_again) {
  Known k = known(owner(2), {});
  auto changed = next_status(kReplicaSet, k, make_plan(kReplicaSet, k), Failure{"exceeded quota"});
  ASSERT_TRUE(changed);
  const View condition = View(*changed)["status"]["conditions"].at(0);
  EXPECT_EQ(condition["type"].as_string(), "ReplicaFailure");
  EXPECT_EQ(condition["status"].as_string(), "True");
  EXPECT_EQ(condition["reason"].as_string(), "FailedCreate");
  EXPECT_EQ(condition["message"].as_string(), "exceeded quota");
  k.owner = Document::freeze(*changed);
  EXPECT_FALSE(next_status(kReplicaSet, k, make_plan(kReplicaSet, k), Failure{"exceeded quota again"}));
  changed = next_status(kReplicaSet, k, make_plan(kReplicaSet, k), {});
  ASSERT_TRUE(changed);
  EXPECT_FALSE(View(*changed)["status"].has("conditions"));
}

TEST(ReplicationControllerPlan, selects_by_a_plain_map_and_counts_no_terminating_pods) {
  Value rc = owner(2);
  rc["kind"] = "ReplicationController";
  rc["spec"]["selector"] = json(R"({"app": "web"})");
  const Known k = known(rc, {pod("a")});
  const Plan plan = make_plan(kReplicationController, k);
  EXPECT_EQ(plan.create, 1);
  const auto changed = next_status(kReplicationController, k, plan, {});
  EXPECT_FALSE(View(*changed)["status"].has("terminatingReplicas"));
}

}  // namespace
}  // namespace proa::controllers::replicaset
