// When a CronJob makes jobs, what it deletes, and what its status tells.
#include "controllers/cronjob/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/cronjob/timing.h"
#include "controllers/test_support.h"

namespace proa::controllers::cronjob {
namespace {

using object::Document;
using object::TimeNs;
using object::Value;
using object::View;

struct CronJobTest : ::testing::Test {
  Value cron = testing::json(R"({"apiVersion": "batch/v1", "kind": "CronJob",
      "metadata": {"namespace": "default", "name": "tick", "uid": "cron", "creationTimestamp": "2026-01-01T10:00:30Z"},
      "spec": {"schedule": "*/10 * * * *", "concurrencyPolicy": "Allow", "suspend": false,
               "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1, "jobTemplate": {
                  "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}, "spec": {"backoffLimit": 2}}}})");
  std::vector<Value> jobs;
  TimeNs now = at("10:05:00");

  static TimeNs at(std::string_view clock) { return *object::parse_time(fmt::format("2026-01-01T{}Z", clock)); }
  void spec(std::string_view members) { testing::set_members(cron["spec"], members); }
  void last_scheduled(std::string_view clock) {
    cron["status"]["lastScheduleTime"] = fmt::format("2026-01-01T{}Z", clock);
  }
  /// A job of ours; `end`: empty while it runs.
  Value& job(std::string_view name, std::string_view end = {}, std::string_view started = "10:00:00") {
    Value made = Value::object({{"metadata", Value::object({{"name", name}, {"uid", "uid-" + std::string(name)}})}});
    made["status"]["startTime"] = fmt::format("2026-01-01T{}Z", started);
    if (!end.empty()) made["status"]["conditions"].push_back(Value::object({{"type", end}, {"status", "True"}}));
    if (end == "Complete") made["status"]["completionTime"] = fmt::format("2026-01-01T{}Z", started);
    jobs.push_back(std::move(made));
    return jobs.back();
  }
  void active(std::string_view name) {
    cron["status"]["active"].push_back(Value::object({{"name", name}, {"uid", "uid-" + std::string(name)}}));
  }

  Known known() const {
    Known k{Document::freeze(cron), {}, now};
    for (const Value& each : jobs) k.jobs.push_back(Document::freeze(each));
    return k;
  }
  Plan plan() const { return make_plan(known()); }
  /// `NAME` of the job that is made, or `wait Ns`.
  std::string next() const {
    const Plan p = plan();
    if (p.create) return View(*p.create)["metadata"]["name"].str();
    return p.look_again_ns ? fmt::format("wait {}s", *p.look_again_ns / object::kSecondNs) : "nothing";
  }
  std::vector<std::string> events() const {
    std::vector<std::string> told;
    for (const Event& event : plan().events) told.push_back(event.reason + ": " + event.message);
    return told;
  }
};
using Texts = std::vector<std::string>;

TEST_F(CronJobTest, makes_a_job_when_its_time_has_come) {
  EXPECT_EQ(next(), "wait 300s");
  now = at("10:10:00");
  EXPECT_EQ(next(), fmt::format("tick-{}", at("10:10:00") / (60 * object::kSecondNs)));
  const Plan p = plan();
  const View job(*p.create);
  EXPECT_EQ(job["metadata"]["labels"], View(testing::json(R"({"a": "b"})")));
  EXPECT_EQ(
      job["metadata"]["annotations"],
      View(testing::json(R"({"c": "d", "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T10:10:00Z"})")));
  EXPECT_EQ(job["metadata"]["ownerReferences"].at(0)["uid"].as_string(), "cron");
  EXPECT_EQ(job["spec"]["backoffLimit"].as_int(), 2);
  EXPECT_EQ(*p.look_again_ns / object::kSecondNs, 600) << "after this one";
}

TEST_F(CronJobTest, its_zone_is_that_of_the_schedule_and_of_the_annotation) {
  spec(R"({"schedule": "0 12 * * *", "timeZone": "Europe/Berlin"})");
  now = at("11:00:10");
  const Plan p = plan();
  ASSERT_TRUE(p.create);
  EXPECT_EQ(View(*p.create)["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"].as_string(),
            "2026-01-01T12:00:00+01:00");
}

TEST_F(CronJobTest, no_time_is_met_twice) {
  now = at("10:10:05");
  last_scheduled("10:10:00");
  EXPECT_EQ(next(), "wait 595s");
  cron["status"].erase("lastScheduleTime");
  active(fmt::format("tick-{}", at("10:10:00") / (60 * object::kSecondNs)));
  job(fmt::format("tick-{}", at("10:10:00") / (60 * object::kSecondNs)));
  EXPECT_EQ(next(), "wait 595s");
}

TEST_F(CronJobTest, of_many_missed_times_the_last_counts) {
  now = at("10:45:00");
  EXPECT_EQ(next(), fmt::format("tick-{}", at("10:40:00") / (60 * object::kSecondNs)));
  EXPECT_EQ(events(), Texts());
  spec(R"({"schedule": "* * * * *"})");
  now = at("13:00:00");
  EXPECT_EQ(next(), fmt::format("tick-{}", at("13:00:00") / (60 * object::kSecondNs)));
  EXPECT_EQ(events(), Texts{"TooManyMissedTimes: too many missed start times. Set or decrease "
                            ".spec.startingDeadlineSeconds or check clock skew"});
  spec(R"({"startingDeadlineSeconds": 200})");
  EXPECT_EQ(events(), Texts()) << "older ones are no concern";
}

TEST_F(CronJobTest, what_comes_too_late_is_told_and_left) {
  spec(R"({"startingDeadlineSeconds": 60})");
  now = at("10:10:59");
  EXPECT_TRUE(plan().create);
  now = at("10:11:01");
  EXPECT_EQ(next(), "wait 539s");
}

TEST_F(CronJobTest, a_suspended_or_dying_one_starts_nothing) {
  now = at("10:10:00");
  spec(R"({"suspend": true})");
  EXPECT_EQ(next(), "nothing");
  spec(R"({"suspend": false})");
  cron["metadata"]["deletionTimestamp"] = "2026-01-01T10:00:31Z";
  EXPECT_EQ(next(), "nothing");
}

TEST_F(CronJobTest, what_still_runs_is_left_alone_waited_for_or_replaced) {
  job("old");
  active("old");
  now = at("10:10:00");
  EXPECT_TRUE(plan().create);
  EXPECT_TRUE(plan().replace.empty());
  spec(R"({"concurrencyPolicy": "Forbid"})");
  EXPECT_EQ(next(), "wait 600s");
  EXPECT_EQ(events(), Texts{"JobAlreadyActive: Not starting job because prior execution is running and concurrency "
                            "policy is Forbid"});
  spec(R"({"concurrencyPolicy": "Replace"})");
  EXPECT_TRUE(plan().create);
  EXPECT_EQ(testing::names(plan().replace), Texts{"old"});
}

TEST_F(CronJobTest, the_oldest_finished_jobs_go) {
  job("s1", "Complete", "10:00:01");
  job("s4", "Complete", "10:00:04");
  job("s2", "Complete", "10:00:02");
  job("s3", "Complete", "10:00:03");
  job("f2", "Failed", "10:00:02");
  job("f1", "Failed", "10:00:01");
  job("r1");
  EXPECT_EQ(testing::names(plan().expire), (Texts{"s1", "f1"}));
  spec(R"({"successfulJobsHistoryLimit": 0, "failedJobsHistoryLimit": 0})");
  EXPECT_EQ(plan().expire.size(), 6u);
  cron["spec"].erase("successfulJobsHistoryLimit");
  cron["spec"].erase("failedJobsHistoryLimit");
  EXPECT_TRUE(plan().expire.empty());
}

TEST_F(CronJobTest, jobs_that_are_over_or_gone_leave_the_active_ones) {
  for (const char* name : {"done", "bad", "gone", "runs"}) active(name);
  job("done", "Complete", "10:01:00");
  job("bad", "Failed");
  job("runs");
  job("stray");
  EXPECT_EQ(events(), (Texts{"SawCompletedJob: Saw completed job: done, condition: Complete",
                             "SawCompletedJob: Saw completed job: bad, condition: Failed",
                             "UnexpectedJob: Saw a job that the controller did not create or forgot: stray",
                             "MissingJob: Active job went missing: gone"}));
  const Plan p = plan();
  ASSERT_EQ(View(p.status)["active"].size(), 1u);
  EXPECT_EQ(View(p.status)["active"].at(0)["name"].as_string(), "runs");
  EXPECT_EQ(View(p.status)["lastSuccessfulTime"].as_string(), "2026-01-01T10:01:00Z");
}

TEST_F(CronJobTest, the_status_tells_what_was_made_and_removed) {
  job("old");
  active("old");
  spec(R"({"concurrencyPolicy": "Replace"})");
  now = at("10:10:00");
  const Plan p = plan();
  const Document made =
      testing::document(R"({"metadata": {"namespace": "default", "name": "new", "uid": "u", "resourceVersion": "7"}})");
  const auto status = next_status(known(), p, {.removed = {"uid-old"}, .created = made});
  ASSERT_TRUE(status);
  EXPECT_EQ(View(*status)["status"], View(testing::json(R"({"lastScheduleTime": "2026-01-01T10:10:00Z", "active": [
      {"kind": "Job", "namespace": "default", "name": "new", "uid": "u", "apiVersion": "batch/v1", "resourceVersion": "7"}]})")));
  now = at("10:05:00");
  EXPECT_FALSE(next_status(known(), plan(), {})) << "nothing new";
}

TEST_F(CronJobTest, a_schedule_that_can_not_be_is_told) {
  spec(R"({"schedule": "61 * * * *"})");
  EXPECT_EQ(events(), Texts{"UnparseableSchedule: unparseable schedule: \"61 * * * *\" : end of range (61) above "
                            "maximum (59): 61"});
  EXPECT_EQ(next(), "nothing");
  spec(R"({"schedule": "0 0 31 2 *"})");
  EXPECT_EQ(events(), Texts{"InvalidSchedule: invalid schedule: 0 0 31 2 * : time difference between two schedules is "
                            "less than 1 second"});
  spec(R"({"schedule": "0 0 1 * *", "timeZone": "Nowhere"})");
  EXPECT_EQ(events(), Texts{"UnknownTimeZone: invalid timeZone: \"Nowhere\": unknown time zone Nowhere"});
}

TEST_F(CronJobTest, intervals_are_counted_from_the_last_one) {
  spec(R"({"schedule": "@every 7m"})");
  now = at("10:07:29");
  EXPECT_EQ(next(), "wait 1s");
  now = at("10:07:30");
  EXPECT_TRUE(plan().create);
  now = at("10:30:00");
  EXPECT_EQ(object::format_time(*plan().scheduled), "2026-01-01T10:28:30Z");
}

}  // namespace
}  // namespace proa::controllers::cronjob
