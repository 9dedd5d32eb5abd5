// Strategic merge patch by upstream's own answers: each row was given to StrategicMergeMapPatch of
// k8s.io/apimachinery 0.36.
#include <span>

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/registry.h"
#include "schema/strategic_merge.h"

namespace proa::schema {
namespace {

using object::Value;

struct Row {
  std::string_view patch, wanted;
};

/// Original, patch and result are all below one member of a Pod.
void check(const std::string& member, std::string_view original, std::span<const Row> rows) {
  const Type pod = Registry().find_kind("v1", "Pod")->type;
  for (const Row& row : rows) {
    const auto below = [&](std::string_view text) {
      return Value::object({{member, object::parse_json(text).value()}});
    };
    const auto result = strategic_merge(below(original), below(row.patch), pod);
    const std::string shown =
        result ? object::to_sorted_json(object::View(*result)[member]) : "error: " + result.error().message;
    EXPECT_EQ(shown, row.wanted) << row.patch;
  }
}

TEST(StrategicMergeRules, items_of_the_same_name_merge_and_others_come_as_the_patch_has_them) {
  constexpr Row kRows[] = {
      {R"({"containers":[{"name":"c"},{"name":"a","image":"2"}]})",
       R"({"containers":[{"name":"c"},{"args":["x"],"image":"2","name":"a"},{"name":"b"}]})"},
      {R"({"containers":[{"name":"a","args":["y"]}]})",
       R"({"containers":[{"args":["y"],"image":"1","name":"a"},{"name":"b"}]})"},
      {R"({"containers":[{"name":"a","args":null,"image":null}]})", R"({"containers":[{"name":"a"},{"name":"b"}]})"},
      {R"({"containers":[{"name":"b","$patch":"delete"},{"name":"c"}]})",
       R"({"containers":[{"name":"c"},{"args":["x"],"image":"1","name":"a"}]})"},
      {R"({"containers":[{"name":"a","$patch":"replace"},{"name":"c"}]})", R"({"containers":[{"name":"c"}]})"},
      {R"({"containers":[{"name":"a","$patch":"merge"}]})",
       "error: merging lists cannot yet be specified in the patch"},
      {R"({"containers":[{"$patch":"delete"}]})",
       "error: map: map[$patch:delete] does not contain declared merge key: name"},
      {R"({"containers":[["x"]]})",
       "error: list element types are not identical: [[map[args:[x] image:1 name:a] map[name:b]] [[x]]]"},
      {R"({"containers":[]})", R"({"containers":[{"args":["x"],"image":"1","name":"a"},{"name":"b"}]})"},
      {R"({"containers":"x"})", R"({"containers":"x"})"},
      {R"({"containers":null})", "{}"},
  };
  check("spec", R"({"containers":[{"args":["x"],"image":"1","name":"a"},{"name":"b"}]})", kRows);
}

TEST(StrategicMergeRules, an_order_is_checked_and_kept) {
  constexpr Row kRows[] = {
      {R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})",
       R"({"containers":[{"name":"b"},{"image":"1","name":"a"}]})"},
      {R"({"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"c"}]})",
       R"({"containers":[{"name":"c"},{"image":"1","name":"a"},{"name":"b"}]})"},
      {R"({"$setElementOrder/containers":[],"containers":[{"name":"c"},{"name":"d"}]})",
       R"({"containers":[{"image":"1","name":"a"},{"name":"b"},{"name":"d"},{"name":"c"}]})"},
      {R"({"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b","$patch":"delete"}]})",
       R"({"containers":[{"image":"1","name":"a"}]})"},
      {R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"$patch":"replace"},{"name":"a"}]})",
       R"({"containers":[{"name":"a"}]})"},
      {R"({"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a"},{"name":"b","$patch":"replace"}]})",
       "error: The order in patch list:\n[map[name:a] map[$patch:replace name:b]]\n doesn't match $setElementOrder "
       "list:\n[map[name:a]]\n"},
      {R"({"$setElementOrder/containers":[{"image":"1"}],"containers":[{"name":"a"}]})",
       "error: map: map[image:1] does not contain declared merge key: name"},
      {R"({"$setElementOrder/containers":["a"]})", "error: value for key 0 is not a map"},
      {R"({"$setElementOrder/containers":[{"name":"a"}],"containers":"x"})",
       "error: expected a []interface {}, but received a string"},
      {R"({"$setElementOrder/containers":[{"name":"a"}],"containers":null})",
       "error: expected a []interface {}, but received a %!s(<nil>)"},
      {R"({"$setElementOrder/hostname":["a"]})", "error: expected slice or array type, but got: struct"},
      {R"({"$setElementOrder/tolerations":[{"key":"a"}]})",
       R"({"containers":[{"image":"1","name":"a"},{"name":"b"}]})"},
      {R"({"$setElementOrder/imagePullSecrets":[{"name":"r"}],"imagePullSecrets":[{"name":"r"},{"name":"s","$patch":"delete"}]})",
       R"({"containers":[{"image":"1","name":"a"},{"name":"b"}],"imagePullSecrets":[{"name":"r"}]})"},
  };
  check("spec", R"({"containers":[{"image":"1","name":"a"},{"name":"b"}]})", kRows);
}

TEST(StrategicMergeRules, an_empty_list_takes_what_comes) {
  constexpr Row kRows[] = {
      {R"({"$setElementOrder/containers":[{"name":"a"}]})", "error: no elements in any of the given slices"},
      {R"({"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a"}]})",
       R"({"containers":[{"name":"a"}]})"},
      {R"({"containers":[{"name":"a","image":null}]})", R"({"containers":[{"image":null,"name":"a"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"a","image":"1"}]})", R"({"containers":[{"image":"1","name":"a"}]})"},
  };
  check("spec", R"({"containers":[]})", kRows);
}

TEST(StrategicMergeRules, what_is_not_there_is_taken_without_directives_and_nulls) {
  constexpr Row kRows[] = {
      {R"({"securityContext":{"$patch":"replace","runAsUser":1}})", "{}"},
      {R"({"securityContext":{"$patch":"delete"}})", "{}"},
      {R"({"securityContext":{"runAsUser":null,"fsGroup":1}})", R"({"securityContext":{"fsGroup":1}})"},
      {R"({"containers":[{"name":"a","$patch":"replace"},{"name":"b","image":null,"env":[{"name":"X","$patch":"delete"}]}]})",
       R"({"containers":[{"env":[],"name":"b"}]})"},
      {R"({"volumes":[{"name":"v","$retainKeys":["name","emptyDir"],"emptyDir":{}}]})",
       R"({"volumes":[{"$retainKeys":["name","emptyDir"],"emptyDir":{},"name":"v"}]})"},
  };
  check("spec", "{}", kRows);
}

TEST(StrategicMergeRules, maps_merge_are_replaced_or_emptied) {
  constexpr Row kRows[] = {
      {R"({"nodeSelector":{"$patch":"replace","z":"1"}})",
       R"({"nodeSelector":{"z":"1"},"volumes":[{"emptyDir":{},"name":"v"}]})"},
      {R"({"nodeSelector":{"$patch":"delete"}})", R"({"nodeSelector":{},"volumes":[{"emptyDir":{},"name":"v"}]})"},
      {R"({"nodeSelector":{"k":null,"z":null}})", R"({"nodeSelector":{},"volumes":[{"emptyDir":{},"name":"v"}]})"},
      {R"({"nodeSelector":"none"})", R"({"nodeSelector":"none","volumes":[{"emptyDir":{},"name":"v"}]})"},
      {R"({"$patch":"replace","nodeSelector":{"a":null}})", R"({"nodeSelector":{"a":null}})"},
      {R"({"$patch":5,"n":1234567.5})",
       "error: unknown patch type: %!s(int64=5) in map: map[$patch:5 n:1.2345675e+06]"},
      {R"({"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]})",
       R"({"nodeSelector":{"k":"v"},"volumes":[{"hostPath":{"path":"/x"},"name":"v"}]})"},
      {R"({"volumes":[{"name":"w","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]})",
       R"({"nodeSelector":{"k":"v"},"volumes":[{"$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"},"name":"w"},{"emptyDir":{},"name":"v"}]})"},
  };
  check("spec", R"({"nodeSelector":{"k":"v"},"volumes":[{"emptyDir":{},"name":"v"}]})", kRows);
}

TEST(StrategicMergeRules, plain_values_are_a_set) {
  constexpr Row kRows[] = {
      {R"({"finalizers":["f4","f2"]})", R"({"finalizers":["f4","f1","f2","f3"]})"},
      {R"({"finalizers":["f2","f2","f4","f4"]})", R"({"finalizers":["f1","f2","f4","f3"]})"},
      {R"({"$deleteFromPrimitiveList/finalizers":["f2"]})", R"({"finalizers":["f1","f3"]})"},
      {R"({"$deleteFromPrimitiveList/finalizers":[5]})",
       "error: list element types are not identical: [[f1 f2 f3] [5]]"},
      {R"({"$deleteFromPrimitiveList/finalizers":null})", "{}"},
      {R"({"$setElementOrder/finalizers":["f3","f1"]})", R"({"finalizers":["f2","f3","f1"]})"},
      {R"({"$setElementOrder/finalizers":["f3","f4"],"finalizers":["f4"]})", R"({"finalizers":["f1","f2","f3","f4"]})"},
      {R"({"$setElementOrder/finalizers":["f3"],"finalizers":["f4"]})",
       "error: The order in patch list:\n[f4]\n doesn't match $setElementOrder list:\n[f3]\n"},
  };
  check("metadata", R"({"finalizers":["f1","f2","f3"]})", kRows);
}

TEST(StrategicMergeRules, a_list_of_lists_is_refused_as_no_fault_of_the_server) {
  const Type pod = Registry().find_kind("v1", "Pod")->type;
  const auto patch = object::parse_json(R"({"spec":{"containers":[["x"]]}})");
  const auto original = object::parse_json(R"({"spec":{"containers":[]}})");
  const Status refused = strategic_merge(*original, *patch, pod).error();
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(refused.message, "the server rejected our request due to an error in our request");
}

TEST(StrategicMergeRules, a_selector_that_is_to_be_replaced_is_not_merged) {
  const Type policy = Registry().find_kind("policy/v1", "PodDisruptionBudget")->type;
  const auto original = object::parse_json(R"({"spec":{"selector":{"matchLabels":{"a":"1"}}}})");
  const auto patch = object::parse_json(R"({"spec":{"selector":{"matchLabels":{"b":"2"}}}})");
  EXPECT_EQ(object::to_json(*strategic_merge(*original, *patch, policy)),
            R"({"spec":{"selector":{"matchLabels":{"b":"2"}}}})");
}

}  // namespace
}  // namespace proa::schema
