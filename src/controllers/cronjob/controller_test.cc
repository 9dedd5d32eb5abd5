#include "controllers/cronjob/controller.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::cronjob {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;

struct CronJobControllerTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.put(resources::kCronJobs, R"({"apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"namespace": "default", "name": "tick"},
        "spec": {"schedule": "*/10 * * * *", "concurrencyPolicy": "Allow", "successfulJobsHistoryLimit": 1,
                 "failedJobsHistoryLimit": 1, "jobTemplate": {"spec": {}}}})");
    cluster.start();
  }
  Document tick() { return cluster.client.find(resources::kCronJobs, "default", "tick"); }
  std::vector<Document> jobs() { return cluster.all(resources::kJobs); }
  size_t active() { return tick()["status"]["active"].size(); }
  void spec(std::string_view members) {
    cluster.client.edit(resources::kCronJobs, "default", "tick",
                        [&](Value& v) { testing::set_members(v["spec"], members); });
    cluster.settle();
  }
  void finish(const Document& job) {
    cluster.client.edit(resources::kJobs, "default", object::name_of(job.root()), [](Value& v) {
      testing::set_members(v["status"], R"({"conditions": [{"type": "Complete", "status": "True"}]})");
    });
    cluster.settle();
  }
  size_t count(std::string_view reason) {
    size_t n = 0;
    for (const std::string& event : cluster.events("tick")) n += event.starts_with(reason);
    return n;
  }
};

TEST_F(CronJobControllerTest, makes_a_job_at_each_time_and_keeps_the_history_short) {
  EXPECT_TRUE(jobs().empty());
  cluster.executor.advance(10 * runtime::kMinute);
  ASSERT_EQ(jobs().size(), 1u);
  EXPECT_EQ(active(), 1u);
  finish(jobs()[0]);
  EXPECT_EQ(active(), 0u);
  cluster.executor.advance(10 * runtime::kMinute);
  ASSERT_EQ(jobs().size(), 2u);
  finish(jobs()[1]);
  EXPECT_EQ(jobs().size(), 1u) << "one finished job is kept";
  EXPECT_EQ(count("SuccessfulCreate: Created job tick-"), 2u);
  EXPECT_EQ(count("SawCompletedJob"), 2u);
  EXPECT_EQ(count("SuccessfulDelete: Deleted job tick-"), 1u);
  EXPECT_TRUE(cluster.controllers[0]->idle());
}

TEST_F(CronJobControllerTest, is_quiet_between_two_times) {
  cluster.executor.advance(10 * runtime::kMinute);
  cluster.take_writes();
  cluster.executor.advance(9 * runtime::kMinute);
  EXPECT_EQ(cluster.take_writes(), std::vector<std::string>());
}

TEST_F(CronJobControllerTest, a_schedule_that_changes_meets_no_time_of_the_past) {
  cluster.executor.advance(9 * runtime::kMinute);
  const size_t before = jobs().size();
  spec(R"({"schedule": "*/2 * * * *"})");
  EXPECT_EQ(jobs().size(), before);
  cluster.executor.advance(2 * runtime::kMinute);
  EXPECT_GT(jobs().size(), before);
  spec(R"({"schedule": "no"})");
  EXPECT_EQ(cluster.events("tick").back(), "UnParseableCronJobSchedule: unparseable schedule for cronjob: no");
}

TEST_F(CronJobControllerTest, replaces_what_still_runs) {
  spec(R"({"concurrencyPolicy": "Replace"})");
  cluster.executor.advance(10 * runtime::kMinute);
  const std::string first(object::name_of(jobs().at(0).root()));
  cluster.executor.advance(10 * runtime::kMinute);
  ASSERT_EQ(jobs().size(), 1u);
  EXPECT_NE(object::name_of(jobs()[0].root()), first);
  EXPECT_EQ(active(), 1u);
}

TEST_F(CronJobControllerTest, a_job_whose_making_was_not_put_on_record_is_found_again) {
  bool refuses = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& of, std::string_view) {
    return refuses && verb == "update" && of == resources::kCronJobs ? std::optional(base::internal_error("no"))
                                                                     : std::optional<Status>();
  };
  cluster.executor.advance(10 * runtime::kMinute);
  EXPECT_EQ(jobs().size(), 1u);
  EXPECT_EQ(active(), 0u);
  refuses = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(jobs().size(), 1u);
  EXPECT_EQ(active(), 1u);
}

TEST_F(CronJobControllerTest, what_can_not_be_made_is_told_and_tried_again) {
  bool refuses = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& of, std::string_view) {
    return refuses && verb == "create" && of == resources::kJobs
               ? std::optional(base::forbidden({"batch", "jobs"}, "", "exceeded quota"))
               : std::optional<Status>();
  };
  cluster.executor.advance(10 * runtime::kMinute);
  EXPECT_EQ(cluster.events("tick").back(), "FailedCreate: Error creating job: jobs.batch is forbidden: exceeded quota");
  refuses = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(active(), 1u);
}

}  // namespace
}  // namespace proa::controllers::cronjob
