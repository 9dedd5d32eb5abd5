#include "controllers/job/controller.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controllers/job/job_pods.h"
#include "controllers/job/orphans.h"
#include "controllers/test_support.h"

namespace proa::controllers::job {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;

constexpr std::string_view kSum = R"({"apiVersion": "batch/v1", "kind": "Job",
    "metadata": {"namespace": "default", "name": "sum", "generation": 1},
    "spec": {"parallelism": 2, "completions": 3, "backoffLimit": 1, "completionMode": "NonIndexed",
             "podReplacementPolicy": "TerminatingOrFailed", "selector": {"matchLabels": {"job": "sum"}},
             "template": {"metadata": {"labels": {"job": "sum"}}, "spec": {"restartPolicy": "Never", "containers": [{"name": "c"}]}}}})";

struct JobControllerTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.add(make_orphan_controller(cluster.parts()));
    cluster.put(resources::kJobs, kSum);
    cluster.start();
  }
  Document sum() { return cluster.client.find(resources::kJobs, "default", "sum"); }
  int64_t count(std::string_view name) { return sum()["status"][object::Key(name)].as_int(); }
  std::vector<Document> pods() { return cluster.all(resources::kPods); }
  size_t tracked() {
    return static_cast<size_t>(std::ranges::count_if(pods(), [](const Document& p) { return is_tracked(p.root()); }));
  }
  /// Ends pods that have not ended yet, `most` of them.
  void end_pods(std::string_view phase, size_t most) {
    for (const Document& pod : pods()) {
      if (!pod["status"]["phase"].as_string().empty() || most-- == 0) continue;
      cluster.client.edit(resources::kPods, "default", object::name_of(pod.root()),
                          [&](Value& v) { v["status"]["phase"] = phase; });
    }
    cluster.settle();
  }
};

TEST_F(JobControllerTest, runs_its_pods_and_is_complete) {
  EXPECT_EQ(pods().size(), 2u);
  EXPECT_EQ(count("active"), 2);
  end_pods("Succeeded", 1);
  EXPECT_EQ(pods().size(), 3u);
  end_pods("Succeeded", 2);
  EXPECT_EQ(count("succeeded"), 3);
  EXPECT_EQ(tracked(), 0u);
  EXPECT_TRUE(is_finished(sum().root()));
  EXPECT_EQ(cluster.events("sum").back(), "Completed: Job completed");
  EXPECT_EQ(cluster.events("sum").size(), 4u) << "three creations, and the end";
  EXPECT_TRUE(cluster.controllers[0]->idle());
}

TEST_F(JobControllerTest, is_quiet_once_it_is_over) {
  end_pods("Succeeded", 1);
  end_pods("Succeeded", 2);
  cluster.take_writes();
  cluster.client.edit(resources::kJobs, "default", "sum", [](Value& v) { v["metadata"]["labels"]["a"] = "b"; });
  cluster.executor.advance(60 * runtime::kMinute);
  EXPECT_EQ(cluster.take_writes(), std::vector<std::string>());
}

TEST_F(JobControllerTest, fails_after_its_limit_and_takes_the_rest_down) {
  end_pods("Failed", 1);
  EXPECT_EQ(count("failed"), 1);
  EXPECT_EQ(pods().size(), 2u) << "it waits before it tries again";
  cluster.executor.advance(11 * runtime::kSecond);
  EXPECT_EQ(pods().size(), 3u);
  end_pods("Failed", 1);
  EXPECT_TRUE(is_finished(sum().root()));
  EXPECT_EQ(cluster.events("sum").back(), "BackoffLimitExceeded: Job has reached the specified backoff limit");
  EXPECT_EQ(tracked(), 0u);
}

TEST_F(JobControllerTest, a_lagging_cache_makes_no_pod_twice) {
  cluster.client.hold_watches(true);
  end_pods("Succeeded", 1);
  cluster.client.edit(resources::kJobs, "default", "sum", [](Value& v) { v["metadata"]["labels"]["a"] = "b"; });
  cluster.settle();
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_EQ(pods().size(), 3u);
  EXPECT_EQ(count("succeeded"), 1);
}

TEST_F(JobControllerTest, refused_writes_are_tried_again_and_nothing_is_counted_twice) {
  std::string refused = "update";  // the status
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& of, std::string_view) {
    return verb == refused && of != resources::kEvents ? std::optional(base::internal_error("no"))
                                                       : std::optional<Status>();
  };
  end_pods("Succeeded", 1);
  EXPECT_EQ(tracked(), pods().size()) << "no finalizer goes before the end is on record";
  refused = "patch";  // the finalizers
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(count("succeeded"), 0);
  EXPECT_EQ(sum()["status"]["uncountedTerminatedPods"]["succeeded"].size(), 1u);
  refused.clear();
  end_pods("Succeeded", 1);
  EXPECT_EQ(count("succeeded"), 2);
  cluster.executor.advance(20 * runtime::kMinute);
  end_pods("Succeeded", 9);
  EXPECT_EQ(count("succeeded"), 3);
  EXPECT_TRUE(is_finished(sum().root()));
}

TEST_F(JobControllerTest, what_the_api_refuses_to_make_is_told_and_tried_again) {
  cluster.client.refuse = [](std::string_view verb, const client::Resource& of, std::string_view) {
    if (verb != "create" || of != resources::kPods) return std::optional<Status>();
    return std::optional(base::forbidden({"", "pods"}, "", "exceeded quota"));
  };
  end_pods("Succeeded", 1);
  EXPECT_EQ(cluster.events("sum").back(), "FailedCreate: Error creating: pods is forbidden: exceeded quota");
  EXPECT_EQ(count("succeeded"), 1) << "the status is told all the same";
  EXPECT_EQ(count("active"), 1);
  cluster.client.refuse = nullptr;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(pods().size(), 3u);
}

TEST_F(JobControllerTest, another_controllers_job_is_left_alone) {
  Value other = testing::json(kSum);
  other["metadata"]["name"] = "other";
  other["spec"].set("managedBy", "example.com/mine");
  other["spec"]["selector"] = testing::json(R"({"matchLabels": {"job": "other"}})");
  cluster.take_writes();
  cluster.client.put(resources::kJobs, other);
  cluster.settle();
  EXPECT_EQ(cluster.take_writes(), std::vector<std::string>());
}

TEST_F(JobControllerTest, an_orphan_is_adopted_and_counted) {
  cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "mine", "labels": {"job": "sum"}},
      "status": {"phase": "Succeeded"}})");
  cluster.settle();
  const Document pod = cluster.client.find(resources::kPods, "default", "mine");
  EXPECT_TRUE(object::is_controlled_by(pod.root(), object::uid_of(sum().root())));
  EXPECT_FALSE(is_tracked(pod.root())) << "it was for a moment, or it would not be counted";
  EXPECT_EQ(count("succeeded"), 1);
}

TEST_F(JobControllerTest, pods_of_a_job_that_is_gone_or_over_are_freed) {
  EXPECT_EQ(tracked(), 2u);
  cluster.client.erase(resources::kJobs, "default", "sum");
  cluster.settle();
  EXPECT_EQ(tracked(), 0u);
  cluster.put(resources::kPods, R"({"metadata": {"namespace": "default", "name": "stray",
      "finalizers": ["batch.kubernetes.io/job-tracking"]}})");
  cluster.settle();
  EXPECT_EQ(tracked(), 0u);
}

TEST(JobOrphans, are_pods_that_nobody_counts) {
  const auto pod = [](std::string_view owners, std::string_view finalizer = kTrackingFinalizer) {
    Value made = testing::json(R"({"metadata": {"finalizers": []}})");
    made["metadata"]["finalizers"].push_back(finalizer);
    made["metadata"]["ownerReferences"] = testing::json(owners);
    return Document::freeze(std::move(made));
  };
  constexpr std::string_view kOfJob = R"([{"controller": true, "apiVersion": "batch/v1", "kind": "Job"}])";
  const Document running = testing::document("{}"), elsewhere = testing::document(R"({"spec": {"managedBy": "a/b"},
      "status": {"conditions": [{"type": "Failed", "status": "True"}]}})"),
                 over = testing::document(R"({"status": {"conditions": [{"type": "Failed", "status": "True"}]}})");
  EXPECT_TRUE(is_orphan(pod("[]").root(), {}));
  EXPECT_TRUE(is_orphan(pod(kOfJob).root(), {}));
  EXPECT_TRUE(is_orphan(pod(kOfJob).root(), over));
  EXPECT_FALSE(is_orphan(pod(kOfJob).root(), running));
  EXPECT_FALSE(is_orphan(pod(kOfJob).root(), elsewhere));
  EXPECT_FALSE(is_orphan(pod(kOfJob, "example.com/other").root(), {}));
  EXPECT_FALSE(is_orphan(pod(R"([{"controller": true, "apiVersion": "example.com/v1", "kind": "Job"}])").root(), {}));
}

}  // namespace
}  // namespace proa::controllers::job
