#include "schema/strategic_merge.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/registry.h"

namespace proa::schema {
namespace {

using object::Value;

Value json(std::string_view text) {
  auto value = object::parse_json(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : Value();
}

std::string merged(std::string_view original, std::string_view patch) {
  const Registry registry;
  const auto kind = registry.find_kind("apps", "v1", "Deployment");
  auto result = strategic_merge(json(original), json(patch), kind->type);
  return result ? object::to_json(*result) : "error: " + result.error().message;
}

std::string pod(const std::string& spec) { return R"({"spec":{"template":{"spec":)" + spec + "}}}"; }

TEST(StrategicMergeTest, members_are_merged_and_null_deletes) {
  EXPECT_EQ(merged(R"({"metadata":{"labels":{"a":"1","b":"2"}}})", R"({"metadata":{"labels":{"a":null,"c":"3"}}})"),
            R"({"metadata":{"labels":{"b":"2","c":"3"}}})");
}

TEST(StrategicMergeTest, containers_merge_by_name) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"web","image":"a"},{"name":"side","image":"b"}]})"),
                   pod(R"({"containers":[{"name":"web","image":"c"}]})")),
            pod(R"({"containers":[{"name":"web","image":"c"},{"name":"side","image":"b"}]})"));
}

TEST(StrategicMergeTest, new_container_is_added_and_deleted_by_directive) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"web","image":"a"}]})"),
                   pod(R"({"containers":[{"name":"new","image":"n"},{"name":"web","$patch":"delete"}]})")),
            pod(R"({"containers":[{"name":"new","image":"n"}]})"));
}

TEST(StrategicMergeTest, element_order_is_kept) {
  EXPECT_EQ(
      merged(
          pod(R"({"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]})"),
          pod(R"({"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"b","image":"x"}]})")),
      pod(R"({"containers":[{"name":"c"},{"name":"a"},{"name":"b","image":"x"}]})"));
}

TEST(StrategicMergeTest, lists_without_merge_key_are_replaced) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"web","args":["a","b"]}]})"),
                   pod(R"({"containers":[{"name":"web","args":["c"]}]})")),
            pod(R"({"containers":[{"name":"web","args":["c"]}]})"));
}

// What the server alone knows comes after what is new, as upstream does.
TEST(StrategicMergeTest, primitive_lists_are_sets) {
  EXPECT_EQ(merged(R"({"metadata":{"finalizers":["a","b"]}})",
                   R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"]}})"),
            R"({"metadata":{"finalizers":["c","b"]}})");
}

TEST(StrategicMergeTest, retain_keys_drops_the_rest) {
  EXPECT_EQ(merged(R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                   R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})"),
            R"({"spec":{"strategy":{"type":"Recreate"}}})");
}

constexpr std::string_view kTwo = R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]})";

TEST(StrategicMergeTest, odd_patches_are_refused_in_upstream_s_words) {
  struct Case {
    std::string_view patch, why;
  };
  constexpr Case kCases[] = {
      {R"({"containers":["x"]})",
       "list element types are not identical: [[map[image:1 name:a] map[image:2 name:b]] [x]]"},
      {R"({"containers":[null]})",
       "list element types are not identical: [[map[image:1 name:a] map[image:2 name:b]] [<nil>]]"},
      {R"({"containers":[{"image":"x"}]})", "map: map[image:x] does not contain declared merge key: name"},
      {R"({"containers":[{"name":"a","$patch":"bogus"}]})",
       "unknown patch type: bogus in map: map[$patch:bogus name:a]"},
      {R"({"$patch":"bogus"})", "unknown patch type: bogus in map: map[$patch:bogus]"},
      {R"({"$setElementOrder/containers":"x"})", "expected a []interface {}, but received a string"},
      {R"({"$setElementOrder/containers":5})", "expected a []interface {}, but received a int64"},
      {R"({"$setElementOrder/containers":{}})", "expected a []interface {}, but received a map[string]interface {}"},
      {R"({"$setElementOrder/nothing":[]})",
       "unable to find api field in struct PodSpec for the json field \"nothing\""},
      {R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a"},{"name":"b"}]})",
       "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] "
       "map[name:a]]\n"},
      {R"({"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"new"}]})",
       "The order in patch list:\n[map[name:new]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n"},
      {R"({"securityContext":{"$retainKeys":"runAsUser","runAsUser":1}})", "invalid patch format of retainKeys"},
      {R"({"securityContext":{"$retainKeys":["fsGroup"],"runAsUser":1}})", "invalid patch format of retainKeys"},
  };
  const std::string original = pod(R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}],)"
                                   R"("securityContext":{"fsGroup":5}})");
  for (const Case& c : kCases)
    EXPECT_EQ(merged(original, pod(std::string(c.patch))), "error: " + std::string(c.why)) << c.patch;
}

TEST(StrategicMergeTest, a_patch_that_is_no_object_is_refused_as_json) {
  for (const auto& [patch, kind] : {std::pair("[]", "array"), {"\"x\"", "string"}, {"5", "number"}, {"true", "bool"}})
    EXPECT_EQ(merged("{}", patch),
              std::string("error: json: cannot unmarshal ") + kind + " into Go value of type map[string]interface {}");
}

TEST(StrategicMergeTest, what_is_deleted_needs_no_place_in_the_order) {
  EXPECT_EQ(
      merged(pod(std::string(kTwo)),
             pod(R"({"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a","$patch":"delete"}]})")),
      pod(R"({"containers":[{"name":"b","image":"2"}]})"));
}

TEST(StrategicMergeTest, an_order_alone_sorts_what_is_there) {
  EXPECT_EQ(merged(pod(std::string(kTwo)), pod(R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})")),
            pod(R"({"containers":[{"name":"b","image":"2"},{"name":"a","image":"1"}]})"));
  EXPECT_EQ(
      merged(R"({"metadata":{"finalizers":["a","b"]}})", R"({"metadata":{"$setElementOrder/finalizers":["b","a"]}})"),
      R"({"metadata":{"finalizers":["b","a"]}})");
}

TEST(StrategicMergeTest, a_list_that_is_replaced_drops_directives_and_what_they_delete) {
  EXPECT_EQ(
      merged(pod(std::string(kTwo)),
             pod(R"({"containers":[{"$patch":"replace"},{"name":"c","image":"3"},{"name":"a","$patch":"delete"}]})")),
      pod(R"({"containers":[{"name":"c","image":"3"}]})"));
  EXPECT_EQ(merged(pod(std::string(kTwo)), pod(R"({"containers":[{"$patch":"replace"}]})")),
            pod(R"({"containers":[]})"));
}

TEST(StrategicMergeTest, deleting_what_is_not_there_changes_nothing) {
  EXPECT_EQ(merged(pod(std::string(kTwo)), pod(R"({"containers":[{"name":"z","$patch":"delete"}]})")),
            pod(std::string(kTwo)));
  EXPECT_EQ(
      merged(R"({"metadata":{"finalizers":["a"]}})",
             R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["z"],"$deleteFromPrimitiveList/none":["a"]}})"),
      R"({"metadata":{"finalizers":["a"]}})");
}

TEST(StrategicMergeTest, a_map_that_is_deleted_stays_as_an_empty_one) {
  EXPECT_EQ(merged(R"({"spec":{"strategy":{"type":"Recreate"}}})", R"({"spec":{"strategy":{"$patch":"delete"}}})"),
            R"({"spec":{"strategy":{}}})");
}

TEST(StrategicMergeTest, replace_directive_replaces_the_whole_object) {
  EXPECT_EQ(merged(R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                   R"({"spec":{"strategy":{"$patch":"replace","type":"Recreate"}}})"),
            R"({"spec":{"strategy":{"type":"Recreate"}}})");
}

}  // namespace
}  // namespace proa::schema
