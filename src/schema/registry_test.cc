#include "schema/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proa::schema {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(Registry, knows_built_in_kinds_by_resource_and_by_kind) {
  const Registry registry;
  const KindRef kind = registry.find_resource("apps", "v1", "deployments");
  ASSERT_TRUE(kind);
  EXPECT_EQ(kind->kind, "Deployment");
  EXPECT_EQ(kind->list_kind, "DeploymentList");
  EXPECT_TRUE(kind->namespaced);
  EXPECT_TRUE(kind->stored());
  EXPECT_EQ(kind->type.model(), "io.k8s.api.apps.v1.Deployment");
  EXPECT_EQ(kind->list_type.name(), "DeploymentList");
  EXPECT_EQ(kind->subresource("scale")->type.model(), "io.k8s.api.autoscaling.v1.Scale");
  EXPECT_EQ(kind, registry.find_kind("apps/v1", "Deployment"));
  EXPECT_FALSE(registry.find_resource("apps", "v1beta1", "deployments"));
  EXPECT_FALSE(registry.find_kind("v1", "Node")->namespaced);
  EXPECT_FALSE(registry.find_kind("authorization.k8s.io/v1", "SubjectAccessReview")->stored());
}

TEST(Registry, finds_kinds_as_people_type_them) {
  const Registry registry;
  for (const char* name : {"deploy", "Deployment", "deployments", "deployments.apps", "deployments.v1.apps"}) {
    const KindRef kind = registry.find_by_any_name(name);
    ASSERT_TRUE(kind) << name;
    EXPECT_EQ(kind->kind, "Deployment") << name;
  }
  EXPECT_EQ(registry.find_by_any_name("no")->kind, "Node");
  EXPECT_EQ(registry.find_by_any_name("ev")->group, "");
  EXPECT_EQ(registry.find_by_any_name("events.events.k8s.io")->group, "events.k8s.io");
  EXPECT_EQ(registry.find_by_any_name("hpa")->version, "v2");
  EXPECT_FALSE(registry.find_by_any_name("nonsense"));
}

TEST(Registry, lists_the_category_all_as_kubectl_get_all_shows_it) {
  std::vector<std::string> names;
  for (const KindRef& kind : Registry().category("all")) names.push_back(kind->plural);
  EXPECT_THAT(names, ElementsAre("pods", "replicationcontrollers", "services", "daemonsets", "deployments",
                                 "replicasets", "statefulsets", "horizontalpodautoscalers", "cronjobs", "jobs"));
}

TEST(Registry, orders_groups_and_versions_as_discovery_does) {
  std::vector<std::string> names;
  for (const GroupInfo& g : Registry().groups())
    names.push_back(g.group + ":" + testing::PrintToString(g.versions.size()));
  const std::vector<std::string> expected = {":1",
                                             "apiregistration.k8s.io:1",
                                             "apps:1",
                                             "events.k8s.io:1",
                                             "authentication.k8s.io:1",
                                             "authorization.k8s.io:1",
                                             "autoscaling:2",
                                             "batch:1",
                                             "certificates.k8s.io:1",
                                             "networking.k8s.io:1",
                                             "policy:1",
                                             "rbac.authorization.k8s.io:1",
                                             "storage.k8s.io:1",
                                             "admissionregistration.k8s.io:1",
                                             "apiextensions.k8s.io:1",
                                             "scheduling.k8s.io:1",
                                             "coordination.k8s.io:1",
                                             "node.k8s.io:1",
                                             "discovery.k8s.io:1",
                                             "resource.k8s.io:1",
                                             "flowcontrol.apiserver.k8s.io:1"};
  EXPECT_THAT(names, ElementsAreArray(expected));
}

TEST(Registry, keeps_one_storage_for_kinds_of_two_groups_or_versions) {
  const Registry registry;
  EXPECT_EQ(registry.find_kind("events.k8s.io/v1", "Event")->storage_group, "");
  EXPECT_EQ(registry.find_kind("autoscaling/v1", "HorizontalPodAutoscaler")->storage_version, "v2");
}

TEST(Registry, takes_custom_kinds_and_lets_them_go) {
  Registry registry;
  KindInfo kind;
  kind.group = "example.com";
  kind.version = "v1";
  kind.kind = "Widget";
  kind.plural = "widgets";
  kind.singular = "widget";
  const uint64_t before = registry.generation();
  ASSERT_TRUE(registry.add(kind));
  EXPECT_GT(registry.generation(), before);
  EXPECT_TRUE(registry.find_by_any_name("widget"));
  EXPECT_TRUE(registry.has_group_version("example.com", "v1"));
  registry.remove("example.com", "widgets");
  EXPECT_FALSE(registry.find_by_any_name("widget"));

  kind.group = "apps";
  kind.plural = "deployments";
  EXPECT_EQ(registry.add(kind).error().code, 409);
  registry.remove("apps", "deployments");
  EXPECT_TRUE(registry.find_by_any_name("deployments"));
}

TEST(Registry, tells_the_columns_of_get) {
  const Registry registry;
  std::string pods;
  for (const Column& c : registry.find_kind("v1", "Pod")->columns) pods += c.name + (c.priority ? "* " : " ");
  EXPECT_EQ(pods, "Name Ready Status Restarts Age IP* Node* Nominated Node* Readiness Gates* ");
  const KindRef lease = registry.find_kind("coordination.k8s.io/v1", "Lease");
  EXPECT_EQ(lease->columns[0].format, "name");
  EXPECT_EQ(lease->columns[1].path, "spec.holderIdentity");
  EXPECT_FALSE(lease->columns[1].description.empty());
}

TEST(Registry, splits_and_joins_api_versions) {
  EXPECT_EQ(api_version_of("", "v1"), "v1");
  EXPECT_EQ(parse_api_version("apps/v1").group, "apps");
  EXPECT_EQ(parse_api_version("a/b/c").version, "a/b/c");
  EXPECT_THAT(verb_names(kGet | kList), ElementsAre("get", "list"));
}

TEST(Type, tells_merge_keys_and_list_types) {
  const Type pod_spec = builtin_type("io.k8s.api.core.v1.PodSpec");
  const Field containers = pod_spec.field("containers");
  EXPECT_EQ(containers.patch_merge_key(), "name");
  EXPECT_TRUE(containers.merges());
  const Field ports = containers.type().field("ports");
  EXPECT_EQ(ports.list_type(), ListType::kMap);
  EXPECT_EQ(ports.list_key_count(), 2u);
  EXPECT_EQ(ports.list_key(1), "protocol");
  EXPECT_TRUE(pod_spec.field("volumes").retains_keys());
  EXPECT_TRUE(pod_spec.field("volumes").merges());
  EXPECT_TRUE(builtin_type("io.k8s.api.apps.v1.DeploymentSpec").field("strategy").retains_keys());
  EXPECT_TRUE(pod_spec.field("nodeSelector").is_atomic());
  EXPECT_TRUE(builtin_type("io.k8s.api.apps.v1.DeploymentSpec").field("selector").is_atomic());
}

TEST(Type, holds_the_container_runtimes_messages_too) {
  const Type request = builtin_type("runtime.v1.RunPodSandboxRequest");
  ASSERT_TRUE(request);
  EXPECT_EQ(request.field("config").type().field("dns_config").number(), 4u);
  EXPECT_EQ(request.field_by_number(1).name(), "config");
  EXPECT_FALSE(request.field_by_number(99));
  EXPECT_TRUE(builtin_type("containerd.types.Envelope"));
}

}  // namespace
}  // namespace proa::schema
