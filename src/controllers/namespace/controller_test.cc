#include "controllers/namespace/controller.h"

#include <gtest/gtest.h>

#include "controllers/namespace/plan.h"
#include "controllers/serviceaccount/controller.h"
#include "controllers/test_support.h"

namespace proa::controllers::ns {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;

struct NamespaceTest : ::testing::Test {
  Cluster cluster;
  schema::Registry registry;

  void SetUp() override {
    cluster.put(resources::kNamespaces, R"({"metadata": {"name": "team"}, "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"}})");
  }
  void put(const client::Resource& resource, std::string_view name) {
    Value object = Value::object();
    object["metadata"] = Value::object({{"name", name}, {"namespace", "team"}});
    cluster.client.put(resource, std::move(object));
  }
  void end_namespace() {
    cluster.client.edit(resources::kNamespaces, "", "team", [](Value& v) {
      v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
      v["status"]["phase"] = "Terminating";
    });
    cluster.settle();
  }
  std::string condition(std::string_view type) {
    const Document ns = cluster.client.find(resources::kNamespaces, "", "team");
    for (const View c : ns["status"]["conditions"].items())
      if (c["type"].as_string() == type) return c["status"].str() + " " + c["reason"].str() + ": " + c["message"].str();
    return "";
  }
  bool is_finalized() { return ns::is_finalized(cluster.client.find(resources::kNamespaces, "", "team").root()); }
};

TEST_F(NamespaceTest, is_emptied_pods_first_and_then_let_go) {
  cluster.add(make_controller(cluster.parts(), registry));
  put(resources::kPods, "p");
  put(resources::kConfigMaps, "c");
  cluster.client.edit(resources::kPods, "team", "p", [](Value& v) { v["spec"]["nodeName"] = "n1"; });
  cluster.start();
  EXPECT_TRUE(cluster.client.find(resources::kPods, "team", "p")) << "not before the namespace is deleted";
  end_namespace();
  EXPECT_TRUE(object::is_deleting(cluster.client.find(resources::kPods, "team", "p").root()));
  EXPECT_TRUE(cluster.client.find(resources::kConfigMaps, "team", "c")) << "until the last pod is gone";
  EXPECT_EQ(condition("NamespaceContentRemaining"),
            "True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances, "
            "pods. has 1 resource instances");
  EXPECT_FALSE(is_finalized());
  cluster.client.erase(resources::kPods, "team", "p");
  cluster.settle();
  EXPECT_FALSE(cluster.client.find(resources::kConfigMaps, "team", "c"));
  EXPECT_TRUE(is_finalized());
  EXPECT_EQ(condition("NamespaceContentRemaining"), "False ContentRemoved: All content successfully removed");
  EXPECT_EQ(condition("NamespaceDeletionContentFailure"),
            "False ContentDeleted: All content successfully deleted, may be waiting on finalization");
}

TEST_F(NamespaceTest, what_has_finalizers_is_waited_for_and_told) {
  cluster.add(make_controller(cluster.parts(), registry));
  put(resources::kConfigMaps, "c");
  cluster.client.edit(resources::kConfigMaps, "team", "c",
                      [](Value& v) { v["metadata"]["finalizers"].push_back("example.com/keep"); });
  cluster.start();
  end_namespace();
  EXPECT_EQ(condition("NamespaceFinalizersRemaining"),
            "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: "
            "example.com/keep in 1 resource instances");
  EXPECT_FALSE(is_finalized());
  cluster.client.erase(resources::kConfigMaps, "team", "c");
  cluster.settle();
  EXPECT_TRUE(is_finalized());
}

TEST_F(NamespaceTest, what_the_caches_do_not_show_yet_is_found_before_it_is_let_go) {
  cluster.add(make_controller(cluster.parts(), registry));
  cluster.start();
  put(resources::kSecrets, "late");
  cluster.client.edit(resources::kSecrets, "team", "late",
                      [](Value& v) { v["metadata"]["finalizers"].push_back("example.com/keep"); });
  end_namespace();
  EXPECT_TRUE(cluster.client.find(resources::kSecrets, "team", "late"));
  EXPECT_FALSE(is_finalized());
}

TEST_F(NamespaceTest, a_failed_deletion_is_told_and_retried) {
  cluster.add(make_controller(cluster.parts(), registry));
  put(resources::kConfigMaps, "c");
  bool broken = true;
  cluster.client.refuse = [&](std::string_view verb, const client::Resource&, std::string_view) {
    return broken && verb == "delete" ? std::optional(base::internal_error("no")) : std::nullopt;
  };
  cluster.start();
  end_namespace();
  EXPECT_TRUE(condition("NamespaceDeletionContentFailure")
                  .starts_with("True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: "));
  broken = false;
  cluster.executor.advance(runtime::kMinute);
  EXPECT_TRUE(is_finalized());
}

TEST_F(NamespaceTest, every_namespace_has_an_account_and_the_root_ca) {
  cluster.add(serviceaccount::make_controller(cluster.parts(), "PEM"));
  cluster.start();
  EXPECT_TRUE(cluster.client.find(resources::kServiceAccounts, "team", "default"));
  const auto ca = [&] { return cluster.client.find(resources::kConfigMaps, "team", "kube-root-ca.crt"); };
  EXPECT_EQ(ca()["data"]["ca.crt"].as_string(), "PEM");
  EXPECT_TRUE(ca()["metadata"]["annotations"]["kubernetes.io/description"].as_string().starts_with("Contains a CA"));
  cluster.client.edit(resources::kConfigMaps, "team", "kube-root-ca.crt",
                      [](Value& v) { v["data"]["ca.crt"] = "forged"; });
  cluster.client.erase(resources::kServiceAccounts, "team", "default");
  cluster.settle();
  EXPECT_EQ(ca()["data"]["ca.crt"].as_string(), "PEM");
  EXPECT_TRUE(cluster.client.find(resources::kServiceAccounts, "team", "default"));
  cluster.take_writes();
  cluster.settle();
  EXPECT_TRUE(cluster.take_writes().empty());
  end_namespace();
  cluster.client.erase(resources::kServiceAccounts, "team", "default");
  cluster.settle();
  EXPECT_FALSE(cluster.client.find(resources::kServiceAccounts, "team", "default"));
}

}  // namespace
}  // namespace proa::controllers::ns
