#include "controllers/statefulset/controller.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::statefulset {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;

constexpr std::string_view kWeb = R"({"metadata": {"namespace": "default", "name": "web", "generation": 1},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "podManagementPolicy": "OrderedReady",
             "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
             "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {}}],
             "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c"}]}}}})";

struct StatefulSetControllerTest : ::testing::Test {
  Cluster cluster;
  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.put(resources::kStatefulSets, kWeb);
    cluster.start();
  }
  Document web() { return cluster.client.find(resources::kStatefulSets, "default", "web"); }
  std::vector<std::string> pods() { return testing::names(cluster.all(resources::kPods)); }
  void edit(const std::function<void(Value&)>& change) {
    cluster.client.edit(resources::kStatefulSets, "default", "web", [&](Value& v) {
      change(v);
      v["metadata"]["generation"] = object::generation_of(v) + 1;
    });
    cluster.settle();
  }
  void make_ready() {
    for (const Document& pod : cluster.all(resources::kPods))
      cluster.client.edit(resources::kPods, "default", object::name_of(pod.root()), [](Value& v) {
        testing::set_members(v, R"({"status": {"phase": "Running", "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2020-01-01T00:00:00Z"}]}})");
      });
    cluster.settle();
  }
};

TEST_F(StatefulSetControllerTest, makes_pods_in_order_with_their_claims_and_tells_so) {
  EXPECT_EQ(pods(), std::vector<std::string>{"web-0"});
  make_ready();
  EXPECT_EQ(pods(), (std::vector<std::string>{"web-0", "web-1"}));
  make_ready();
  EXPECT_EQ(testing::names(cluster.all(resources::kPersistentVolumeClaims)),
            (std::vector<std::string>{"data-web-0", "data-web-1"}));
  EXPECT_EQ(cluster.events("web"),
            (std::vector<std::string>{"SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success",
                                      "SuccessfulCreate: Create Pod web-0 in StatefulSet web successful",
                                      "SuccessfulCreate: Create Claim data-web-1 Pod web-1 in StatefulSet web success",
                                      "SuccessfulCreate: Create Pod web-1 in StatefulSet web successful"}));
  EXPECT_EQ(web()["status"]["readyReplicas"].as_int(), 2);
  EXPECT_EQ(web()["status"]["currentRevision"].as_string(), web()["status"]["updateRevision"].as_string());
  EXPECT_TRUE(cluster.controllers[0]->idle());
}

TEST_F(StatefulSetControllerTest, a_deleted_pod_comes_again_under_its_name_with_its_claim) {
  make_ready();
  make_ready();
  cluster.client.erase(resources::kPods, "default", "web-0");
  cluster.settle();
  EXPECT_EQ(pods(), (std::vector<std::string>{"web-0", "web-1"}));
  EXPECT_EQ(cluster.all(resources::kPersistentVolumeClaims).size(), 2u);
}

TEST_F(StatefulSetControllerTest, an_update_ends_with_one_revision) {
  make_ready();
  make_ready();
  const std::string first = web()["status"]["currentRevision"].str();
  edit([](Value& v) { v["spec"]["template"]["spec"]["containers"].items()[0].set("image", "b"); });
  EXPECT_EQ(web()["status"]["currentRevision"].as_string(), first);
  EXPECT_EQ(web()["status"]["updatedReplicas"].as_int(), 1);
  make_ready();
  make_ready();
  EXPECT_EQ(web()["status"]["updatedReplicas"].as_int(), 2);
  EXPECT_NE(web()["status"]["currentRevision"].as_string(), first);
  EXPECT_EQ(cluster.all(resources::kControllerRevisions).size(), 2u);
}

TEST_F(StatefulSetControllerTest, a_lagging_cache_does_nothing_twice) {
  make_ready();
  make_ready();
  cluster.take_writes();
  cluster.client.hold_watches(true);
  cluster.client.erase(resources::kPods, "default", "web-1");
  edit([](Value& v) { v["metadata"]["labels"]["x"] = "y"; });
  cluster.client.hold_watches(false);
  cluster.settle();
  int made = 0;
  for (const std::string& write : cluster.take_writes()) made += write == "create pods default/web-1";
  EXPECT_EQ(made, 1);
}

TEST_F(StatefulSetControllerTest, what_fails_is_told_and_tried_again) {
  cluster.client.refuse = [](std::string_view verb, const client::Resource& of, std::string_view) {
    if (verb != "create" || of != resources::kPods) return std::optional<Status>();
    return std::optional(base::forbidden({"", "pods"}, "", "exceeded quota"));
  };
  make_ready();
  EXPECT_EQ(cluster.events("web").back(),
            "FailedCreate: Create Pod web-1 in StatefulSet web failed error: pods is forbidden: exceeded quota");
  EXPECT_EQ(web()["status"]["readyReplicas"].as_int(), 1) << "the status is told all the same";
  cluster.client.refuse = nullptr;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(pods(), (std::vector<std::string>{"web-0", "web-1"}));
}

}  // namespace
}  // namespace proa::controllers::statefulset
