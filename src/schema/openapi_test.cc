#include "schema/openapi.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/wire.h"

namespace proa::schema {
namespace {

using object::to_json;
using object::Value;
using object::View;

Value document(std::string_view group, std::string_view version) {
  auto parsed = object::parse_json(openapi_v3(Registry(), group, version));
  EXPECT_TRUE(parsed.has_value());
  return parsed ? std::move(*parsed) : Value();
}

TEST(OpenApi, lists_every_group_version) {
  const auto index = object::parse_json(openapi_v3_index(Registry()));
  ASSERT_TRUE(index.has_value());
  EXPECT_TRUE(View(*index)["paths"]["apis/apps/v1"]["serverRelativeURL"].as_string().starts_with(
      "/openapi/v3/apis/apps/v1?hash="));
  EXPECT_TRUE(View(*index)["paths"].has("api/v1"));
  EXPECT_EQ(openapi_v3(Registry(), "nonsense", "v1"), "");
}

TEST(OpenApi, tells_kubectl_which_parameters_a_patch_takes) {
  const Value apps = document("apps", "v1");
  const View patch = View(apps)["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
  std::vector<std::string> names;
  for (const View p : patch["parameters"].items()) names.push_back(p["name"].str());
  EXPECT_EQ(names, (std::vector<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"}));
  EXPECT_EQ(patch["x-kubernetes-action"].as_string(), "patch");
  EXPECT_EQ(to_json(patch["x-kubernetes-group-version-kind"]),
            R"({"group":"apps","kind":"Deployment","version":"v1"})");
  EXPECT_TRUE(patch["requestBody"]["content"].has("application/strategic-merge-patch+json"));
}

TEST(OpenApi, describes_types_for_explain_and_patches) {
  const Value apps = document("apps", "v1");
  const View schemas = View(apps)["components"]["schemas"];
  const View deployment = schemas["io.k8s.api.apps.v1.Deployment"];
  EXPECT_EQ(to_json(deployment["x-kubernetes-group-version-kind"]),
            R"([{"group":"apps","kind":"Deployment","version":"v1"}])");
  EXPECT_EQ(deployment["description"].as_string(), "Deployment enables declarative updates for Pods and ReplicaSets.");
  const View spec = schemas["io.k8s.api.apps.v1.DeploymentSpec"];
  EXPECT_EQ(to_json(spec["required"]), R"(["selector","template"])");
  EXPECT_EQ(to_json(spec["properties"]["strategy"]),
            R"({"description":"The deployment strategy to use to replace existing pods with new ones.","default":{},)"
            R"("allOf":[{"$ref":"#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy"}],)"
            R"("x-kubernetes-patch-strategy":"retainKeys"})");
  const View containers = schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
  EXPECT_EQ(containers["x-kubernetes-patch-merge-key"].as_string(), "name");
  EXPECT_EQ(to_json(schemas["io.k8s.api.core.v1.Container"]["properties"]["imagePullPolicy"]["enum"]),
            R"(["Always","IfNotPresent","Never"])");
  EXPECT_EQ(to_json(schemas["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["oneOf"]),
            R"([{"type":"integer"},{"type":"string"}])");
}

TEST(OpenApi, leaves_no_reference_dangling) {
  for (const auto& [group, version] :
       {std::pair("", "v1"), {"apps", "v1"}, {"policy", "v1"}, {"apiextensions.k8s.io", "v1"}}) {
    const std::string text = openapi_v3(Registry(), group, version);
    const auto parsed = object::parse_json(text);
    const View schemas = View(*parsed)["components"]["schemas"];
    constexpr std::string_view kRef = "\"#/components/schemas/";
    for (size_t at = 0; (at = text.find(kRef, at)) != std::string::npos;) {
      at += kRef.size();
      const std::string name = text.substr(at, text.find('"', at) - at);
      ASSERT_TRUE(schemas.has(name)) << name;
    }
  }
}

TEST(OpenApi, speaks_version_2_as_json_and_protobuf) {
  const Registry registry;
  const auto parsed = object::parse_json(openapi_v2_json(registry));
  ASSERT_TRUE(parsed.has_value());
  const View definitions = View(*parsed)["definitions"];
  EXPECT_EQ(definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["format"].as_string(), "int-or-string");
  EXPECT_EQ(to_json(definitions["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"]),
            R"({"description":"Specification of the desired behavior of the Deployment.",)"
            R"("$ref":"#/definitions/io.k8s.api.apps.v1.DeploymentSpec"})");

  const std::string bytes = openapi_v2_protobuf(registry);
  wire::Reader document(bytes);
  size_t paths = 0, models = 0;
  while (!document.done()) {
    const uint32_t number = document.tag();
    wire::Reader list(document.bytes());
    while ((number == 8 || number == 9) && !list.done()) {
      list.tag();
      list.bytes();
      ++(number == 8 ? paths : models);
    }
    ASSERT_TRUE(list.ok());
  }
  EXPECT_TRUE(document.ok());
  EXPECT_EQ(paths, View(*parsed)["paths"].size());
  EXPECT_EQ(models, definitions.size());
}

}  // namespace
}  // namespace proa::schema
