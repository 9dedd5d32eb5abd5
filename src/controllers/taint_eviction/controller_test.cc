#include "controllers/taint_eviction/controller.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::taint_eviction {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using testing::Cluster;
using testing::json;

struct TaintEvictionTest : ::testing::Test {
  Cluster cluster;

  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.put(resources::kNodes, R"({"metadata": {"name": "n"}, "spec": {}})");
  }
  void pod(std::string_view name, std::string_view tolerations, std::string_view node = "n") {
    Value pod = json(R"({"metadata": {"namespace": "default"}, "spec": {}})");
    pod["metadata"]["name"] = name;
    if (!node.empty()) pod["spec"]["nodeName"] = node;
    pod["spec"]["tolerations"] = json(tolerations);
    cluster.client.put(resources::kPods, std::move(pod));
  }
  void taint(std::string_view taints) {
    cluster.client.edit(resources::kNodes, "", "n", [&](Value& v) { v["spec"]["taints"] = json(taints); });
    cluster.settle();
  }
  bool going(std::string_view name) {
    return object::is_deleting(cluster.client.find(resources::kPods, "default", name).root());
  }
  void after(int seconds) { cluster.executor.advance(seconds * runtime::kSecond); }
};

constexpr const char* kTaint = R"([{"key": "k", "effect": "NoExecute"}])";
constexpr const char* kForAMinute = R"([{"key": "k", "operator": "Exists", "tolerationSeconds": 60}])";

TEST_F(TaintEvictionTest, pods_go_at_once_later_or_never) {
  pod("strict", "[]");
  pod("patient", kForAMinute);
  pod("stoic", R"([{"key": "k", "operator": "Exists"}])");
  pod("elsewhere", "[]", "other");
  pod("waiting", "[]", "");
  cluster.start();
  taint(kTaint);
  EXPECT_TRUE(going("strict"));
  EXPECT_FALSE(going("patient"));
  after(59);
  EXPECT_FALSE(going("patient"));
  after(2);
  EXPECT_TRUE(going("patient"));
  after(3600);
  for (const char* name : {"stoic", "elsewhere", "waiting"}) EXPECT_FALSE(going(name)) << name;
}

TEST_F(TaintEvictionTest, a_taint_that_goes_in_time_spares_the_pod_and_the_next_one_begins_anew) {
  pod("p", kForAMinute);
  cluster.start();
  taint(kTaint);
  after(50);
  taint("[]");
  EXPECT_EQ(cluster.events("p").back(), "TaintManagerEviction: Cancelling deletion of Pod default/p");
  after(60);
  EXPECT_FALSE(going("p"));
  taint(kTaint);
  after(50);
  EXPECT_FALSE(going("p")) << "its minute begins with the second taint";
  after(20);
  EXPECT_TRUE(going("p"));
}

TEST_F(TaintEvictionTest, a_pod_that_comes_to_a_tainted_node_has_its_own_time) {
  cluster.start();
  taint(kTaint);
  after(100);
  pod("late", kForAMinute);
  cluster.settle();
  after(50);
  EXPECT_FALSE(going("late"));
  after(20);
  EXPECT_TRUE(going("late"));
}

TEST_F(TaintEvictionTest, a_refused_deletion_is_tried_again) {
  bool broken = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource&, std::string_view) {
    return broken && verb == "delete" ? std::optional(base::internal_error("no")) : std::nullopt;
  };
  pod("p", "[]");
  cluster.start();
  taint(kTaint);
  EXPECT_FALSE(going("p"));
  broken = false;
  after(60);
  EXPECT_TRUE(going("p"));
}

TEST_F(TaintEvictionTest, another_pod_of_that_name_is_not_mistaken_for_the_first) {
  pod("p", kForAMinute);
  cluster.start();
  taint(kTaint);
  after(30);
  cluster.client.erase(resources::kPods, "default", "p");
  cluster.settle();
  pod("p", kForAMinute);
  cluster.settle();
  after(40);
  EXPECT_FALSE(going("p"));
}

}  // namespace
}  // namespace proa::controllers::taint_eviction
