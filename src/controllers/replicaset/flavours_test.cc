// ReplicaSets and ReplicationControllers behave alike: the same stories for both.
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/replicaset/controller.h"
#include "controllers/test_support.h"

namespace proa::controllers::replicaset {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;
using testing::json;

class Flavours : public ::testing::TestWithParam<const Flavour*> {
 protected:
  void SetUp() override { cluster.add(make_controller(cluster.parts(), flavour())); }

  const Flavour& flavour() const { return *GetParam(); }
  bool is_set() const { return flavour().resource.kind == "ReplicaSet"; }
  void put_owner(std::string_view name, int replicas, std::string_view app = "web", std::string_view more = "{}") {
    Value owner = json(
        R"({"metadata": {"namespace": "default"}, "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}})");
    owner["metadata"]["name"] = name;
    owner["spec"]["replicas"] = replicas;
    testing::set_members(owner["spec"], more);
    owner["spec"]["template"]["metadata"]["labels"]["app"] = app;
    (is_set() ? owner["spec"]["selector"]["matchLabels"] : owner["spec"]["selector"])["app"] = app;
    cluster.client.put(flavour().resource, std::move(owner));
  }
  Document owner(std::string_view name) { return cluster.client.find(flavour().resource, "default", name); }
  void edit(std::string_view name, const std::function<void(Value&)>& change) {
    cluster.client.edit(flavour().resource, "default", name, change);
    cluster.settle();
  }
  void orphan(std::string_view name, std::string_view app) {
    Value pod =
        json(R"({"metadata": {"namespace": "default"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}})");
    pod["metadata"]["name"] = name;
    pod["metadata"]["labels"]["app"] = app;
    cluster.client.put(resources::kPods, std::move(pod));
  }
  void pod(std::string_view name, const std::function<void(Value&)>& change) {
    cluster.client.edit(resources::kPods, "default", name, change);
    cluster.settle();
  }
  /// Pods of an owner that count.
  std::vector<std::string> pods_of(std::string_view name) {
    const Document own = owner(name);
    std::vector<std::string> found;
    for (const Document& p : cluster.all(resources::kPods))
      if (object::is_controlled_by(p.root(), object::uid_of(own.root())) && !object::is_deleting(p.root()) &&
          p["status"]["phase"].as_string() != "Failed")
        found.emplace_back(object::name_of(p.root()));
    return found;
  }

  Cluster cluster;
};

TEST_P(Flavours, pods_that_fail_vanish_or_are_deleted_are_replaced) {
  put_owner("web", 3);
  cluster.start();
  auto pods = pods_of("web");
  ASSERT_EQ(pods.size(), 3u);
  pod(pods[0], [](Value& v) { v["status"]["phase"] = "Failed"; });
  EXPECT_EQ(pods_of("web").size(), 3u);
  cluster.client.erase(resources::kPods, "default", pods[1]);
  cluster.settle();
  EXPECT_EQ(pods_of("web").size(), 3u);
  pod(pods[2], [](Value& v) { v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
  EXPECT_EQ(pods_of("web").size(), 3u) << "one that is on its way out is replaced at once";
  EXPECT_EQ(owner("web")["status"]["replicas"].as_int(), 3);
}

TEST_P(Flavours, orphans_are_adopted_and_too_many_of_them_deleted) {
  for (const char* name : {"a", "b", "c"}) orphan(name, "web");
  orphan("stranger", "db");
  put_owner("web", 2);
  cluster.start();
  EXPECT_EQ(pods_of("web").size(), 2u);
  EXPECT_TRUE(cluster.client.find(resources::kPods, "default", "stranger")["metadata"]["ownerReferences"].empty());
  EXPECT_EQ(cluster.all(resources::kPods).size(), 4u) << "nothing was made anew";
}

TEST_P(Flavours, a_pod_may_change_hands) {
  put_owner("web", 1);
  put_owner("db", 1, "db");
  cluster.start();
  const std::string first = pods_of("web").at(0);
  pod(first, [](Value& v) { v["metadata"]["labels"]["app"] = "db"; });
  EXPECT_EQ(pods_of("web").size(), 1u);
  EXPECT_NE(pods_of("web").at(0), first);
  EXPECT_EQ(pods_of("db").size(), 1u) << "it had one already: of two, one goes";
}

TEST_P(Flavours, a_dying_owner_makes_and_takes_nothing) {
  put_owner("web", 2);
  cluster.start();
  edit("web", [](Value& v) { v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
  cluster.take_writes();
  orphan("late", "web");
  cluster.client.erase(resources::kPods, "default", pods_of("web").at(0));
  cluster.settle();
  EXPECT_EQ(pods_of("web").size(), 1u);
  for (const std::string& write : cluster.take_writes()) EXPECT_EQ(write.find("pods "), std::string::npos) << write;
}

TEST_P(Flavours, scaling_to_nothing_and_back) {
  put_owner("web", 4);
  cluster.start();
  edit("web", [](Value& v) { v["spec"]["replicas"] = 0; });
  EXPECT_TRUE(pods_of("web").empty());
  EXPECT_EQ(owner("web")["status"]["replicas"].as_int(), 0);
  edit("web", [](Value& v) { v["spec"]["replicas"] = 2; });
  EXPECT_EQ(pods_of("web").size(), 2u);
}

TEST_P(Flavours, readiness_counts_at_once_and_availability_after_its_time) {
  put_owner("web", 1, "web", R"({"minReadySeconds": 30})");
  cluster.start();
  pod(pods_of("web").at(0), [&](Value& v) {
    v["status"] = json(R"({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]})");
    v["status"]["conditions"].items()[0]["lastTransitionTime"] = object::format_time(cluster.executor.wall());
  });
  EXPECT_EQ(owner("web")["status"]["readyReplicas"].as_int(), 1);
  EXPECT_EQ(owner("web")["status"]["availableReplicas"].as_int(), 0);
  cluster.executor.advance(25 * runtime::kSecond);
  EXPECT_EQ(owner("web")["status"]["availableReplicas"].as_int(), 0);
  cluster.executor.advance(10 * runtime::kSecond);
  EXPECT_EQ(owner("web")["status"]["availableReplicas"].as_int(), 1);
}

TEST_P(Flavours, a_quota_that_is_used_up_is_told_and_tried_again) {
  bool full = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource& resource, std::string_view) {
    return full && verb == "create" && resource == resources::kPods
               ? std::optional(base::forbidden({"", "pods"}, "web-1", "exceeded quota: q"))
               : std::nullopt;
  };
  put_owner("web", 3);
  cluster.start();
  const Document refused = owner("web");
  const View failure = refused["status"]["conditions"].at(0);
  EXPECT_EQ(failure["type"].str() + " " + failure["reason"].str() + ": " + failure["message"].str(),
            R"(ReplicaFailure FailedCreate: pods "web-1" is forbidden: exceeded quota: q)");
  EXPECT_EQ(cluster.events("web").at(0),
            R"(FailedCreate: Error creating: pods "web-1" is forbidden: exceeded quota: q)");
  full = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_EQ(pods_of("web").size(), 3u);
  EXPECT_TRUE(owner("web")["status"]["conditions"].empty());
}

TEST_P(Flavours, only_replica_sets_tell_of_terminating_pods) {
  put_owner("web", 1);
  cluster.start();
  pod(pods_of("web").at(0), [](Value& v) {
    v["spec"]["nodeName"] = "n";
    v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  });
  EXPECT_EQ(owner("web")["status"].has("terminatingReplicas"), is_set());
  EXPECT_EQ(owner("web")["status"]["terminatingReplicas"].as_int(), is_set() ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Both, Flavours, ::testing::Values(&kReplicaSet, &kReplicationController),
                         [](const auto& flavour) { return std::string(flavour.param->resource.kind); });

}  // namespace
}  // namespace proa::controllers::replicaset
