// The status of a Job from its first pod to its end; what is counted is counted once, wherever a crash falls.
#include "controllers/job/plan_testing.h"

namespace proa::controllers::job {
namespace {

using object::Value;
using object::View;

TEST_F(JobTest, a_new_job_tells_when_it_began_and_what_runs) {
  EXPECT_TRUE(round().empty());
  EXPECT_EQ(View(job)["status"], View(testing::json(R"({"active": 2, "ready": 0, "terminating": 0,
      "startTime": "2026-01-01T00:00:00Z", "uncountedTerminatedPods": {}})")));
  pod("Running");
  pod("Running");
  ready(pods[1]);
  round();
  EXPECT_EQ(count("ready"), 1);
  EXPECT_FALSE(tracking().changed) << "nothing new";
}

TEST_F(JobTest, ends_are_listed_before_the_finalizer_goes_and_counted_after) {
  pod("Succeeded");
  pod("Failed");
  const Tracking first = tracking();
  EXPECT_TRUE(first.changed);
  EXPECT_EQ(testing::names(first.untrack), (std::vector<std::string>{"p0", "p1"}));
  EXPECT_EQ(View(first.job)["status"]["uncountedTerminatedPods"],
            View(testing::json(R"({"succeeded": ["uid-0"], "failed": ["uid-1"]})")));
  EXPECT_FALSE(View(first.job)["status"].has("succeeded"));
  const Conclusion half = conclude(first.job, first.ending, {"uid-1"}, kNow);
  EXPECT_EQ(View(half.job)["status"]["succeeded"].as_int(), 1);
  EXPECT_EQ(View(half.job)["status"]["uncountedTerminatedPods"], View(testing::json(R"({"failed": ["uid-1"]})")))
      << "the one that still has its finalizer stays listed";
}

TEST_F(JobTest, a_crash_between_any_two_writes_counts_each_end_once) {
  pod("Succeeded");
  pod("Failed");
  const Tracking first = tracking();
  // Listed, and no finalizer gone.
  job = first.job;
  EXPECT_EQ(View(tracking().job)["status"]["uncountedTerminatedPods"], View(job)["status"]["uncountedTerminatedPods"]);
  // One is untracked, the other even gone.
  untracked(pods[0]);
  pods.pop_back();
  round();
  EXPECT_EQ(count("succeeded"), 1);
  EXPECT_EQ(count("failed"), 1);
  round();
  EXPECT_EQ(count("succeeded"), 1);
  EXPECT_EQ(count("failed"), 1);
}

TEST_F(JobTest, with_the_last_success_it_is_complete) {
  spec(R"({"completions": 1, "parallelism": 1})");
  pod("Succeeded");
  EXPECT_EQ(round(), std::vector<std::string>{"Completed: Job completed"});
  EXPECT_EQ(conditions(), "SuccessCriteriaMet Complete");
  EXPECT_EQ(View(job)["status"]["completionTime"].as_string(), "2026-01-01T00:00:00Z");
  EXPECT_EQ(View(job)["status"]["conditions"].at(1), View(testing::json(R"({"type": "Complete", "status": "True",
      "reason": "CompletionsReached", "message": "Reached expected number of succeeded pods",
      "lastProbeTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"})")));
  EXPECT_EQ(count("succeeded"), 1);
}

TEST_F(JobTest, more_successes_than_wanted_are_told) {
  spec(R"({"completions": 1})");
  pod("Succeeded");
  pod("Succeeded");
  EXPECT_EQ(round(), (std::vector<std::string>{
                         "TooManySucceededPods: Too many succeeded pods running after completion count reached",
                         "Completed: Job completed"}));
}

TEST_F(JobTest, it_is_over_only_when_its_last_pod_has_ended) {
  spec(R"({"backoffLimit": 0})");
  pod("Failed");
  pod("Running");
  EXPECT_TRUE(round().empty());
  EXPECT_EQ(conditions(), "FailureTarget") << "the other is still on its way out";
  EXPECT_EQ(count("terminating"), 1);
  EXPECT_EQ(count("failed"), 2) << "with the job the one that ran has failed";
  deleting(pods[1]);
  EXPECT_TRUE(round().empty());
  pods.pop_back();
  EXPECT_EQ(round(), std::vector<std::string>{"BackoffLimitExceeded: Job has reached the specified backoff limit"});
  EXPECT_EQ(conditions(), "FailureTarget Failed");
  EXPECT_EQ(count("failed"), 2);
  EXPECT_FALSE(View(job)["status"].has("completionTime"));
}

TEST_F(JobTest, what_could_not_be_removed_ends_no_job) {
  spec(R"({"backoffLimit": 0})");
  pod("Failed");
  pod("Running");
  const Tracking failed = tracking(true);
  EXPECT_FALSE(failed.ending);
  EXPECT_EQ(View(failed.job)["status"]["active"].as_int(), 1);
  EXPECT_FALSE(View(failed.job)["status"].has("conditions"));
}

TEST_F(JobTest, suspending_and_resuming_is_told_and_starts_the_clock_anew) {
  round();
  pod("Running");
  ready(pods[0]);
  spec(R"({"suspend": true})");
  now += 10 * object::kSecondNs;
  EXPECT_EQ(round(), std::vector<std::string>{"Suspended: Job suspended"});
  EXPECT_EQ(conditions(), "Suspended");
  EXPECT_FALSE(View(job)["status"].has("startTime"));
  EXPECT_EQ(count("active"), 0);
  EXPECT_EQ(count("ready"), 0);
  EXPECT_EQ(count("failed"), 0) << "what is taken back has not failed";
  pods.clear();
  EXPECT_TRUE(round().empty());
  spec(R"({"suspend": false})");
  now += 10 * object::kSecondNs;
  EXPECT_EQ(round(), std::vector<std::string>{"Resumed: Job resumed"});
  EXPECT_EQ(conditions(), "Suspended=False");
  EXPECT_EQ(View(job)["status"]["startTime"].as_string(), "2026-01-01T00:00:20Z");
}

TEST_F(JobTest, indexes_are_told_and_no_index_counts_twice) {
  indexed(4);
  pod("Succeeded", 2);
  pod("Succeeded", 0);
  round();
  EXPECT_EQ(View(job)["status"]["completedIndexes"].as_string(), "0,2");
  EXPECT_EQ(count("succeeded"), 2);
  pod("Succeeded", 2);
  round();
  EXPECT_EQ(count("succeeded"), 2);
  spec(R"({"completions": 2, "parallelism": 2})");
  round();
  EXPECT_EQ(View(job)["status"]["completedIndexes"].as_string(), "0") << "2 is out of range now";
  EXPECT_EQ(count("succeeded"), 1);
}

TEST_F(JobTest, the_failed_pod_of_an_index_waits_for_its_heir) {
  indexed(2);
  spec(R"({"backoffLimitPerIndex": 3, "backoffLimit": 2147483647})");
  pod("Failed", 0);
  EXPECT_TRUE(tracking().untrack.empty()) << "the count of its failures is written nowhere else";
  EXPECT_EQ(View(tracking().job)["status"]["failedIndexes"].as_string("absent"), "");
  pod("Running", 0);
  EXPECT_EQ(testing::names(tracking().untrack), std::vector<std::string>{"p0"});
}

TEST_F(JobTest, no_more_than_500_ends_are_listed_at_a_time) {
  spec(R"({"completions": 600, "parallelism": 600})");
  for (int i = 0; i < 600; ++i) pod("Succeeded");
  const Tracking first = tracking();
  EXPECT_EQ(first.untrack.size(), 500u);
  EXPECT_FALSE(first.ending) << "not before all are counted";
  round();
  EXPECT_EQ(count("succeeded"), 500);
  round();
  EXPECT_EQ(count("succeeded"), 600);
  EXPECT_EQ(conditions(), "SuccessCriteriaMet Complete");
}

TEST_F(JobTest, a_job_that_is_being_deleted_lets_its_pods_go) {
  deleting(job);
  pod("Running");
  EXPECT_EQ(tracking().untrack.size(), 1u);
  EXPECT_FALSE(tracking().ending);
}

}  // namespace
}  // namespace proa::controllers::job
