#include "controllers/ttl_after_finished/controller.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::ttl_after_finished {
namespace {

namespace resources = client::resources;
using object::Value;
using testing::Cluster;

constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01T00:00:00Z

TEST(TtlAfterFinished, is_counted_from_the_end_of_the_job) {
  Value job = testing::json(R"({"spec": {"ttlSecondsAfterFinished": 60}, "status": {"conditions": [
      {"type": "Failed", "status": "True", "lastTransitionTime": "2025-12-31T23:59:30Z"}]}})");
  EXPECT_EQ(time_left_ns(job, kNow), 30 * object::kSecondNs);
  job["spec"]["ttlSecondsAfterFinished"] = 0;
  EXPECT_EQ(time_left_ns(job, kNow), -30 * object::kSecondNs);
  job["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_FALSE(time_left_ns(job, kNow)) << "it goes already";
  job["metadata"].erase("deletionTimestamp");
  job["status"]["conditions"].items()[0]["status"] = "False";
  EXPECT_FALSE(time_left_ns(job, kNow)) << "it is not over";
  job["status"]["conditions"].items()[0] = testing::json(R"({"type": "Complete", "status": "True"})");
  EXPECT_FALSE(time_left_ns(job, kNow)) << "nobody knows when it was over";
  job["spec"].erase("ttlSecondsAfterFinished");
  EXPECT_FALSE(time_left_ns(job, kNow));
}

struct TtlTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.put(resources::kJobs, R"({"metadata": {"namespace": "default", "name": "done"},
        "spec": {"ttlSecondsAfterFinished": 60}})");
    cluster.start();
  }
  void finish() {
    const std::string time = object::format_time(cluster.executor.clock().wall());
    cluster.client.edit(resources::kJobs, "default", "done", [&](Value& v) {
      Value condition = testing::json(R"({"type": "Complete", "status": "True"})");
      condition.set("lastTransitionTime", time);
      v["status"]["conditions"].push_back(std::move(condition));
    });
    cluster.settle();
  }
  /// With its pods first.
  bool is_going() {
    const object::Document job = cluster.client.find(resources::kJobs, "default", "done");
    return object::is_deleting(job.root()) && job["metadata"]["finalizers"].at(0).as_string() == "foregroundDeletion";
  }
};

TEST_F(TtlTest, a_finished_job_goes_when_its_time_is_over) {
  cluster.executor.advance(60 * runtime::kMinute);
  EXPECT_FALSE(is_going()) << "it is not over";
  finish();
  cluster.executor.advance(50 * runtime::kSecond);
  EXPECT_FALSE(is_going());
  cluster.executor.advance(20 * runtime::kSecond);
  EXPECT_TRUE(is_going());
}

TEST_F(TtlTest, a_time_that_was_lengthened_meanwhile_counts) {
  finish();
  cluster.client.hold_watches(true);
  cluster.client.edit(resources::kJobs, "default", "done",
                      [](Value& v) { v["spec"]["ttlSecondsAfterFinished"] = 3600; });
  cluster.executor.advance(2 * runtime::kMinute);
  EXPECT_FALSE(is_going()) << "what the API holds decides, not the cache";
  cluster.client.hold_watches(false);
  cluster.executor.advance(60 * runtime::kMinute);
  EXPECT_TRUE(is_going());
}

}  // namespace
}  // namespace proa::controllers::ttl_after_finished
