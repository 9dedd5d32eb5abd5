// How many pods a Job has, and when it has failed or reached its aim.
#include "controllers/job/plan.h"

#include <algorithm>

#include "controllers/job/plan_testing.h"

namespace proa::controllers::job {
namespace {

using object::Value;
using object::View;

TEST_F(JobTest, as_many_run_as_may_and_are_still_needed) {
  EXPECT_EQ(actions(), "+ +");
  pod("Running");
  EXPECT_EQ(actions(), "+");
  status(R"({"succeeded": 2})");
  EXPECT_EQ(actions(), "") << "one is left to do, and one runs";
  spec(R"({"parallelism": 0})");
  EXPECT_EQ(actions(), "-p0");
}

TEST_F(JobTest, ends_that_are_not_counted_yet_count) {
  pod("Succeeded");
  pod("Succeeded");
  EXPECT_EQ(actions(), "+");
  untracked(pods[0]);
  EXPECT_EQ(actions(), "+ +") << "its end is in the status, or not wanted there";
  status(R"({"uncountedTerminatedPods": {"succeeded": ["uid-0"]}})");
  EXPECT_EQ(actions(), "+");
}

TEST_F(JobTest, a_queue_of_work_ends_with_its_first_success) {
  job["spec"].erase("completions");
  EXPECT_EQ(actions(), "+ +");
  pod("Running");
  pod("Succeeded");
  EXPECT_EQ(actions(), "") << "the others run to their end, none is added";
}

TEST_F(JobTest, no_more_than_500_are_made_at_a_time) {
  spec(R"({"parallelism": 900, "completions": 900})");
  EXPECT_EQ(plan().create.size(), 500u);
}

TEST_F(JobTest, too_many_go_the_least_advanced_first) {
  pod("Running");
  pods[0]["spec"]["nodeName"] = "n";
  ready(pods[0]);
  pod("Pending");
  spec(R"({"parallelism": 1})");
  EXPECT_EQ(actions(), "-p1");
  EXPECT_TRUE(plan().untrack_removed) << "what is taken back has not failed";
}

TEST_F(JobTest, after_a_failure_it_waits_longer_each_time) {
  Value& failed = pod("Failed");
  ended(failed, "2025-12-31T23:59:58Z", 1);
  EXPECT_EQ(actions(), "wait 8s");
  now = kNow + 8 * object::kSecondNs;
  EXPECT_EQ(actions(), "+ +");
  now = kNow;
  backoff = {3, kNow - object::kSecondNs};
  EXPECT_EQ(actions(), "wait 78s") << "the fourth failure: 80 s after its end";
  pod("Succeeded");
  ended(pods[1], "2025-12-31T23:59:59Z", 0);
  EXPECT_EQ(actions(), "+ +") << "a success after it begins anew";
}

TEST_F(JobTest, a_deleted_pod_has_failed_unless_only_ended_ones_are_replaced) {
  deleting(pod("Running"));
  pods[0]["metadata"]["deletionTimestamp"] = "2025-12-31T23:00:00Z";
  EXPECT_EQ(plan().terminating, 1);
  EXPECT_EQ(actions(), "+ +");
  spec(R"({"podReplacementPolicy": "Failed"})");
  EXPECT_EQ(actions(), "+") << "it is waited for";
}

TEST_F(JobTest, a_suspended_job_has_no_pods) {
  pod("Running");
  pod("Pending");
  spec(R"({"suspend": true})");
  const Plan p = plan();
  EXPECT_EQ(p.remove.size(), 2u);
  EXPECT_TRUE(p.untrack_removed);
  EXPECT_TRUE(p.create.empty());
}

TEST_F(JobTest, a_job_that_is_being_deleted_makes_nothing) {
  deleting(job);
  EXPECT_EQ(actions(), "");
}

TEST_F(JobTest, pods_are_adopted_and_released_by_the_selector) {
  pod("Running");
  pods[0]["metadata"].erase("ownerReferences");
  pod("Running");
  pods[1]["metadata"]["labels"] = testing::json(R"({"job": "other"})");
  const Plan p = plan();
  EXPECT_EQ(testing::names(p.adopt), std::vector<std::string>{"p0"});
  EXPECT_EQ(testing::names(p.release), std::vector<std::string>{"p1"});
}

// --- verdicts ----------------------------------------------------------------------------------------------------

TEST_F(JobTest, more_failures_than_the_limit_end_it) {
  spec(R"({"backoffLimit": 1})");
  pod("Running");
  pod("Failed");
  EXPECT_EQ(verdict(), "");
  pod("Failed");
  EXPECT_EQ(verdict(), "FailureTarget BackoffLimitExceeded");
  EXPECT_EQ(actions(), "-p0");
  EXPECT_FALSE(plan().untrack_removed) << "it is counted as failed once it has ended";
}

TEST_F(JobTest, restarts_in_place_count_like_failures) {
  spec(R"({"backoffLimit": 2})");
  job["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure";
  pod("Running")["status"]["containerStatuses"] = testing::json(R"([{"restartCount": 1}])");
  EXPECT_EQ(verdict(), "");
  pod("Pending")["status"]["initContainerStatuses"] = testing::json(R"([{"restartCount": 1}])");
  EXPECT_EQ(verdict(), "FailureTarget BackoffLimitExceeded");
  job["spec"]["template"]["spec"]["restartPolicy"] = "Never";
  EXPECT_EQ(verdict(), "");
  job["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure";
  spec(R"({"backoffLimit": 0})");
  pods[0]["status"].erase("containerStatuses");
  EXPECT_EQ(verdict(), "FailureTarget BackoffLimitExceeded") << "no restart at all is allowed";
}

TEST_F(JobTest, a_deadline_is_looked_for_and_kept) {
  spec(R"({"activeDeadlineSeconds": 60})");
  status(R"({"startTime": "2025-12-31T23:59:30Z"})");
  EXPECT_EQ(actions(), "+ + wait 30s");
  now = kNow + 30 * object::kSecondNs;
  pod("Running");
  EXPECT_EQ(verdict(), "FailureTarget DeadlineExceeded");
  EXPECT_EQ(actions(), "-p0");
  spec(R"({"suspend": true})");
  EXPECT_EQ(verdict(), "") << "a suspended job is not active";
}

TEST_F(JobTest, what_an_earlier_round_found_stands) {
  status(R"({"conditions": [{"type": "FailureTarget", "status": "True", "reason": "R", "message": "M"}]})");
  EXPECT_EQ(verdict(), "Failed R");
  status(R"({"conditions": [{"type": "SuccessCriteriaMet", "status": "True", "reason": "R", "message": "M"},
                            {"type": "FailureTarget", "status": "True", "reason": "F"}]})");
  EXPECT_EQ(verdict(), "SuccessCriteriaMet R");
}

// --- indexed jobs ------------------------------------------------------------------------------------------------

TEST_F(JobTest, each_index_gets_a_pod_the_lowest_first) {
  indexed(4);
  EXPECT_EQ(actions(), "+0 +1");
  pod("Running", 0);
  EXPECT_EQ(actions(), "+1");
  pods.clear();
  pod("Succeeded", 1);
  EXPECT_EQ(actions(), "+0 +2");
  status(R"({"completedIndexes": "0,2"})");
  EXPECT_EQ(actions(), "+3");
}

TEST_F(JobTest, doubled_unknown_and_surplus_indexes_go) {
  indexed(2);
  pod("Running", 0);
  ready(pods[0]);
  pod("Pending", 0);
  pod("Running", 1);
  pod("Running", 7);
  pod("Running");
  Plan p = plan();
  std::vector<std::string> removed = testing::names(p.remove);
  std::ranges::sort(removed);
  EXPECT_EQ(removed, (std::vector<std::string>{"p1", "p3", "p4"}));
  EXPECT_TRUE(p.create.empty()) << "either makes pods or removes some";
}

TEST_F(JobTest, a_pod_of_an_index_knows_it) {
  indexed(3);
  job["spec"]["template"]["spec"]["containers"].push_back(
      testing::json(R"({"name": "d", "env": [{"name": "JOB_COMPLETION_INDEX", "value": "mine"}]})"));
  const Value made = make_pod(job, 2, {});
  const View pod(made);
  EXPECT_EQ(pod["metadata"]["generateName"].as_string(), "sum-2-");
  EXPECT_EQ(pod["spec"]["hostname"].as_string(), "sum-2");
  EXPECT_EQ(object::labels_of(pod)["batch.kubernetes.io/job-completion-index"].as_string(), "2");
  EXPECT_EQ(object::annotations_of(pod)["batch.kubernetes.io/job-completion-index"].as_string(), "2");
  EXPECT_EQ(pod["spec"]["containers"].at(0)["env"].at(0)["valueFrom"]["fieldRef"]["fieldPath"].as_string(),
            "metadata.labels['batch.kubernetes.io/job-completion-index']");
  EXPECT_EQ(pod["spec"]["containers"].at(1)["env"].size(), 1u) << "a variable of that name is the user's";
  EXPECT_FALSE(object::annotations_of(pod).has("batch.kubernetes.io/job-index-failure-count"));
  job["metadata"]["name"] = std::string(63, 'a');
  EXPECT_EQ(View(make_pod(job, 12, {}))["metadata"]["generateName"].as_string(), std::string(54, 'a') + "-12-");
}

TEST_F(JobTest, indexes_fail_one_by_one_each_with_a_back_off_of_its_own) {
  indexed(3);
  spec(R"({"parallelism": 3, "backoffLimitPerIndex": 1, "backoffLimit": 2147483647})");
  pod("Failed", 1);
  ended(pods[0], "2025-12-31T23:59:58Z", 1);
  EXPECT_EQ(actions(), "+0 +2") << "the others don't wait for it";
  pod("Running", 0);
  pod("Running", 2);
  EXPECT_EQ(actions(), "wait 8s");
  now = kNow + 10 * object::kSecondNs;
  EXPECT_EQ(actions(), "+1");
  const View heir = pods[0];
  const Value next = make_pod(job, 1, heir);
  EXPECT_EQ(object::annotations_of(next)["batch.kubernetes.io/job-index-failure-count"].as_string(), "1");
  pods[0] = next;
  pods[0]["metadata"]["uid"] = "again";
  pods[0]["status"]["phase"] = "Failed";
  EXPECT_EQ(plan().failed->str(), "1") << "it has failed as often as it may";
  EXPECT_EQ(actions(), "");
  pods[1]["status"]["phase"] = "Succeeded";
  pods[2]["status"]["phase"] = "Succeeded";
  EXPECT_EQ(verdict(), "FailureTarget FailedIndexes");
  spec(R"({"maxFailedIndexes": 0})");
  pods[1]["status"]["phase"] = "Running";
  EXPECT_EQ(verdict(), "FailureTarget MaxFailedIndexesExceeded");
}

TEST_F(JobTest, a_success_policy_ends_it_early) {
  indexed(5);
  spec(R"({"successPolicy": {"rules": [{"succeededIndexes": "0,3-4"}, {"succeededCount": 4},
                                       {"succeededIndexes": "1-2", "succeededCount": 1}]}})");
  EXPECT_EQ(verdict(), "");
  pod("Succeeded", 0);
  pod("Running", 1);
  EXPECT_EQ(verdict(), "");
  pod("Succeeded", 2);
  ASSERT_TRUE(plan().verdict);
  EXPECT_EQ(plan().verdict->message, "Matched rules at index 2");
  EXPECT_EQ(actions(), "-p1");
  pods.erase(pods.begin() + 2);
  status(R"({"completedIndexes": "3,4"})");
  ASSERT_TRUE(plan().verdict);
  EXPECT_EQ(plan().verdict->message, "Matched rules at index 0");
}

// --- failure policies --------------------------------------------------------------------------------------------

TEST_F(JobTest, a_failure_policy_decides_by_exit_codes_and_conditions) {
  spec(R"({"backoffLimit": 0, "podReplacementPolicy": "Failed", "podFailurePolicy": {"rules": [
      {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
      {"action": "FailJob", "onExitCodes": {"containerName": "c", "operator": "In", "values": [42]}},
      {"action": "Ignore", "onExitCodes": {"operator": "NotIn", "values": [1, 42]}}]}})");
  pod("Failed");
  EXPECT_EQ(verdict(), "FailureTarget BackoffLimitExceeded") << "no rule matches code 1: it counts";
  ended(pods[0], "2025-12-31T23:59:00Z", 7);
  EXPECT_EQ(verdict(), "") << "ignored";
  ended(pods[0], "2025-12-31T23:59:00Z", 42);
  ASSERT_EQ(verdict(), "FailureTarget PodFailurePolicy");
  EXPECT_EQ(plan().verdict->message,
            "Container c for pod default/p0 failed with exit code 42 matching FailJob rule at index 1");
  testing::set_members(pods[0]["status"], R"({"conditions": [{"type": "DisruptionTarget", "status": "True"}]})");
  EXPECT_EQ(verdict(), "") << "the first rule that matches decides";
}

TEST_F(JobTest, a_failure_policy_may_give_up_one_index) {
  indexed(2);
  spec(R"({"backoffLimitPerIndex": 5, "backoffLimit": 2147483647, "podFailurePolicy": {"rules": [
      {"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [3]}},
      {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [4]}}]}})");
  pod("Failed", 0);
  ended(pods[0], "2025-12-31T22:59:00Z", 3);
  EXPECT_EQ(plan().failed->str(), "0");
  EXPECT_EQ(actions(), "+1");
  ended(pods[0], "2025-12-31T22:59:00Z", 4);
  EXPECT_EQ(plan().failed->str(), "");
  const Value next = make_pod(job, 0, pods[0]);
  EXPECT_EQ(object::annotations_of(next)["batch.kubernetes.io/job-index-failure-count"].as_string(), "0");
  EXPECT_EQ(object::annotations_of(next)["batch.kubernetes.io/job-index-ignored-failure-count"].as_string(), "1");
}

}  // namespace
}  // namespace proa::controllers::job
