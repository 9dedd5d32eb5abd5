#include "controllers/garbage_collector/controller.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::garbage_collector {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;

struct GarbageCollectorTest : ::testing::Test {
  Cluster cluster;
  schema::Registry registry;

  void SetUp() override { cluster.add(make_controller(cluster.parts(), registry)); }

  Document make(const client::Resource& resource, std::string_view name, const Document& owner = {}, bool blocks = true,
                std::string_view ns = "default") {
    Value object = Value::object();
    object["metadata"] = Value::object({{"name", name}, {"namespace", ns}});
    if (owner)
      object["metadata"]["ownerReferences"].push_back(Value::object({{"apiVersion", owner["apiVersion"].as_string()},
                                                                     {"kind", owner["kind"].as_string()},
                                                                     {"name", object::name_of(owner.root())},
                                                                     {"uid", object::uid_of(owner.root())},
                                                                     {"controller", true},
                                                                     {"blockOwnerDeletion", blocks}}));
    return cluster.client.put(resource, std::move(object));
  }
  void remove(const client::Resource& resource, std::string_view name, std::string_view policy) {
    client::DeleteOptions options;
    options.propagation_policy = policy;
    cluster.client.remove(resource, "default", name, options, [](Result<Document>) {});
    cluster.settle();
  }
  bool has(const client::Resource& resource, std::string_view name) {
    return static_cast<bool>(cluster.client.find(resource, "default", name));
  }
  /// A Deployment, its ReplicaSet, its pod.
  void make_tree() {
    const Document d = make(resources::kDeployments, "web");
    const Document rs = make(resources::kReplicaSets, "web-1", d);
    make(resources::kPods, "web-1-a", rs);
  }
};

TEST_F(GarbageCollectorTest, background_deletion_takes_the_whole_tree) {
  make_tree();
  cluster.start();
  EXPECT_TRUE(has(resources::kPods, "web-1-a"));
  remove(resources::kDeployments, "web", "Background");
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
  EXPECT_FALSE(has(resources::kPods, "web-1-a"));
}

TEST_F(GarbageCollectorTest, orphans_lose_the_reference_and_stay) {
  make_tree();
  cluster.start();
  remove(resources::kDeployments, "web", "Orphan");
  EXPECT_FALSE(has(resources::kDeployments, "web"));
  EXPECT_TRUE(has(resources::kReplicaSets, "web-1"));
  EXPECT_TRUE(cluster.client.find(resources::kReplicaSets, "default", "web-1")["metadata"]["ownerReferences"].empty());
  EXPECT_TRUE(has(resources::kPods, "web-1-a"));
}

TEST_F(GarbageCollectorTest, foreground_deletion_waits_for_the_leaves) {
  make_tree();
  cluster.client.edit(resources::kPods, "default", "web-1-a", [](Value& v) { v["spec"]["nodeName"] = "n1"; });
  cluster.start();
  remove(resources::kDeployments, "web", "Foreground");
  EXPECT_TRUE(has(resources::kDeployments, "web"));
  EXPECT_TRUE(has(resources::kReplicaSets, "web-1"));
  EXPECT_TRUE(object::is_deleting(cluster.client.find(resources::kPods, "default", "web-1-a").root()));
  cluster.client.erase(resources::kPods, "default", "web-1-a");
  cluster.settle();
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
  EXPECT_FALSE(has(resources::kDeployments, "web"));
}

TEST_F(GarbageCollectorTest, a_dependent_that_does_not_block_is_not_waited_for) {
  const Document d = make(resources::kDeployments, "web");
  make(resources::kReplicaSets, "web-1", d, false);
  cluster.start();
  remove(resources::kDeployments, "web", "Foreground");
  EXPECT_FALSE(has(resources::kDeployments, "web"));
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
}

TEST_F(GarbageCollectorTest, what_lost_its_owner_while_nobody_watched_goes_at_start) {
  make_tree();
  cluster.client.erase(resources::kDeployments, "default", "web");
  cluster.start();
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
  EXPECT_FALSE(has(resources::kPods, "web-1-a"));
}

TEST_F(GarbageCollectorTest, an_owner_of_that_name_but_another_uid_is_no_owner) {
  make_tree();
  cluster.start();
  cluster.client.hold_watches(true);
  cluster.client.erase(resources::kDeployments, "default", "web");
  make(resources::kDeployments, "web");
  cluster.client.hold_watches(false);
  cluster.settle();
  EXPECT_TRUE(has(resources::kDeployments, "web"));
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
}

TEST_F(GarbageCollectorTest, a_cache_that_lags_costs_no_object) {
  cluster.start();
  // The owner's informer does not see it yet, the dependent's does.
  const Document d = make(resources::kDeployments, "web");
  make(resources::kReplicaSets, "web-1", d);
  cluster.settle();
  EXPECT_TRUE(has(resources::kReplicaSets, "web-1"));
}

TEST_F(GarbageCollectorTest, an_owner_in_another_namespace_is_none_and_that_is_told) {
  const Document d = make(resources::kDeployments, "web", {}, true, "other");
  cluster.start();
  make(resources::kReplicaSets, "web-1", d);
  cluster.settle();
  EXPECT_FALSE(has(resources::kReplicaSets, "web-1"));
  ASSERT_EQ(cluster.events("web-1").size(), 1u);
  EXPECT_TRUE(
      cluster.events("web-1")[0].starts_with("OwnerRefInvalidNamespace: ownerRef [apps/v1/Deployment, "
                                             "namespace: default, name: web, uid: uid-1] does not exist"));
}

TEST_F(GarbageCollectorTest, an_owner_of_an_unknown_kind_keeps_its_dependents) {
  cluster.start();
  Value object = testing::json(R"({"metadata": {"name": "x", "namespace": "default", "ownerReferences": [
      {"apiVersion": "example.com/v1", "kind": "Thing", "name": "t", "uid": "u"}]}})");
  cluster.client.put(resources::kConfigMaps, std::move(object));
  cluster.settle();
  EXPECT_TRUE(has(resources::kConfigMaps, "x"));
}

TEST_F(GarbageCollectorTest, one_of_two_owners_is_enough) {
  const Document a = make(resources::kConfigMaps, "a"), b = make(resources::kConfigMaps, "b");
  make(resources::kSecrets, "s", a);
  cluster.client.edit(resources::kSecrets, "default", "s", [&](Value& v) {
    v["metadata"]["ownerReferences"].push_back(
        Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "b"}, {"uid", object::uid_of(b.root())}}));
  });
  cluster.start();
  remove(resources::kConfigMaps, "a", "Background");
  ASSERT_TRUE(has(resources::kSecrets, "s"));
  EXPECT_EQ(cluster.client.find(resources::kSecrets, "default", "s")["metadata"]["ownerReferences"].size(), 1u);
  remove(resources::kConfigMaps, "b", "Background");
  EXPECT_FALSE(has(resources::kSecrets, "s"));
}

}  // namespace
}  // namespace proa::controllers::garbage_collector
