#include "api/fields/typed_check.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::api::fields {
namespace {

std::vector<std::string> faults(std::string_view json) {
  const auto value = object::parse_json(json);
  return typed_errors(*value, schema::builtin_type("io.k8s.api.apps.v1.Deployment"));
}

using Texts = std::vector<std::string>;

TEST(TypedCheck, takes_what_the_schema_knows) {
  EXPECT_TRUE(faults(R"({"kind":"Deployment","metadata":{"labels":{"a":"b"}},"spec":{"replicas":3,"template":{"spec":{
      "containers":[{"name":"c","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":1}}}]}}}})")
                  .empty());
}

TEST(TypedCheck, unknown_members_and_wrong_kinds_are_told_with_their_place) {
  EXPECT_EQ(
      faults(R"({"nothing":1,"spec":{"replicas":"many","template":{"spec":{"containers":[{"name":"d","image":5}]}}}})"),
      (Texts{
          ".nothing: field not declared in schema",
          ".spec.replicas: expected numeric (int or float), got *value.valueUnstructured",
          R"(.spec.template.spec.containers[name="d"].image: expected string, got &value.valueUnstructured{Value:5})"}));
}

TEST(TypedCheck, keyed_lists_name_each_item_once) {
  EXPECT_EQ(faults(R"({"spec":{"template":{"spec":{"containers":[{"name":"d","env":[{"name":"Q"},{"name":"Q"}]}]}}}})"),
            (Texts{R"(.spec.template.spec.containers[name="d"].env: duplicate entries for key [name="Q"])"}));
}

}  // namespace
}  // namespace proa::api::fields
