#include "controllers/deployment/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/deployment/plan_testing.h"
#include "controllers/workload/template_hash.h"

namespace proa::controllers::deployment {
namespace {

using object::Value;
using object::View;
using testing::json;
using What = Write::What;

using Writes = std::vector<std::string>;

TEST_F(DeploymentPlanTest, a_new_deployment_gets_its_replica_set) {
  EXPECT_EQ(writes(), (Writes{"create 3", "status"}));
  const Value set = write_of(What::kCreateReplicaSet);
  const View v(set);
  const std::string hash = v["metadata"]["labels"]["pod-template-hash"].str();
  EXPECT_EQ(v["metadata"]["name"].str(), "web-" + hash);
  EXPECT_EQ(v["spec"]["selector"]["matchLabels"]["pod-template-hash"].str(), hash);
  EXPECT_EQ(v["spec"]["selector"]["matchLabels"]["app"].str(), "web");
  EXPECT_EQ(v["spec"]["template"]["metadata"]["labels"]["pod-template-hash"].str(), hash);
  EXPECT_EQ(v["metadata"]["ownerReferences"].at(0)["uid"].str(), "uid-web");
  EXPECT_EQ(object::to_json(v["metadata"]["annotations"]),
            R"({"deployment.kubernetes.io/desired-replicas":"3","deployment.kubernetes.io/max-replicas":"4",)"
            R"("deployment.kubernetes.io/revision":"1"})");
  ASSERT_EQ(plan().writes[0].events.size(), 1u);
  EXPECT_EQ(plan().writes[0].events[0].reason, "ScalingReplicaSet");
  EXPECT_EQ(plan().writes[0].events[0].message, fmt::format("Scaled up replica set web-{} from 0 to 3", hash));
  EXPECT_EQ(text(condition("Progressing")),
            fmt::format("True NewReplicaSetCreated: Created new replica set \"web-{}\"", hash));
  EXPECT_EQ(text(condition("Available")),
            "False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
  EXPECT_EQ(View(write_of(What::kUpdateStatus))["metadata"]["annotations"][kRevision].str(), "1");
  EXPECT_EQ(View(status())["unavailableReplicas"].as_int(), 3);
}

TEST_F(DeploymentPlanTest, a_finished_rollout_says_so_once) {
  sets = {make_set(web, 1, 3, 3)};
  web["metadata"]["annotations"][kRevision] = "1";
  EXPECT_EQ(writes(), Writes{"status"});
  EXPECT_EQ(text(condition("Progressing")),
            "True NewReplicaSetAvailable: ReplicaSet \"web-1\" has successfully progressed.");
  EXPECT_EQ(text(condition("Available")), "True MinimumReplicasAvailable: Deployment has minimum availability.");
  EXPECT_EQ(object::to_json(View(status())).substr(0, 97),
            R"({"observedGeneration":1,"replicas":3,"updatedReplicas":3,"readyReplicas":3,"availableReplicas":3,)");
  web["status"] = status();
  EXPECT_TRUE(plan().writes.empty());
  EXPECT_FALSE(plan().look_again_ns);
}

TEST_F(DeploymentPlanTest, a_rolling_update_goes_step_by_step_within_its_bounds) {
  // 3 replicas, 25 %: surge 1, unavailable 0.
  sets = {make_set(web, 1, 3, 3)};
  set_image(web, "v2");
  EXPECT_EQ(writes(), (Writes{"create 1", "status"}));
  sets.push_back(make_set(web, 2, 1, 0));
  EXPECT_EQ(writes(), Writes{"status"}) << "waits for the new pod";
  sets[1] = make_set(web, 2, 1, 1);
  EXPECT_EQ(writes(), (Writes{"scale web-1 2", "status"}));
  resize(sets[0], 2, 2);
  EXPECT_EQ(writes(), (Writes{"scale web-2 2", "status"}));
  sets[1] = make_set(web, 2, 2, 2);
  EXPECT_EQ(writes(), (Writes{"scale web-1 1", "status"}));
  resize(sets[0], 1, 1);
  EXPECT_EQ(writes(), (Writes{"scale web-2 3", "status"}));
  sets[1] = make_set(web, 2, 3, 3);
  EXPECT_EQ(writes(), (Writes{"scale web-1 0", "status"}));
  resize(sets[0], 0, 0);
  EXPECT_EQ(writes(), Writes{"status"});
  EXPECT_EQ(text(condition("Progressing")),
            "True NewReplicaSetAvailable: ReplicaSet \"web-2\" has successfully progressed.");
}

TEST_F(DeploymentPlanTest, old_replicas_that_never_became_available_go_first_and_at_once) {
  web = make_deployment("web", 10);
  Value good = make_set(web, 1, 8, 8);
  set_image(web, "broken");
  Value broken = make_set(web, 2, 5, 0);
  set_image(web, "v3");
  sets = {good, broken, make_set(web, 3, 0, 0)};
  for (Value& set : sets) annotate_size(set, 10, 13);
  EXPECT_EQ(writes(), (Writes{"scale web-2 0", "status"}));
}

TEST_F(DeploymentPlanTest, nothing_grows_before_every_replica_set_has_caught_up) {
  sets = {make_set(web, 1, 2, 2)};
  set_image(web, "v2");
  sets.push_back(make_set(web, 2, 1, 1));
  EXPECT_EQ(writes()[0], "scale web-2 2");
  sets[0]["status"]["replicas"] = 3;
  EXPECT_EQ(writes(), Writes{"status"}) << "a pod of the old one is still to be deleted";
  resize(sets[0], 2, 2);
  sets[0]["metadata"]["generation"] = 2;
  EXPECT_EQ(writes(), Writes{"status"}) << "the old one has not seen its size";
}

TEST_F(DeploymentPlanTest, an_old_status_that_lags_stops_the_shrinking) {
  sets = {make_set(web, 1, 2, 3)};
  set_image(web, "v2");
  sets.push_back(make_set(web, 2, 2, 2));
  EXPECT_EQ(writes(), Writes{"status"});
}

TEST_F(DeploymentPlanTest, undo_gives_the_old_replica_set_the_next_revision_and_remembers_the_old) {
  sets = {make_set(web, 1, 0, 0)};
  Value second = web;
  set_image(second, "v2");
  sets.push_back(make_set(second, 2, 3, 3));
  web["metadata"]["annotations"]["kubernetes.io/change-cause"] = "back to v1";
  EXPECT_EQ(writes(), (Writes{"scale web-1 1", "status"}));
  const Value set = write_of(What::kUpdateReplicaSet);
  const View annotations = View(set)["metadata"]["annotations"];
  EXPECT_EQ(annotations[kRevision].str(), "3");
  EXPECT_EQ(annotations[kRevisionHistory].str(), "1");
  EXPECT_EQ(annotations["kubernetes.io/change-cause"].str(), "back to v1");
  EXPECT_EQ(View(write_of(What::kUpdateStatus))["metadata"]["annotations"][kRevision].str(), "3");
}

TEST_F(DeploymentPlanTest, scaling_in_the_middle_of_a_rollout_keeps_the_proportions) {
  web = make_deployment("web", 10);
  web["spec"]["strategy"]["rollingUpdate"] = json(R"({"maxSurge": 3, "maxUnavailable": 2})");
  sets = {make_set(web, 1, 8, 8)};
  set_image(web, "v2");
  sets.push_back(make_set(web, 2, 5, 0));
  for (Value& set : sets) annotate_size(set, 10, 13);
  web["spec"]["replicas"] = 15;
  EXPECT_EQ(writes(), (Writes{"scale web-1 11", "scale web-2 7", "status"}));
}

TEST_F(DeploymentPlanTest, scaling_a_single_replica_set_is_told_and_is_no_rollout) {
  sets = {make_set(web, 1, 3, 3)};
  web["spec"]["replicas"] = 5;
  EXPECT_EQ(writes(), (Writes{"scale web-1 5", "status"}));
  EXPECT_EQ(plan().writes[0].events[0].message, "Scaled up replica set web-1 from 3 to 5");
  const Value set = write_of(What::kUpdateReplicaSet);
  EXPECT_EQ(View(set)["metadata"]["annotations"][kDesiredReplicas].str(), "5");
  EXPECT_EQ(View(set)["metadata"]["annotations"][kMaxReplicas].str(), "7");
}

TEST_F(DeploymentPlanTest, recreate_waits_until_no_old_pod_runs) {
  web["spec"]["strategy"] = json(R"({"type": "Recreate"})");
  sets = {make_set(web, 1, 3, 3)};
  set_image(web, "v2");
  EXPECT_EQ(writes(), (Writes{"scale web-1 0", "status"}));
  resize(sets[0], 0, 0);
  pods = {make_pod(sets[0], "Running")};
  EXPECT_EQ(writes(), Writes{"status"}) << "a pod of the old one still terminates";
  pods = {make_pod(sets[0], "Succeeded"), make_pod(sets[0], "Failed")};
  EXPECT_EQ(writes(), (Writes{"create 3", "status"}));
}

TEST_F(DeploymentPlanTest, a_rollout_is_told_also_when_the_status_that_began_it_was_lost) {
  web["spec"]["strategy"] = json(R"({"type": "Recreate"})");
  sets = {make_set(web, 1, 3, 3)};
  web["status"] = status();  // complete, and about web-1
  resize(sets[0], 0, 0);
  set_image(web, "v2");
  sets.push_back(make_set(web, 2, 3, 0));
  EXPECT_EQ(text(condition("Progressing")),
            "True NewReplicaSetAvailable: ReplicaSet \"web-1\" has successfully progressed.");
  Value behind = web["status"];  // what an informer shows that lags behind
  behind["updatedReplicas"] = 0;
  behind["replicas"] = 0;
  web["status"] = behind;
  EXPECT_EQ(text(condition("Progressing")), "True ReplicaSetUpdated: ReplicaSet \"web-2\" is progressing.");
}

TEST_F(DeploymentPlanTest, a_paused_deployment_scales_but_does_not_roll) {
  sets = {make_set(web, 1, 3, 3)};
  set_image(web, "v2");
  web["spec"]["paused"] = true;
  EXPECT_EQ(writes(), Writes{"status"});
  EXPECT_EQ(text(condition("Progressing")), "Unknown DeploymentPaused: Deployment is paused");
  web["status"] = status();
  EXPECT_TRUE(plan().writes.empty());
  web["spec"]["replicas"] = 4;
  EXPECT_EQ(writes()[0], "scale web-1 4");
  web["spec"]["replicas"] = 3;
  web["spec"].erase("paused");
  EXPECT_EQ(writes(), (Writes{"create 1", "status"}));
}

TEST_F(DeploymentPlanTest, resuming_without_a_change_is_told) {
  sets = {make_set(web, 1, 3, 0)};
  web["status"] = json(R"({"replicas": 3, "updatedReplicas": 3})");
  web["status"]["conditions"].push_back(json(
      R"({"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused", "message": "Deployment is paused"})"));
  EXPECT_EQ(text(condition("Progressing")), "Unknown DeploymentResumed: Deployment is resumed");
}

TEST_F(DeploymentPlanTest, no_progress_within_the_deadline_is_told_at_the_deadline) {
  sets = {make_set(web, 1, 3, 2)};
  web["metadata"]["annotations"][kRevision] = "1";
  EXPECT_EQ(text(condition("Progressing")), "True ReplicaSetUpdated: ReplicaSet \"web-1\" is progressing.");
  web["status"] = status();
  EXPECT_TRUE(plan().writes.empty());
  EXPECT_EQ(plan().look_again_ns, 601 * object::kSecondNs);
  now += 601 * object::kSecondNs;
  EXPECT_EQ(text(condition("Progressing")),
            "False ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing.");
  web["status"] = status();
  EXPECT_TRUE(plan().writes.empty());
  EXPECT_FALSE(plan().look_again_ns);
}

TEST_F(DeploymentPlanTest, progress_after_the_deadline_heals_it) {
  sets = {make_set(web, 1, 3, 3)};
  web["status"] = json(R"({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 2, "availableReplicas": 2,
      "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]})");
  EXPECT_EQ(text(condition("Progressing")),
            "True NewReplicaSetAvailable: ReplicaSet \"web-1\" has successfully progressed.");
}

TEST_F(DeploymentPlanTest, the_history_keeps_as_many_as_asked) {
  web["spec"]["revisionHistoryLimit"] = 1;
  for (int revision = 1; revision <= 3; ++revision) {
    set_image(web, fmt::format("v{}", revision));
    sets.push_back(make_set(web, revision, revision == 3 ? 3 : 0, revision == 3 ? 3 : 0));
  }
  web["metadata"]["annotations"][kRevision] = "3";
  EXPECT_EQ(writes(), Writes{"status"}) << "not before the status says that the rollout is complete";
  web["status"] = status();
  EXPECT_EQ(writes(), Writes{"delete web-1"});
}

TEST_F(DeploymentPlanTest, failures_of_replica_sets_are_told_as_its_own) {
  sets = {make_set(web, 1, 3, 0)};
  sets[0]["status"]["conditions"].push_back(json(R"({"type": "ReplicaFailure", "status": "True",
      "reason": "FailedCreate", "message": "exceeded quota", "lastTransitionTime": "2026-01-01T00:00:00Z"})"));
  EXPECT_EQ(text(condition("ReplicaFailure")), "True FailedCreate: exceeded quota");
}

TEST_F(DeploymentPlanTest, a_deleted_deployment_only_keeps_its_status) {
  web["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_EQ(writes(), Writes{"status"});
}

TEST_F(DeploymentPlanTest, an_empty_selector_is_refused_with_an_event) {
  web["spec"]["selector"] = Value::object();
  EXPECT_EQ(writes(), Writes{"status"});
  EXPECT_EQ(plan().events[0].reason, "SelectingAll");
}

TEST_F(DeploymentPlanTest, a_failed_create_is_told_in_the_condition_and_as_an_event) {
  const Plan plan = after_failed_create(known(), "web-x", "no quota");
  EXPECT_EQ(plan.events[0].message, "Failed to create new replica set \"web-x\": no quota");
  EXPECT_EQ(View(plan.writes.at(0).object)["status"]["conditions"].at(0)["reason"].str(), "ReplicaSetCreateError");
}

TEST_F(DeploymentPlanTest, a_collision_changes_the_hash) {
  const Plan plan = after_collision(known());
  EXPECT_EQ(View(plan.writes.at(0).object)["status"]["collisionCount"].as_int(), 1);
  const View pod_template = View(web)["spec"]["template"];
  EXPECT_NE(template_hash(pod_template, {}), template_hash(pod_template, 1));
}

TEST(Bounds, round_surge_up_and_unavailable_down_and_never_both_to_nothing) {
  const auto bounds = [](int replicas, std::string_view surge, std::string_view unavailable) {
    Value d = make_deployment("web", replicas);
    d["spec"]["strategy"]["rollingUpdate"] =
        json(fmt::format(R"({{"maxSurge": {}, "maxUnavailable": {}}})", surge, unavailable));
    const Bounds b = bounds_of(d);
    return std::pair(b.surge, b.unavailable);
  };
  using Pair = std::pair<int64_t, int64_t>;
  EXPECT_EQ(bounds(10, R"("25%")", R"("25%")"), Pair(3, 2));
  EXPECT_EQ(bounds(3, R"("25%")", R"("25%")"), Pair(1, 0));
  EXPECT_EQ(bounds(3, "0", R"("1%")"), Pair(0, 1));
  EXPECT_EQ(bounds(2, "5", "7"), Pair(5, 2));
  EXPECT_EQ(bounds(0, R"("25%")", R"("25%")"), Pair(0, 0));
}

TEST(TemplateHash, depends_on_content_only) {
  const Value a = json(R"({"metadata": {"labels": {"a": "1", "b": "2"}}, "spec": {}})");
  const Value b = json(R"({"spec": {}, "metadata": {"labels": {"b": "2", "a": "1"}}})");
  const Value c = json(R"({"metadata": {"labels": {"a": "1", "b": "3"}}, "spec": {}})");
  EXPECT_EQ(template_hash(a, {}), template_hash(b, {}));
  EXPECT_NE(template_hash(a, {}), template_hash(c, {}));
  for (const char ch : template_hash(a, {}))
    EXPECT_NE(std::string_view("bcdfghjklmnpqrstvwxz2456789").find(ch), std::string_view::npos);
}

TEST(EqualTemplates, but_for_the_hash_label) {
  const Value a = json(R"({"metadata": {"labels": {"a": "1", "pod-template-hash": "x"}}, "spec": {"n": 1}})");
  EXPECT_TRUE(equal_templates(a, json(R"({"metadata": {"labels": {"a": "1"}}, "spec": {"n": 1}})")));
  EXPECT_FALSE(equal_templates(a, json(R"({"metadata": {"labels": {"a": "2"}}, "spec": {"n": 1}})")));
  EXPECT_FALSE(equal_templates(a, json(R"({"metadata": {"labels": {"a": "1"}}, "spec": {"n": 2}})")));
  EXPECT_FALSE(
      equal_templates(a, json(R"({"metadata": {"labels": {"a": "1"}, "annotations": {"x": "y"}}, "spec": {"n": 1}})")));
}

}  // namespace
}  // namespace proa::controllers::deployment
