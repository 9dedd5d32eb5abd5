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
          ".nothing: field not declared in schema", ".spec.replicas: expected numeric (int or float), got string",
          R"(.spec.template.spec.containers[name="d"].image: expected string, got &value.valueUnstructured{Value:5})"}));
}

TEST(TypedCheck, keyed_lists_name_each_item_once) {
  EXPECT_EQ(faults(R"({"spec":{"template":{"spec":{"containers":[{"name":"d","env":[{"name":"Q"},{"name":"Q"}]}]}}}})"),
            (Texts{R"(.spec.template.spec.containers[name="d"].env: duplicate entries for key [name="Q"])"}));
}

TEST(TypedCheck, values_of_wrong_kinds_are_shown_as_go_shows_them) {
  struct Case {
    std::string_view spec, fault;
  };
  constexpr Case kCases[] = {
      {R"("paused":"x")", ".spec.paused: expected boolean, got &{x}"},
      {R"("paused":1)", ".spec.paused: expected boolean, got &{1}"},
      {R"("replicas":true)", ".spec.replicas: expected numeric (int or float), got bool"},
      {R"("replicas":[])", ".spec.replicas: expected numeric (int or float), got []interface {}"},
      {R"("replicas":{})", ".spec.replicas: expected numeric (int or float), got map[string]interface {}"},
      {R"("selector":5)", ".spec.selector: expected map, got &{5}"},
      {R"("selector":{"matchLabels":[]})", ".spec.selector.matchLabels: expected map, got &{[]}"},
      {R"("selector":{"matchLabels":{"a":5}})",
       ".spec.selector.matchLabels.a: expected string, got &value.valueUnstructured{Value:5}"},
      {R"("template":{"spec":{"containers":{"b":1,"a":"x"}}})",
       ".spec.template.spec.containers: expected list, got &{map[a:x b:1]}"},
      {R"("template":{"spec":{"containers":["x"]}})",
       ".spec.template.spec.containers: element 0: associative list with keys may not have non-map elements"},
      {R"("template":{"spec":{"dnsPolicy":["a",1,{"c":null,"b":true}]}})",
       ".spec.template.spec.dnsPolicy: expected string, got &value.valueUnstructured{Value:[]interface {}{\"a\", 1, "
       "map[string]interface {}{\"b\":true, \"c\":interface {}(nil)}}}"},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(faults("{\"spec\":{" + std::string(c.spec) + "}}"), (Texts{std::string(c.fault)})) << c.spec;
}

TEST(TypedCheck, sets_name_each_value_once) {
  EXPECT_EQ(faults(R"({"metadata":{"finalizers":["a.b/c","a.b/d","a.b/c"]}})"),
            (Texts{R"(.metadata.finalizers: duplicate entries for key [="a.b/c"])"}));
}

TEST(TypedCheck, a_key_with_a_default_may_be_left_out) {
  EXPECT_EQ(faults(R"({"metadata":{"ownerReferences":[{"name":"x"}]}})"), Texts{});
  EXPECT_EQ(faults(R"({"spec":{"template":{"spec":{"containers":[{"name":"c","ports":[{"containerPort":80},
      {"containerPort":80,"protocol":"UDP"},{"containerPort":80,"protocol":"TCP"}]}]}}}})"),
            (Texts{R"(.spec.template.spec.containers[name="c"].ports: duplicate entries for key )"
                   R"([containerPort=80,protocol="TCP"])"}));
}

TEST(TypedCheck, a_required_text_is_empty_by_default_and_that_is_a_key_too) {
  EXPECT_EQ(faults(R"({"spec":{"template":{"spec":{"containers":[{"image":"i"}]}}}})"), Texts{});
  EXPECT_EQ(faults(R"({"spec":{"template":{"spec":{"containers":[{"image":"i"},{"image":"j"}]}}}})"),
            (Texts{R"(.spec.template.spec.containers: duplicate entries for key [name=""])"}));
}

}  // namespace
}  // namespace proa::api::fields
