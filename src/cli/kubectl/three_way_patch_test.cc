#include "cli/kubectl/three_way_patch.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;

Value json(std::string_view text) {
  auto parsed = object::parse_json(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : Value();
}

const schema::Type kDeployment = schema::builtin_type("io.k8s.api.apps.v1.Deployment");

std::string patch(std::string_view original, std::string_view modified, std::string_view current) {
  const Value before = original.empty() ? Value() : json(original);
  return object::to_json(three_way_patch(original.empty() ? object::View() : object::View(before), json(modified),
                                         json(current), kDeployment));
}

std::string containers(std::string_view list) {
  return R"({"spec":{"template":{"spec":{"containers":)" + std::string(list) + "}}}}";
}

TEST(ThreeWayPatch, is_empty_when_the_live_object_is_as_wanted) {
  EXPECT_EQ(patch(R"({"spec":{"replicas":2}})", R"({"spec":{"replicas":2}})",
                  R"({"spec":{"replicas":2,"paused":false},"status":{"replicas":2}})"),
            "{}");
}

TEST(ThreeWayPatch, keeps_what_others_added) {
  EXPECT_EQ(patch(R"({"spec":{"replicas":2}})", R"({"spec":{"replicas":3}})",
                  R"({"metadata":{"labels":{"other":"x"}},"spec":{"replicas":2,"paused":true}})"),
            R"({"spec":{"replicas":3}})");
}

TEST(ThreeWayPatch, deletes_what_was_applied_before_and_is_no_more) {
  EXPECT_EQ(patch(R"({"metadata":{"labels":{"a":"1","b":"2"}}})", R"({"metadata":{"labels":{"a":"1"}}})",
                  R"({"metadata":{"labels":{"a":"1","b":"2","c":"3"}}})"),
            R"({"metadata":{"labels":{"b":null}}})");
}

TEST(ThreeWayPatch, merges_named_lists_by_their_key_and_says_their_order) {
  EXPECT_EQ(patch(containers(R"([{"name":"web","image":"a:1"}])"), containers(R"([{"name":"web","image":"a:2"}])"),
                  containers(R"([{"name":"web","image":"a:1","imagePullPolicy":"Always"}])")),
            R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"}],)"
            R"("containers":[{"image":"a:2","name":"web"}]}}}})");
}

TEST(ThreeWayPatch, deletes_items_that_were_applied_before_by_a_directive) {
  EXPECT_EQ(patch(containers(R"([{"name":"a"},{"name":"b"}])"), containers(R"([{"name":"a"}])"),
                  containers(R"([{"name":"a"},{"name":"b"}])")),
            R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],)"
            R"("containers":[{"$patch":"delete","name":"b"}]}}}})");
}

TEST(ThreeWayPatch, lists_the_keys_to_retain_where_a_union_changes) {
  EXPECT_EQ(patch(R"({"spec":{"strategy":{"type":"RollingUpdate"}}})", R"({"spec":{"strategy":{"type":"Recreate"}}})",
                  R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})"),
            R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})");
}

TEST(ThreeWayPatch, takes_finalizers_as_a_set) {
  EXPECT_EQ(patch(R"({"metadata":{"finalizers":["a","b"]}})", R"({"metadata":{"finalizers":["a","c"]}})",
                  R"({"metadata":{"finalizers":["a","b"]}})"),
            R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["b"],"$setElementOrder/finalizers":["a","c"],)"
            R"("finalizers":["c"]}})");
}

TEST(ThreeWayPatch, replaces_lists_without_merge_keys) {
  EXPECT_EQ(patch("", containers(R"([{"name":"a","args":["x","y"]}])"), containers(R"([{"name":"a","args":["x"]}])")),
            R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],)"
            R"("containers":[{"args":["x","y"],"name":"a"}]}}}})");
}

TEST(TwoWayPatch, holds_changes_and_deletions) {
  EXPECT_EQ(object::to_json(two_way_patch(json(R"({"spec":{"paused":true,"replicas":1}})"),
                                          json(R"({"spec":{"replicas":2}})"), kDeployment)),
            R"({"spec":{"paused":null,"replicas":2}})");
}

TEST(MergePatch, replaces_lists_whole_and_drops_nulls_of_what_is_added) {
  EXPECT_EQ(object::to_json(three_way_merge_patch(json(R"({"a":1,"gone":2})"),
                                                  json(R"({"a":1,"list":[2],"new":{"x":null,"y":1}})"),
                                                  json(R"({"a":1,"gone":2,"list":[1],"other":3})"))),
            R"({"gone":null,"list":[2],"new":{"y":1}})");
}

}  // namespace
}  // namespace proa::cli::kubectl
