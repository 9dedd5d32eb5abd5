#include "cli/kubectl/printers/jsonpath.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

constexpr std::string_view kPods = R"({"kind":"List","items":[
  {"metadata":{"name":"a","labels":{"app":"web","k8s.io/x":"y"}},"spec":{"n":1,"containers":[{"image":"i1"},{"image":"i2"}]}},
  {"metadata":{"name":"b"},"spec":{"n":2,"ok":true,"containers":[{"image":"i3"}]}}]})";

std::string print(std::string_view text, bool allow_missing = true) {
  const auto object = object::parse_json(kPods);
  auto path = JsonPath::parse(text);
  if (!path) return "error: " + path.error().message();
  auto out = path->allow_missing(allow_missing).print(*object);
  return out ? *out : "error: " + out.error().message();
}

TEST(JsonPath, walks_members_and_items) {
  EXPECT_EQ(print("{.items[0].metadata.name}"), "a");
  EXPECT_EQ(print("{.items[-1].metadata.name}"), "b");
  EXPECT_EQ(print("{.items[*].metadata.name}"), "a b");
  EXPECT_EQ(print("{.items[0:2].metadata.name}"), "a b");
  EXPECT_EQ(print("{$.items[0].spec.containers[0,1].image}"), "i1 i2");
  EXPECT_EQ(print("{.items[0].metadata.labels.k8s\\.io/x}"), "y");
  EXPECT_EQ(print("{.items[0].metadata['name']}"), "a");
}

TEST(JsonPath, prints_text_and_quotes) {
  EXPECT_EQ(print("names: {.items[0].metadata.name}{\"\\n\"}"), "names: a\n");
  EXPECT_EQ(print("{'x'}{.kind}"), "xList");
}

TEST(JsonPath, repeats_ranges) {
  EXPECT_EQ(print("{range .items[*]}{.metadata.name}={.spec.n};{end}."), "a=1;b=2;.");
  EXPECT_EQ(print("{range .items[*]}{range .spec.containers[*]}{.image},{end};{end}"), "i1,i2,;i3,;");
  EXPECT_EQ(print("{range .none[*]}{.x}{end}end"), "end");
}

TEST(JsonPath, filters) {
  EXPECT_EQ(print("{.items[?(@.spec.n>1)].metadata.name}"), "b");
  EXPECT_EQ(print("{.items[?(@.metadata.name==\"a\")].spec.n}"), "1");
  EXPECT_EQ(print("{.items[?(@.spec.ok)].metadata.name}"), "b");
}

TEST(JsonPath, descends) {
  EXPECT_EQ(print("{..image}"), "i1 i2 i3");
  EXPECT_EQ(print("{.items[0].metadata.labels.*}"), "web y");
}

TEST(JsonPath, prints_objects_as_json_with_sorted_members) {
  EXPECT_EQ(print("{.items[1].spec.containers}"), R"([{"image":"i3"}])");
  EXPECT_EQ(print("{.items[1].spec.ok}"), "true");
}

TEST(JsonPath, errors_are_upstreams) {
  EXPECT_EQ(print("{.items"), "error: unclosed action");
  EXPECT_EQ(print("{.items[9].x}"), "error: array index out of bounds: index 9, length 2");
  EXPECT_EQ(print("{.none}", false), "error: none is not found");
  EXPECT_EQ(print("{.none}"), "");
  EXPECT_EQ(print("{frob}"), "error: unrecognized identifier frob");
  EXPECT_EQ(print("{.items[x]}"), "error: invalid array index x");
}

TEST(JsonPath, relaxes_paths_of_columns) {
  EXPECT_EQ(relaxed_path("metadata.name").value(), "{.metadata.name}");
  EXPECT_EQ(relaxed_path(".metadata.name").value(), "{.metadata.name}");
  EXPECT_EQ(relaxed_path("{.metadata.name}").value(), "{.metadata.name}");
  EXPECT_FALSE(relaxed_path("{a}{b}").has_value());
}

TEST(GoText, prints_maps_and_lists_as_go_does) {
  const auto value = object::parse_json(R"({"b":[1,"x"],"a":null})");
  EXPECT_EQ(go_print(*value), "map[a:<nil> b:[1 x]]");
  EXPECT_EQ(go_syntax(*value), R"(map[string]interface {}{"a":interface {}(nil), "b":[]interface {}{1, "x"}})");
}

}  // namespace
}  // namespace proa::cli::kubectl
