#include "controllers/replicaset/controller.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::replicaset {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;

constexpr std::string_view kWeb = R"({"metadata": {"namespace": "default", "name": "web"},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
             "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c"}]}}}})";

struct ReplicaSetControllerTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override { cluster.add(make_controller(cluster.parts(), kReplicaSet)); }
  Document web() { return cluster.client.find(resources::kReplicaSets, "default", "web"); }
  void scale(int replicas) {
    cluster.client.edit(resources::kReplicaSets, "default", "web", [&](Value& v) {
      v["spec"]["replicas"] = replicas;
      v["metadata"]["generation"] = 2;
    });
    cluster.settle();
  }
};

TEST_F(ReplicaSetControllerTest, makes_pods_from_the_template_and_tells_so) {
  cluster.put(resources::kReplicaSets, kWeb);
  cluster.start();
  const auto pods = cluster.all(resources::kPods);
  ASSERT_EQ(pods.size(), 3u);
  const object::View pod = pods[0].root();
  EXPECT_EQ(pod["metadata"]["generateName"].as_string(), "web-");
  EXPECT_EQ(pod["metadata"]["labels"]["app"].as_string(), "web");
  EXPECT_EQ(pod["spec"]["containers"].at(0)["name"].as_string(), "c");
  EXPECT_EQ(object::to_json(pod["metadata"]["ownerReferences"].at(0)),
            R"({"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"uid-1",)"
            R"("controller":true,"blockOwnerDeletion":true})");
  EXPECT_EQ(cluster.events("web").size(), 3u);
  EXPECT_EQ(cluster.events("web")[0], "SuccessfulCreate: Created pod: " + std::string(object::name_of(pod)));
  EXPECT_EQ(web()["status"]["replicas"].as_int(), 3);
  EXPECT_TRUE(cluster.controllers[0]->idle());
}

TEST_F(ReplicaSetControllerTest, a_lagging_cache_does_not_create_twice) {
  cluster.start();
  cluster.put(resources::kReplicaSets, kWeb);
  cluster.settle();
  cluster.client.hold_watches(true);
  for (const Document& pod : cluster.all(resources::kPods))
    cluster.client.erase(resources::kPods, "default", object::name_of(pod.root()));
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_EQ(cluster.all(resources::kPods).size(), 3u);

  cluster.client.hold_watches(true);
  scale(5);
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_EQ(cluster.all(resources::kPods).size(), 5u);
}

TEST_F(ReplicaSetControllerTest, scales_down_and_tells_so) {
  cluster.put(resources::kReplicaSets, kWeb);
  cluster.start();
  scale(1);
  EXPECT_EQ(cluster.all(resources::kPods).size(), 1u);
  const auto events = cluster.events("web");
  EXPECT_EQ(std::count_if(events.begin(), events.end(),
                          [](const auto& e) { return e.starts_with("SuccessfulDelete: Deleted pod: web-"); }),
            2);
  EXPECT_EQ(web()["status"]["replicas"].as_int(), 1);
}

TEST_F(ReplicaSetControllerTest, a_refused_batch_stops_the_next_ones_and_is_retried) {
  int refused = 0;
  bool quota = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& resource,
                              std::string_view) -> std::optional<Status> {
    if (!quota || verb != "create" || resource != resources::kPods) return std::nullopt;
    ++refused;
    return base::forbidden({"", "pods"}, "", "exceeded quota");
  };
  cluster.put(resources::kReplicaSets, kWeb);
  cluster.informers.start();
  cluster.executor.settle();
  cluster.controllers[0]->start();
  cluster.executor.settle();
  EXPECT_LE(refused, 2) << "one try a round (the status that tells it starts another), not three";
  cluster.settle();
  EXPECT_EQ(web()["status"]["conditions"].at(0)["reason"].as_string(), "FailedCreate");
  EXPECT_TRUE(cluster.events("web")[0].starts_with("FailedCreate: Error creating: pods"));
  quota = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(cluster.all(resources::kPods).size(), 3u);
  EXPECT_FALSE(web()["status"]["conditions"].exists());
}

TEST_F(ReplicaSetControllerTest, an_orphan_is_adopted_and_a_relabelled_pod_released_and_replaced) {
  cluster.put(resources::kPods,
              R"({"metadata": {"namespace": "default", "name": "orphan", "labels": {"app": "web"}}})");
  cluster.put(resources::kReplicaSets, kWeb);
  cluster.start();
  EXPECT_EQ(cluster.all(resources::kPods).size(), 3u);
  const Document orphan = cluster.client.find(resources::kPods, "default", "orphan");
  EXPECT_TRUE(object::is_controlled_by(orphan.root(), object::uid_of(web().root())));
  cluster.client.edit(resources::kPods, "default", "orphan",
                      [](Value& v) { v["metadata"]["labels"]["app"] = "debug"; });
  cluster.settle();
  EXPECT_FALSE(cluster.client.find(resources::kPods, "default", "orphan")["metadata"]["ownerReferences"].exists());
  EXPECT_EQ(cluster.all(resources::kPods).size(), 4u);
}

TEST_F(ReplicaSetControllerTest, a_ready_pod_becomes_available_after_min_ready_seconds) {
  Value set = testing::json(kWeb);
  set["spec"]["replicas"] = 1;
  set["spec"]["minReadySeconds"] = 10;
  cluster.client.put(resources::kReplicaSets, std::move(set));
  cluster.start();
  const std::string pod(object::name_of(cluster.all(resources::kPods)[0].root()));
  cluster.client.edit(resources::kPods, "default", pod, [](Value& v) {
    v["status"] = testing::json(R"({"phase": "Running", "conditions": [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]})");
  });
  cluster.settle();
  EXPECT_EQ(web()["status"]["readyReplicas"].as_int(), 1);
  EXPECT_EQ(web()["status"]["availableReplicas"].as_int(), 0);
  cluster.executor.advance(10 * runtime::kSecond);
  EXPECT_EQ(web()["status"]["availableReplicas"].as_int(), 1);
}

}  // namespace
}  // namespace proa::controllers::replicaset
