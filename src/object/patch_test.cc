#include "object/patch.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::object {
namespace {

std::string patched(std::string_view original, std::string_view patch) {
  auto result = apply_json_patch(*parse_json(original), *parse_json(patch));
  return result ? to_json(*result) : std::to_string(result.error().code);
}

std::string merged(std::string_view original, std::string_view patch) {
  auto result = merge_patch(*parse_json(original), *parse_json(patch));
  return result ? to_json(*result) : std::to_string(result.error().code);
}

TEST(JsonPatchTest, operations_apply_in_order) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"/b","value":2},{"op":"remove","path":"/a"}])"), R"({"b":2})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/1","value":9},{"op":"add","path":"/a/-","value":3}])"),
            R"({"a":[1,9,2,3]})");
  EXPECT_EQ(patched(R"({"a":{"b":1}})", R"([{"op":"replace","path":"/a/b","value":null}])"), R"({"a":{"b":null}})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"move","from":"/a","path":"/b"},{"op":"copy","from":"/b","path":"/c"}])"),
            R"({"b":1,"c":1})");
}

TEST(JsonPatchTest, pointers_unescape) {
  EXPECT_EQ(patched(R"({"a/b":{"c~d":1}})", R"([{"op":"replace","path":"/a~1b/c~0d","value":2}])"),
            R"({"a/b":{"c~d":2}})");
}

TEST(JsonPatchTest, what_does_not_apply_is_refused_whole) {
  for (const char* patch :
       {R"([{"op":"remove","path":"/x"}])", R"([{"op":"test","path":"/a","value":2}])",
        R"([{"op":"add","path":"/x/y","value":1}])", R"([{"op":"replace","path":"/a/0","value":1}])",
        R"([{"op":"add","path":"","value":{}}])", R"([{"op":"move","from":"/x","path":"/b"}])",
        R"([{"op":"bend","path":"/a"}])", R"([{"op":"remove"}])"})
    EXPECT_EQ(patched(R"({"a":1})", patch), "422") << patch;
  EXPECT_EQ(patched(R"({"a":1})", R"({"op":"remove"})"), "400");
}

TEST(JsonPatchTest, members_of_operations_are_texts) {
  const auto why = [](std::string_view patch) {
    const auto result = apply_json_patch(*parse_json("{}"), *parse_json(patch));
    return result ? "" : result.error().message;
  };
  constexpr std::string_view kWrong = "error decoding patch: json: cannot unmarshal ";
  const auto told = [&](std::string_view had, std::string_view member) {
    return std::string(kWrong) + std::string(had) + " into Go struct field jsonPatchOp." + std::string(member) +
           " of type string";
  };
  EXPECT_EQ(why(R"([{"op":5,"path":"/a"}])"), told("number", "op"));
  EXPECT_EQ(why(R"([{"op":"add","path":{},"value":1}])"), told("object", "path"));
  EXPECT_EQ(why(R"([{"op":"copy","path":"/a","from":true}])"), told("bool", "from"));
  EXPECT_EQ(why(R"([{"op":"add","path":"/a","value":1},{"op":[],"path":"/a"}])"), told("array", "op"));
  EXPECT_EQ(why(R"([{"op":null,"path":"/a"}])"), "the server rejected our request due to an error in our request");
}

TEST(JsonPatchTest, test_holds_the_rest_back) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}])"), "{}");
}

TEST(JsonPatchTest, habits_of_the_library_that_kubernetes_uses) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])"), R"({"a":1,"b":2})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"copy","from":"/x","path":"/b"}])"), R"({"a":1,"b":null})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-1","value":3},{"op":"remove","path":"/a/-3"}])"),
            R"({"a":[2,3]})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/b","value":null}])"), R"({"a":1})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])"), R"({"b":2})");
}

TEST(JsonPatchTest, copies_are_bounded) {
  std::string patch = "[";
  for (int i = 0; i < 40; ++i) patch += R"({"op":"copy","from":"/a","path":"/a/-"},)";
  patch.back() = ']';
  EXPECT_EQ(patched(R"({"a":["some text"]})", patch), "422");
}

TEST(JsonPatchTest, a_patch_of_a_wrong_form_is_told) {
  const auto told = apply_json_patch(*parse_json("{}"), *parse_json(R"({"op":"add"})"));
  EXPECT_EQ(told.error().message,
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
  EXPECT_EQ(merge_patch(*parse_json("{}"), *parse_json("[]")).error().message,
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
}

TEST(MergePatchTest, nulls_of_new_members_are_dropped) {
  EXPECT_EQ(merged(R"({"x":{"y":1}})", R"({"a":{"b":null,"l":[{"c":null},null]},"x":[{"z":null}]})"),
            R"({"x":[{"z":null}],"a":{"l":[{},null]}})");
}

TEST(MergePatchTest, members_merge_null_deletes_lists_replace) {
  EXPECT_EQ(merged(R"({"a":{"b":1,"c":2},"l":[1]})", R"({"a":{"b":null,"d":3},"l":[2,3]})"),
            R"({"a":{"c":2,"d":3},"l":[2,3]})");
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":{"b":{"c":null}}})"), R"({"a":{"b":{}}})");
}

}  // namespace
}  // namespace proa::object
