// The loops of Deployments and ReplicaSets together, over a fake client with a node that starts every pod.
#include "controllers/deployment/controller.h"

#include <set>

#include <gtest/gtest.h>

#include "controllers/deployment/test_objects.h"
#include "controllers/replicaset/controller.h"
#include "controllers/test_support.h"
#include "controllers/workload/template_hash.h"

namespace proa::controllers::deployment {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;

struct DeploymentControllerTest : ::testing::Test {
  Cluster cluster;
  std::set<std::string> broken = {"broken"};  // images that never get ready
  int64_t most = 0, least = 1000;             // pods that are not terminating; available pods

  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.add(replicaset::make_controller(cluster.parts(), replicaset::kReplicaSet));
  }
  void create(Value deployment) {
    deployment["metadata"].erase("uid");
    cluster.client.put(resources::kDeployments, std::move(deployment));
  }
  Document web() { return cluster.client.find(resources::kDeployments, "default", "web"); }
  void edit(const std::function<void(Value&)>& change) {
    cluster.client.edit(resources::kDeployments, "default", "web", [&](Value& v) {
      change(v);
      v["metadata"]["generation"] = object::generation_of(View(v)) + 1;
    });
  }
  /// The node: a second after it was made, a pod runs and is ready; a second after it was deleted, it is gone.
  void node_step() {
    for (const Document& pod : cluster.all(resources::kPods)) {
      const std::string name(object::name_of(pod.root()));
      if (object::is_deleting(pod.root())) {
        cluster.client.erase(resources::kPods, "default", name);
      } else if (!pod["status"]["phase"].exists()) {
        const bool ready = !broken.contains(pod["spec"]["containers"].at(0)["image"].str());
        cluster.client.edit(resources::kPods, "default", name, [&](Value& v) {
          v["spec"]["nodeName"] = "n1";
          v["status"]["phase"] = "Running";
          v["status"]["conditions"] =
              Value::array({Value::object({{"type", "Ready"},
                                           {"status", ready ? "True" : "False"},
                                           {"lastTransitionTime", object::format_time(cluster.executor.wall())}})});
        });
      }
    }
  }
  void observe() {
    int64_t alive = 0, ready = 0;
    for (const Document& pod : cluster.all(resources::kPods)) {
      if (object::is_deleting(pod.root())) continue;
      ++alive;
      ready += pod["status"]["conditions"].at(0)["status"].as_string() == "True";
    }
    most = std::max(most, alive);
    least = std::min(least, ready);
  }
  void run(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      node_step();
      for (int tick = 0; tick < 10; ++tick) {
        cluster.executor.advance(100 * runtime::kMillisecond);
        observe();
      }
    }
  }
  std::string condition(std::string_view type) {
    for (const View c : web()["status"]["conditions"].items())
      if (c["type"].as_string() == type) return c["status"].str() + " " + c["reason"].str();
    return "";
  }
};

TEST_F(DeploymentControllerTest, rolls_out_and_settles) {
  create(make_deployment("web", 3));
  cluster.start();
  run(5);
  EXPECT_EQ(web()["status"]["availableReplicas"].as_int(), 3);
  EXPECT_EQ(condition("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_EQ(web()["metadata"]["annotations"][kRevision].as_string(), "1");
  cluster.take_writes();
  cluster.executor.advance(20 * runtime::kMinute);
  EXPECT_TRUE(cluster.take_writes().empty()) << "a settled cluster is quiet";
}

TEST_F(DeploymentControllerTest, an_update_keeps_surge_and_availability) {
  create(make_deployment("web", 4));
  cluster.start();
  run(5);
  most = 0, least = 1000;
  edit([](Value& v) { set_image(v, "v2"); });
  run(20);
  EXPECT_EQ(condition("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_EQ(most, 5);
  EXPECT_EQ(least, 3);
  for (const Document& pod : cluster.all(resources::kPods))
    EXPECT_EQ(pod["spec"]["containers"].at(0)["image"].as_string(), "v2");
  const auto events = cluster.events("web");
  EXPECT_EQ(events.front().substr(0, 40), "ScalingReplicaSet: Scaled up replica set");
  EXPECT_TRUE(events.back().ends_with("from 1 to 0")) << events.back();
}

TEST_F(DeploymentControllerTest, a_broken_update_stops_misses_its_deadline_and_can_be_undone) {
  Value d = make_deployment("web", 3);
  d["spec"]["progressDeadlineSeconds"] = 10;
  create(std::move(d));
  cluster.start();
  run(5);
  least = 1000;
  edit([](Value& v) { set_image(v, "broken"); });
  run(30);
  EXPECT_EQ(condition("Progressing"), "False ProgressDeadlineExceeded");
  EXPECT_EQ(least, 3) << "maxUnavailable rounds down to 0";
  edit([](Value& v) { set_image(v, "v1"); });
  run(10);
  EXPECT_EQ(condition("Progressing"), "True NewReplicaSetAvailable");
  EXPECT_EQ(web()["metadata"]["annotations"][kRevision].as_string(), "3");
  EXPECT_EQ(cluster.all(resources::kReplicaSets).size(), 2u);
}

TEST_F(DeploymentControllerTest, recreate_never_runs_old_and_new_together) {
  Value d = make_deployment("web", 3);
  d["spec"]["strategy"] = testing::json(R"({"type": "Recreate"})");
  create(std::move(d));
  cluster.start();
  run(5);
  edit([](Value& v) { set_image(v, "v2"); });
  for (int i = 0; i < 10; ++i) {
    run(1);
    std::set<std::string> images;
    for (const Document& pod : cluster.all(resources::kPods))
      images.insert(pod["spec"]["containers"].at(0)["image"].str());
    EXPECT_LE(images.size(), 1u);
  }
  EXPECT_EQ(condition("Progressing"), "True NewReplicaSetAvailable");
}

TEST_F(DeploymentControllerTest, a_name_taken_by_another_template_changes_the_hash) {
  Value d = make_deployment("web", 1);
  const std::string hash = template_hash(View(d)["spec"]["template"], {});
  Value squatter = make_set(make_deployment("other", 1), 1, 0, 0);
  squatter["metadata"]["name"] = "web-" + hash;
  squatter["metadata"]["ownerReferences"].push_back(Value::object({{"uid", "x"}, {"controller", true}}));
  cluster.client.put(resources::kReplicaSets, std::move(squatter));
  create(std::move(d));
  cluster.start();
  run(5);
  EXPECT_EQ(web()["status"]["collisionCount"].as_int(), 1);
  EXPECT_EQ(web()["status"]["availableReplicas"].as_int(), 1);
}

TEST_F(DeploymentControllerTest, conflicts_are_retried) {
  int conflicts = 0;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& resource,
                              std::string_view name) -> std::optional<Status> {
    if (verb != "update" || ++conflicts % 2 == 0) return std::nullopt;
    return base::modified_conflict({std::string(resource.group), std::string(resource.name)}, name);
  };
  create(make_deployment("web", 3));
  cluster.start();
  run(10);
  EXPECT_EQ(condition("Progressing"), "True NewReplicaSetAvailable");
}

}  // namespace
}  // namespace proa::controllers::deployment
