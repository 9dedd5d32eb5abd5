// Rollouts that are paused, undone, late, scaled in the middle or in each other's way.
#include <set>

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

struct RolloutTest : DeploymentPlanTest {
  void strategy(std::string_view surge, std::string_view unavailable) {
    web["spec"]["strategy"]["rollingUpdate"] =
        json(fmt::format(R"({{"maxSurge": {}, "maxUnavailable": {}}})", surge, unavailable));
  }
  /// An old ReplicaSet of so many replicas under revision 1, and the Deployment asks for another image.
  void old_set(int64_t replicas, int64_t available) {
    sets.push_back(make_set(web, 1, replicas, available));
    set_image(web, "v2");
  }
  std::string annotation(What what, std::string_view name) const {
    const Value object = write_of(what);
    return View(object)["metadata"]["annotations"][name].str();
  }
};

struct Step {
  const char* what;
  int replicas;
  const char *surge, *unavailable;
  int64_t old_replicas, old_available, new_replicas, new_available;
  Writes writes;
};

TEST_F(RolloutTest, each_step_stays_within_surge_and_availability) {
  const std::vector<Step> steps = {
      {"surge only: grow first", 4, "1", "0", 4, 4, 0, 0, {"scale web-2 1", "status"}},
      {"surge only: wait for the new one", 4, "1", "0", 4, 4, 1, 0, {"status"}},
      {"surge only: one old may go", 4, "1", "0", 4, 4, 1, 1, {"scale web-1 3", "status"}},
      {"unavailable only: shrink first", 4, "0", "1", 4, 4, 0, 0, {"scale web-1 3", "status"}},
      {"unavailable only: grow into the gap", 4, "0", "1", 3, 3, 0, 0, {"scale web-2 1", "status"}},
      {"unavailable only: nothing more before it is up", 4, "0", "1", 3, 3, 1, 0, {"status"}},
      {"all at once", 4, R"("100%")", "0", 4, 4, 0, 0, {"scale web-2 4", "status"}},
      {"all unavailable", 4, "0", R"("100%")", 4, 4, 0, 0, {"scale web-1 0", "status"}},
      {"both: the new one grows by the surge", 10, "3", "2", 10, 10, 0, 0, {"scale web-2 3", "status"}},
      {"both: then old ones go down to what must be there", 10, "3", "2", 10, 10, 3, 0, {"scale web-1 8", "status"}},
      {"both: the gap is filled", 10, "3", "2", 8, 8, 3, 0, {"scale web-2 5", "status"}},
      {"unready old ones are in nobody's way", 10, "3", "2", 10, 0, 3, 0, {"scale web-1 8", "status"}},
      {"the last old one", 4, "1", "0", 1, 1, 4, 4, {"scale web-1 0", "status"}},
      {"too many new ones shrink at once", 4, "1", "0", 0, 0, 6, 6, {"scale web-2 4", "status"}},
  };
  for (const Step& step : steps) {
    web = make_deployment("web", step.replicas);
    strategy(step.surge, step.unavailable);
    sets.clear();
    old_set(step.old_replicas, step.old_available);
    sets.push_back(make_set(web, 2, step.new_replicas, step.new_available));
    EXPECT_EQ(writes(), step.writes) << step.what;
  }
}

TEST_F(RolloutTest, a_broken_version_never_costs_an_available_pod) {
  strategy("1", "0");
  old_set(3, 3);
  sets.push_back(make_set(web, 2, 1, 0));
  EXPECT_EQ(writes(), Writes{"status"});
  now += 601 * object::kSecondNs;
  web["status"] = json(R"({"replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3,
      "unavailableReplicas": 1, "conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated",
      "lastUpdateTime": "2026-01-01T00:00:00Z"}]})");
  EXPECT_EQ(writes(), Writes{"status"}) << "the deadline changes the condition, not the pods";
  EXPECT_EQ(text(condition("Progressing")),
            "False ProgressDeadlineExceeded: ReplicaSet \"web-2\" has timed out progressing.");
  EXPECT_EQ(text(condition("Available")), "True MinimumReplicasAvailable: Deployment has minimum availability.");
}

TEST_F(RolloutTest, undoing_a_broken_version_takes_it_away_before_anything_else) {
  strategy("1", "1");
  const Value before = web;
  old_set(2, 2);
  sets.push_back(make_set(web, 2, 2, 0));
  web = before;
  EXPECT_EQ(writes(), (Writes{"scale web-1 2", "scale web-2 0", "status"}))
      << "web-1 gets its revision; what is not available costs nothing";
  EXPECT_EQ(annotation(What::kUpdateReplicaSet, kRevision), "3");
}

TEST_F(RolloutTest, a_third_version_takes_over_from_a_second_that_was_not_done) {
  strategy("1", "0");
  old_set(3, 3);
  sets.push_back(make_set(web, 2, 1, 0));
  set_image(web, "v3");
  EXPECT_EQ(writes(), (Writes{"create 0", "scale web-2 0", "status"})) << "there is no room before the second goes";
  sets.push_back(make_set(web, 3, 0, 0));
  EXPECT_EQ(writes(), (Writes{"scale web-2 0", "status"}));
}

TEST_F(RolloutTest, going_back_to_an_older_version_twice_remembers_every_revision) {
  old_set(0, 0);
  sets[0]["metadata"]["annotations"][kRevisionHistory] = "1";
  sets[0]["metadata"]["annotations"][kRevision] = "3";
  sets.push_back(make_set(web, 4, 3, 3));
  set_image(web, "v1");
  EXPECT_EQ(annotation(What::kUpdateReplicaSet, kRevision), "5");
  EXPECT_EQ(annotation(What::kUpdateReplicaSet, kRevisionHistory), "1,3");
}

TEST_F(RolloutTest, a_history_that_is_too_long_forgets_its_oldest) {
  old_set(0, 0);
  std::string history = "100";
  while (history.size() < 1997) history += fmt::format(",{}", 100 + history.size());
  sets[0]["metadata"]["annotations"][kRevisionHistory] = history;
  sets.push_back(make_set(web, 1500, 3, 3));
  sets[0]["metadata"]["annotations"][kRevision] = "1499";
  set_image(web, "v1");
  const std::string now_known = annotation(What::kUpdateReplicaSet, kRevisionHistory);
  EXPECT_LE(now_known.size(), 2000u);
  EXPECT_TRUE(now_known.ends_with(",1499"));
  EXPECT_FALSE(now_known.starts_with("100,"));
}

TEST_F(RolloutTest, annotations_of_the_deployment_follow_but_for_what_belongs_to_one_object) {
  web["metadata"]["annotations"]["team"] = "blue";
  web["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "{}";
  web["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = "1";
  const Value made = write_of(What::kCreateReplicaSet);
  const View annotations = View(made)["metadata"]["annotations"];
  EXPECT_EQ(annotations["team"].str(), "blue");
  EXPECT_FALSE(annotations.has("kubectl.kubernetes.io/last-applied-configuration"));
  EXPECT_FALSE(annotations.has("deprecated.deployment.rollback.to"));
}

TEST_F(RolloutTest, min_ready_seconds_reach_the_replica_set_without_a_rollout) {
  web["spec"]["minReadySeconds"] = 15;
  EXPECT_EQ(View(write_of(What::kCreateReplicaSet))["spec"]["minReadySeconds"].as_int(), 15);
  sets = {make_set(web, 1, 3, 3)};
  web["spec"]["minReadySeconds"] = 30;
  EXPECT_EQ(writes(), (Writes{"scale web-1 3", "status"}));
  EXPECT_EQ(View(write_of(What::kUpdateReplicaSet))["spec"]["minReadySeconds"].as_int(), 30);
}

struct Scaling {
  const char* what;
  int from, to;
  int64_t old_size, new_size;
  const char* surge;
  int64_t old_after, new_after;
};

TEST_F(RolloutTest, scaling_in_the_middle_shares_by_size_and_gives_the_rest_to_the_largest) {
  const std::vector<Scaling> cases = {
      {"up, in proportion", 10, 20, 8, 5, "3", 14, 9},
      {"up, equal parts: the newer gets the rest", 10, 11, 5, 5, "0", 5, 6},
      {"down, equal parts: the older gives the rest", 10, 9, 5, 5, "0", 4, 5},
      {"down to nothing", 10, 0, 5, 5, "0", 0, 0},
      {"down, the largest gives most", 10, 5, 8, 2, "0", 4, 1},
      {"up by one", 10, 11, 8, 5, "3", 9, 5},
  };
  for (const Scaling& c : cases) {
    web = make_deployment("web", c.from);
    strategy(c.surge, "2");
    sets.clear();
    old_set(c.old_size, c.old_size);
    sets.push_back(make_set(web, 2, c.new_size, 0));
    web["spec"]["replicas"] = c.to;
    int64_t old_after = c.old_size, new_after = c.new_size;
    for (const Write& write : plan().writes) {
      if (write.what != What::kUpdateReplicaSet) continue;
      const View object(write.object);
      (write.name == "web-1" ? old_after : new_after) = object["spec"]["replicas"].as_int();
      EXPECT_EQ(object["metadata"]["annotations"][kDesiredReplicas].str(), std::to_string(c.to)) << c.what;
    }
    EXPECT_EQ(old_after, c.old_after) << c.what;
    EXPECT_EQ(new_after, c.new_after) << c.what;
  }
}

TEST_F(RolloutTest, a_paused_rollout_keeps_both_versions_when_it_is_scaled) {
  web = make_deployment("web", 10);
  strategy("0", "5");
  old_set(5, 5);
  sets.push_back(make_set(web, 2, 5, 5));
  web["spec"]["paused"] = true;
  web["spec"]["replicas"] = 20;
  EXPECT_EQ(writes(), (Writes{"scale web-2 10", "scale web-1 10", "status"}));
}

TEST_F(RolloutTest, a_paused_deployment_makes_no_replica_set_of_its_own) {
  web["spec"]["paused"] = true;
  EXPECT_EQ(writes(), Writes{"status"});
  EXPECT_FALSE(plan().look_again_ns) << "time does not run while it is paused";
}

TEST_F(RolloutTest, a_replica_set_of_unknown_size_asks_for_no_scaling) {
  sets = {make_set(web, 1, 3, 3)};
  sets[0]["metadata"]["annotations"].erase(kDesiredReplicas);
  web["spec"]["replicas"] = 5;
  EXPECT_EQ(writes(), (Writes{"scale web-1 5", "status"})) << "as part of the rollout";
}

TEST_F(RolloutTest, recreate_scales_down_all_old_versions_at_once) {
  web["spec"]["strategy"] = json(R"({"type": "Recreate"})");
  sets = {make_set(web, 1, 2, 2)};
  set_image(web, "v2");
  sets.push_back(make_set(web, 2, 1, 1));
  set_image(web, "v3");
  EXPECT_EQ(writes(), (Writes{"scale web-1 0", "scale web-2 0", "status"}));
}

TEST_F(RolloutTest, recreate_does_not_care_for_pods_of_the_new_version) {
  web["spec"]["strategy"] = json(R"({"type": "Recreate"})");
  old_set(0, 0);
  sets.push_back(make_set(web, 2, 0, 0));
  pods = {make_pod(sets[1], "Running")};
  EXPECT_EQ(writes(), (Writes{"scale web-2 3", "status"}));
}

struct Progress {
  const char* what;
  const char* status;
  int64_t replicas, available;
  const char* condition;
};

TEST_F(RolloutTest, progress_is_anything_that_brings_the_end_nearer) {
  const std::string_view conditions =
      R"("conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated",
      "message": "m", "lastUpdateTime": "2025-12-31T23:00:00Z", "lastTransitionTime": "2025-12-31T23:00:00Z"}]})";
  const std::vector<Progress> cases = {
      {"more ready pods", R"({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 1, "availableReplicas": 1, )", 3, 2,
       "True ReplicaSetUpdated: ReplicaSet \"web-1\" is progressing."},
      {"more updated pods", R"({"replicas": 1, "updatedReplicas": 1, )", 2, 0,
       "True ReplicaSetUpdated: ReplicaSet \"web-1\" is progressing."},
      {"fewer old pods", R"({"replicas": 4, "updatedReplicas": 2, )", 2, 0,
       "True ReplicaSetUpdated: ReplicaSet \"web-1\" is progressing."},
      {"all there", R"({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 2, "availableReplicas": 2, )", 3, 3,
       "True NewReplicaSetAvailable: ReplicaSet \"web-1\" has successfully progressed."},
      {"nothing for an hour", R"({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 2, "availableReplicas": 2, )",
       3, 2, "False ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing."},
      {"fewer ready pods are none",
       R"({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3, )", 3, 2,
       "False ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing."},
  };
  for (const Progress& c : cases) {
    sets = {make_set(web, 1, c.replicas, c.available)};
    web["status"] = json(std::string(c.status) + std::string(conditions));
    EXPECT_EQ(text(condition("Progressing")), c.condition) << c.what;
  }
}

TEST_F(RolloutTest, without_a_deadline_there_is_no_progress_condition) {
  web["spec"]["progressDeadlineSeconds"] = INT32_MAX;
  sets = {make_set(web, 1, 3, 2)};
  EXPECT_EQ(text(condition("Progressing")), " : ");
  EXPECT_FALSE(plan().look_again_ns);
}

TEST_F(RolloutTest, a_rollout_that_was_complete_is_not_late_when_a_pod_dies) {
  sets = {make_set(web, 1, 3, 3)};
  web["metadata"]["annotations"][kRevision] = "1";
  web["status"] = status();
  now += 3600 * object::kSecondNs;
  resize(sets[0], 3, 2);
  EXPECT_EQ(text(condition("Progressing")),
            "True NewReplicaSetAvailable: ReplicaSet \"web-1\" has successfully progressed.");
  EXPECT_EQ(text(condition("Available")),
            "False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
}

struct History {
  const char* what;
  int limit;
  const char* spared;  // a JSON patch of the status of web-1
  Writes writes;
};

TEST_F(RolloutTest, only_idle_old_replica_sets_are_cleaned_up) {
  const std::vector<History> cases = {
      {"none kept", 0, "{}", {"delete web-1", "delete web-2"}},
      {"one kept", 1, "{}", {"delete web-1"}},
      {"as many as there are", 2, "{}", {}},
      {"one still has a pod", 0, R"({"replicas": 1, "observedGeneration": 1})", {"delete web-2"}},
      {"one has not seen its size", 0, R"({"replicas": 0, "observedGeneration": 0})", {"delete web-2"}},
  };
  for (const History& c : cases) {
    web = make_deployment("web", 3);
    sets.clear();
    for (int revision = 1; revision <= 3; ++revision) {
      set_image(web, fmt::format("v{}", revision));
      sets.push_back(make_set(web, revision, revision == 3 ? 3 : 0, revision == 3 ? 3 : 0));
    }
    web["metadata"]["annotations"][kRevision] = "3";
    web["status"] = status();
    web["spec"]["revisionHistoryLimit"] = c.limit;
    testing::set_members(sets[0]["status"], c.spared);
    Writes found = writes();
    std::erase(found, "status");
    EXPECT_EQ(found, c.writes) << c.what;
  }
}

TEST_F(RolloutTest, of_two_replica_sets_with_the_same_template_the_older_is_the_new_one) {
  sets = {make_set(web, 2, 0, 0), make_set(web, 1, 3, 3)};
  Writes found = writes();
  std::erase(found, "status");
  EXPECT_TRUE(found.empty() || found[0] == "scale web-1 3");
  for (const std::string& write : found) EXPECT_EQ(write.find("web-2"), std::string::npos);
}

TEST_F(RolloutTest, every_collision_gives_another_hash) {
  std::set<std::string> hashes;
  const View pod_template = View(web)["spec"]["template"];
  hashes.insert(template_hash(pod_template, {}));
  for (int64_t count = 0; count < 20; ++count) hashes.insert(template_hash(pod_template, count));
  EXPECT_EQ(hashes.size(), 21u);
  web["status"]["collisionCount"] = 4;
  const Plan after = after_collision(known());
  EXPECT_EQ(View(after.writes.at(0).object)["status"]["collisionCount"].as_int(), 5);
  EXPECT_EQ(View(write_of(What::kCreateReplicaSet))["metadata"]["name"].str(), "web-" + template_hash(pod_template, 4));
}

TEST_F(RolloutTest, a_replica_set_found_under_its_name_is_ours_only_with_owner_and_template) {
  Value existing = make_set(web, 1, 3, 3);
  EXPECT_FALSE(is_new_replica_set(web, existing)) << "nobody's";
  existing["metadata"]["ownerReferences"] = json(R"([{"uid": "uid-web", "controller": true}])");
  EXPECT_TRUE(is_new_replica_set(web, existing));
  set_image(web, "v2");
  EXPECT_FALSE(is_new_replica_set(web, existing)) << "another template";
}

TEST_F(RolloutTest, long_names_leave_room_for_the_hash) {
  web["metadata"]["name"] = std::string(253, 'x');
  const Value made = write_of(What::kCreateReplicaSet);
  const std::string name = View(made)["metadata"]["name"].str();
  EXPECT_EQ(name.size(), 253u);
  EXPECT_TRUE(name.ends_with("-" + View(made)["metadata"]["labels"][kTemplateHash].str()));
}

}  // namespace
}  // namespace proa::controllers::deployment
