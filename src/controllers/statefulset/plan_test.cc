#include "controllers/statefulset/plan.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controllers/statefulset/plan_testing.h"

namespace proa::controllers::statefulset {
namespace {

using object::Value;
using object::View;
using testing::json;
using Actions = std::vector<std::string>;

TEST_F(StatefulSetTest, pods_come_one_after_the_other_each_when_all_before_it_are_available) {
  EXPECT_EQ(actions(), (Actions{"+web-0"}));
  unready(pod(0));
  EXPECT_EQ(actions(), Actions{});
  pods.clear();
  pod(0);
  EXPECT_EQ(actions(), (Actions{"+web-1"}));
  pod(1)["status"]["phase"] = "Pending";
  EXPECT_EQ(actions(), Actions{});
  pods.pop_back();
  pod(1);
  pod(2);
  EXPECT_EQ(actions(), Actions{});
}

TEST_F(StatefulSetTest, a_gap_is_filled_before_anything_above_it) {
  pod(0);
  pod(2);
  EXPECT_EQ(actions(), (Actions{"+web-1"}));
  unready(pods[0]);
  EXPECT_EQ(actions(), Actions{}) << "web-0 comes first";
}

TEST_F(StatefulSetTest, availability_waits_for_min_ready_seconds) {
  web["spec"]["minReadySeconds"] = 30;
  pod(0)["status"]["conditions"].items()[0].set("lastTransitionTime", "2025-12-31T23:59:50Z");
  EXPECT_EQ(actions(), Actions{});
  EXPECT_EQ(plan().look_again_ns, 20 * object::kSecondNs);
  now += 20 * object::kSecondNs;
  EXPECT_EQ(actions(), (Actions{"+web-1"}));
}

TEST_F(StatefulSetTest, a_pod_has_a_name_an_index_a_host_name_and_its_revision) {
  const Value pod = made("web-0");
  EXPECT_EQ(object::to_json(View(pod)["metadata"]),
            R"({"namespace":"default","labels":{"app":"web","statefulset.kubernetes.io/pod-name":"web-0",)"
            R"("apps.kubernetes.io/pod-index":"0","controller-revision-hash":")" +
                revision() +
                R"("},"ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"set",)"
                R"("controller":true,"blockOwnerDeletion":true}],"name":"web-0"})");
  EXPECT_EQ(object::to_json(View(pod)["spec"]),
            R"({"containers":[{"name":"c"}],"hostname":"web-0","subdomain":"www"})");
}

TEST_F(StatefulSetTest, pods_above_the_wanted_number_go_the_highest_first_one_at_a_time) {
  for (int i : {0, 1, 2, 3}) pod(i);
  scale(2);
  EXPECT_EQ(actions(), (Actions{"-web-3"}));
  deleting(pods[3]);
  EXPECT_EQ(actions(), Actions{});
  pods.pop_back();
  EXPECT_EQ(actions(), (Actions{"-web-2"}));
  unready(pods[0]);
  EXPECT_EQ(actions(), Actions{}) << "never while one that stays is unwell";
}

TEST_F(StatefulSetTest, of_pods_above_the_wanted_number_one_that_is_unwell_holds_up_those_above_it_but_not_itself) {
  for (int i : {0, 1, 2}) pod(i);
  scale(1);
  unready(pods[2]);
  EXPECT_EQ(actions(), (Actions{"-web-2"})) << "the only one unwell may go";
  unready(pods[1]);
  EXPECT_EQ(actions(), Actions{}) << "web-1 is the first one unwell: web-2 waits for it";
}

TEST_F(StatefulSetTest, parallel_sets_make_and_remove_all_at_once) {
  parallel();
  EXPECT_EQ(actions(), (Actions{"+web-0", "+web-1", "+web-2"}));
  for (int i : {0, 1, 2}) unready(pod(i));
  scale(0);
  EXPECT_EQ(actions(), (Actions{"-web-2", "-web-1", "-web-0"}));
}

TEST_F(StatefulSetTest, pods_that_ended_are_removed_and_come_again_when_they_are_gone) {
  for (int i : {0, 1, 2}) pod(i);
  pods[1]["status"]["phase"] = "Failed";
  EXPECT_EQ(actions(), (Actions{"-web-1"}));
  pods[1]["status"]["phase"] = "Succeeded";
  EXPECT_EQ(actions(), (Actions{"-web-1"}));
  deleting(pods[1]);
  EXPECT_EQ(actions(), Actions{});
  parallel();
  pods.pop_back();
  EXPECT_EQ(actions(), (Actions{"+web-2"}));
}

TEST_F(StatefulSetTest, ordinals_may_start_elsewhere) {
  web["spec"]["ordinals"] = json(R"({"start": 5})");
  scale(2);
  pod(5);
  EXPECT_EQ(actions(), (Actions{"+web-6"}));
  pod(6);
  pod(0);
  EXPECT_EQ(actions(), (Actions{"-web-0"}));
}

TEST_F(StatefulSetTest, names_that_are_no_pods_of_the_set_are_left_alone_or_released) {
  for (int i : {0, 1, 2}) pod(i);
  pod(7)["metadata"]["name"] = "web-x";
  pod(8)["metadata"]["name"] = "web-web-1";
  pods.back()["metadata"].erase("ownerReferences");
  const Plan p = plan();
  EXPECT_EQ(testing::names(p.release), (Actions{"web-x"}));
  EXPECT_EQ(p.adopt.size(), 0u);
  EXPECT_EQ(actions(), Actions{});
}

TEST_F(StatefulSetTest, an_adopted_pod_gets_its_name_as_a_label) {
  for (int i : {0, 1, 2}) pod(i);
  pods[1]["metadata"].erase("ownerReferences");
  pods[1]["metadata"]["labels"].erase("statefulset.kubernetes.io/pod-name");
  EXPECT_EQ(testing::names(plan().adopt), (Actions{"web-1"}));
  EXPECT_EQ(actions(), (Actions{"~web-1"}));
  EXPECT_EQ(object::labels_of(made("web-1"))["statefulset.kubernetes.io/pod-name"].as_string(), "web-1");
}

TEST_F(StatefulSetTest, one_that_is_deleted_only_keeps_its_status) {
  deleting(web);
  EXPECT_EQ(actions(), Actions{});
  EXPECT_NE(status(), "as it is");
}

// --- updates -----------------------------------------------------------------
struct StatefulSetUpdateTest : StatefulSetTest {
  std::string first, second;
  void SetUp() override {
    image("a");
    keep_revision();
    first = revision();
    for (int i : {0, 1, 2}) pod(i);
    web["status"]["currentRevision"] = first;
    image("b");
    second = revision();
  }
  void replace(size_t i, std::string_view of) {
    pods.erase(pods.begin() + static_cast<int64_t>(i));
    pods.insert(pods.begin() + static_cast<int64_t>(i), Value(pod(static_cast<int64_t>(i), of)));
    pods.pop_back();
  }
};

TEST_F(StatefulSetUpdateTest, pods_are_replaced_from_the_highest_down_one_at_a_time) {
  EXPECT_EQ(actions(), (Actions{"-web-2"}));
  deleting(pods[2]);
  EXPECT_EQ(actions(), Actions{});
  pods.pop_back();
  EXPECT_EQ(actions(), (Actions{"+web-2"}));
  EXPECT_EQ(object::labels_of(made("web-2"))["controller-revision-hash"].as_string(), second);
  unready(pod(2, second));
  EXPECT_EQ(actions(), Actions{});
  replace(2, second);
  EXPECT_EQ(actions(), (Actions{"-web-1"}));
}

TEST_F(StatefulSetUpdateTest, pods_below_the_partition_stay_and_come_again_as_they_were) {
  web["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = 2;
  replace(2, second);
  EXPECT_EQ(actions(), Actions{});
  pods.erase(pods.begin() + 1);
  EXPECT_EQ(actions(), (Actions{"+web-1"}));
  const Value again = made("web-1");
  EXPECT_EQ(View(again)["spec"]["containers"].at(0)["image"].as_string(), "a");
  EXPECT_FALSE(View(again)["spec"].has("$patch"));
  EXPECT_EQ(object::labels_of(again)["controller-revision-hash"].as_string(), first);
}

TEST_F(StatefulSetUpdateTest, on_delete_replaces_what_is_deleted_by_hand) {
  web["spec"]["updateStrategy"] = json(R"({"type": "OnDelete"})");
  EXPECT_EQ(actions(), Actions{});
  pods.erase(pods.begin());
  EXPECT_EQ(actions(), (Actions{"+web-0"}));
  EXPECT_EQ(object::labels_of(made("web-0"))["controller-revision-hash"].as_string(), second);
}

TEST_F(StatefulSetUpdateTest, a_pod_that_is_unwell_holds_up_the_update_even_when_it_is_an_old_one) {
  unready(pods[0]);
  EXPECT_EQ(actions(), Actions{});
  parallel();
  EXPECT_EQ(actions(), (Actions{"-web-2"})) << "but not that of a parallel set";
}

TEST_F(StatefulSetUpdateTest, the_status_tells_both_revisions_until_all_pods_have_the_new_one) {
  replace(2, second);
  unready(pods[2]);
  EXPECT_EQ(status(), R"({"observedGeneration":1,"replicas":3,"readyReplicas":2,"currentReplicas":2,)"
                      R"("updatedReplicas":1,"currentRevision":")" +
                          first + R"(","updateRevision":")" + second +
                          R"(","collisionCount":0,"availableReplicas":2})");
  for (size_t i : {0, 1, 2}) replace(i, second);
  EXPECT_EQ(status(), R"({"observedGeneration":1,"replicas":3,"readyReplicas":3,"currentReplicas":3,)"
                      R"("updatedReplicas":3,"currentRevision":")" +
                          second + R"(","updateRevision":")" + second +
                          R"(","collisionCount":0,"availableReplicas":3})");
  web["status"] = View(*plan().status)["status"].to_value();
  EXPECT_EQ(status(), "as it is");
}

TEST_F(StatefulSetUpdateTest, going_back_raises_the_revisions_number) {
  keep_revision();
  image("a");
  const Plan p = plan();
  EXPECT_EQ(p.history.name, first);
  ASSERT_EQ(p.history.writes.size(), 1u);
  EXPECT_EQ(View(p.history.writes[0].object)["revision"].as_int(), 3);
}

TEST_F(StatefulSetUpdateTest, revisions_that_nothing_has_are_trimmed) {
  web["spec"]["revisionHistoryLimit"] = 0;
  for (const char* name : {"b", "c", "d"}) {
    image(name);
    keep_revision();
  }
  Actions gone;
  for (const Change& change : plan().trim) gone.push_back(change.name);
  EXPECT_EQ(gone.size(), 2u) << "first has pods and is the current one, d is the update revision";
  EXPECT_EQ(std::ranges::count(gone, first), 0);
}

// --- claims ------------------------------------------------------------------
TEST_F(StatefulSetTest, claims_come_before_their_pod_and_outlive_it) {
  with_claims();
  EXPECT_EQ(actions(), (Actions{"claim data-web-0", "+web-0"}));
  EXPECT_EQ(object::to_json(made("data-web-0")),
            R"({"metadata":{"name":"data-web-0","labels":{"a":"b","app":"web"},"namespace":"default"},)"
            R"("spec":{"accessModes":["ReadWriteOnce"]},"apiVersion":"v1","kind":"PersistentVolumeClaim"})");
  EXPECT_EQ(object::to_json(View(made("web-0"))["spec"]["volumes"]),
            R"([{"name":"data","persistentVolumeClaim":{"claimName":"data-web-0"}}])");
  claim(0);
  EXPECT_EQ(actions(), (Actions{"+web-0"})) << "what an earlier pod left is used again";
  deleting(claims[0]);
  EXPECT_EQ(actions(), (Actions{"+web-0!"}));
  EXPECT_EQ(plan().actions[0].fail, "pvc data-web-0 is being deleted");
}

TEST_F(StatefulSetTest, a_claim_that_a_pending_pod_lacks_is_made_again) {
  with_claims();
  pod(0)["status"]["phase"] = "Pending";
  EXPECT_EQ(actions(), (Actions{"claim data-web-0"}));
}

TEST_F(StatefulSetTest, a_volume_of_a_claims_name_gives_way_to_the_claim) {
  with_claims();
  web["spec"]["template"]["spec"]["volumes"] = json(R"([{"name": "data", "emptyDir": {}}, {"name": "tmp"}])");
  EXPECT_EQ(object::to_json(View(made("web-0"))["spec"]["volumes"]),
            R"([{"name":"data","persistentVolumeClaim":{"claimName":"data-web-0"}},{"name":"tmp"}])");
}

struct StatefulSetRetentionTest : StatefulSetTest {
  void SetUp() override {
    with_claims();
    scale(1);
    for (int i : {0, 1}) {
      pod(i);
      claim(i);
    }
  }
  void policy(std::string_view when_deleted, std::string_view when_scaled) {
    web["spec"]["persistentVolumeClaimRetentionPolicy"] =
        Value::object({{"whenDeleted", when_deleted}, {"whenScaled", when_scaled}});
  }
  void own(size_t i, std::string_view kind, std::string_view name, std::string_view uid, bool controls = true) {
    claims[i]["metadata"]["ownerReferences"].push_back(Value::object({{"apiVersion", kind == "Pod" ? "v1" : "apps/v1"},
                                                                      {"kind", kind},
                                                                      {"name", name},
                                                                      {"uid", uid},
                                                                      {"controller", controls}}));
  }
  /// What the plan makes of a claim's owners: `KIND NAME`, or `as they are`.
  std::string owners(std::string_view name) const {
    for (const Action& action : plan().actions) {
      if (action.name != name) continue;
      std::string found;
      for (const View r : View(action.object)["metadata"]["ownerReferences"].items())
        found += fmt::format("{} {};", r["kind"].as_string(), r["name"].as_string());
      return found;
    }
    return "as they are";
  }
};

TEST_F(StatefulSetRetentionTest, claims_belong_to_whom_the_policy_says) {
  const std::tuple<const char*, const char*, const char*, const char*> cases[] = {
      {"Retain", "Retain", "as they are", "as they are"},
      {"Delete", "Retain", "StatefulSet web;", "StatefulSet web;"},
      {"Retain", "Delete", "as they are", "Pod web-1;"},
      {"Delete", "Delete", "StatefulSet web;", "Pod web-1;"},
  };
  for (const auto& [when_deleted, when_scaled, of_kept, of_condemned] : cases) {
    policy(when_deleted, when_scaled);
    EXPECT_EQ(owners("data-web-0"), of_kept) << when_deleted << when_scaled;
    EXPECT_EQ(owners("data-web-1"), of_condemned) << when_deleted << when_scaled;
  }
}

TEST_F(StatefulSetRetentionTest, owners_are_taken_away_when_the_policy_changes) {
  own(0, "StatefulSet", "web", "set");
  own(0, "Other", "x", "y", false);
  EXPECT_EQ(owners("data-web-0"), "Other x;");
  policy("Delete", "Retain");
  EXPECT_EQ(owners("data-web-0"), "as they are");
  claims[0]["metadata"]["ownerReferences"].items()[0].set("controller", false);
  EXPECT_EQ(owners("data-web-0"), "Other x;StatefulSet web;") << "an owner that does not control is made one";
}

TEST_F(StatefulSetRetentionTest, anothers_claim_is_told_of_and_given_up) {
  policy("Delete", "Delete");
  own(0, "StatefulSet", "web", "set");
  own(0, "Other", "x", "y");
  EXPECT_EQ(owners("data-web-0"), "Other x;");
  EXPECT_EQ(plan().events.at(0).message,
            "PersistentVolumeClaim data-web-0 has a conflicting OwnerReference that acts as a manging controller, the "
            "retention policy is ignored for this claim");
  claims[0]["metadata"]["ownerReferences"].items().erase(claims[0]["metadata"]["ownerReferences"].items().begin());
  EXPECT_EQ(owners("data-web-0"), "as they are");
}

TEST_F(StatefulSetRetentionTest, a_pod_waits_until_the_claim_of_the_one_before_it_is_gone) {
  policy("Retain", "Delete");
  scale(2);
  pods.pop_back();
  own(1, "Pod", "web-1", "an earlier one");
  EXPECT_EQ(actions(), Actions{});
  claims.pop_back();
  EXPECT_EQ(actions(), (Actions{"claim data-web-1", "+web-1"}));
}

TEST(StatefulSetEvents, tell_what_was_done_or_why_not) {
  const Value set = json(R"({"metadata": {"name": "web"}})");
  const std::string why = "no room";
  using What = Action::What;
  const auto of = [&](What what, const std::string* error) {
    const Event e = told(set, {what, what == What::kCreateClaim ? "data-web-0" : "web-0", {}, {}, "web-0", {}}, error);
    return fmt::format("{} {}: {}", e.type, e.reason, e.message);
  };
  EXPECT_EQ(of(What::kCreatePod, nullptr), "Normal SuccessfulCreate: Create Pod web-0 in StatefulSet web successful");
  EXPECT_EQ(of(What::kRemovePod, nullptr), "Normal SuccessfulDelete: Delete Pod web-0 in StatefulSet web successful");
  EXPECT_EQ(of(What::kUpdatePod, &why),
            "Warning FailedUpdate: Update Pod web-0 in StatefulSet web failed error: no room");
  EXPECT_EQ(of(What::kCreateClaim, nullptr),
            "Normal SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success");
  EXPECT_EQ(of(What::kCreateClaim, &why),
            "Warning FailedCreate: Create Claim data-web-0 for Pod web-0 in StatefulSet web failed error: no room");
}

}  // namespace
}  // namespace proa::controllers::statefulset
