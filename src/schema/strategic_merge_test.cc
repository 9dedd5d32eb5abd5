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

TEST(StrategicMergeTest, replace_directive_replaces_the_whole_object) {
  EXPECT_EQ(merged(R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                   R"({"spec":{"strategy":{"$patch":"replace","type":"Recreate"}}})"),
            R"({"spec":{"strategy":{"type":"Recreate"}}})");
}

}  // namespace
}  // namespace proa::schema
