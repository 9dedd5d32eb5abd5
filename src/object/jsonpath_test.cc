#include "object/jsonpath.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::object {
namespace {

// What is expected here was taken down from client-go's jsonpath.

constexpr std::string_view kList = R"({"kind":"List","items":[
  {"metadata":{"name":"a","labels":{"app.x/y":"1","k":"v"}},"spec":{"n":1,"l":[1,2,3,4,5],"t":"<x>"},
   "status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Other","status":"False"}]}},
  {"metadata":{"name":"b"},"spec":{"n":2.5,"l":[],"b":true,"z":null},
   "status":{"conditions":[{"type":"Ready","status":"False"}]}}]})";

std::string shown(std::string_view text, JsonPathOptions options = {}) {
  const Result<JsonPath> path = JsonPath::parse(text);
  if (!path) return "error: " + path.error().message;
  std::string out;
  const Result<void> done = path->print(*parse_json(kList), options, out);
  return done ? out : "error: " + done.error().message;
}

std::string strict(std::string_view text) { return shown(text, {.allow_missing_keys = false}); }

TEST(JsonPath, fields_and_text) {
  EXPECT_EQ(shown("x{.kind}y"), "xListy");
  EXPECT_EQ(shown("{$.kind} { .kind }"), "List List");
  EXPECT_EQ(shown("{.items[*].metadata.name}"), "a b");
  EXPECT_EQ(shown("{.items[0]['metadata']['name']}"), "a");
  EXPECT_EQ(shown("{.items[0].metadata.labels.app\\.x/y}"), "1");
  EXPECT_EQ(shown("{.items[0].metadata.labels['app\\.x/y']}"), "1");
  EXPECT_EQ(shown("{'a\\'b'}{\"\\x41\\u00e9\\101\\n\"}"), "a'bA\u00e9A\n");
  EXPECT_EQ(shown("plain"), "plain");
}

TEST(JsonPath, values_are_printed_as_go_prints_them) {
  EXPECT_EQ(shown("{.items[*].spec.n}"), "1 2.5");
  EXPECT_EQ(shown("{.items[1].spec.z}"), "null");
  EXPECT_EQ(shown("{.items[1].spec}"), R"({"b":true,"l":[],"n":2.5,"z":null})");
  EXPECT_EQ(shown("{.items[0].spec.t}"), "<x>");
  EXPECT_EQ(shown("{.items[0].spec.l}"), "[1,2,3,4,5]");
  EXPECT_EQ(shown("{.items[*].metadata.name}", {.as_json = true}), "[\n    \"a\",\n    \"b\"\n]\n");
}

TEST(JsonPath, indexes_slices_and_unions) {
  EXPECT_EQ(shown("{.items[-1].metadata.name}"), "b");
  EXPECT_EQ(shown("{.items[0].spec.l[1:3]}"), "2 3");
  EXPECT_EQ(shown("{.items[0].spec.l[::2]}"), "1 3 5");
  EXPECT_EQ(shown("{.items[0].spec.l[-2:]}"), "4 5");
  EXPECT_EQ(shown("{.items[0].spec.l[0, 2]}"), "1 3");
  EXPECT_EQ(shown("{.items[*]['metadata.name','spec.n']}"), "a b 1 2.5");
  EXPECT_EQ(shown("{.items[0:0]}"), "");
  EXPECT_EQ(shown("{.items[5]}"), "error: array index out of bounds: index 5, length 2");
  EXPECT_EQ(shown("{.items[0:2:0]}"), "error: step must be > 0");
}

TEST(JsonPath, recursive_descent_and_wildcards) {
  EXPECT_EQ(shown("{..name}"), "a b");
  EXPECT_EQ(shown("{.items[0].metadata.labels.*}"), "1 v");
  EXPECT_EQ(shown("{..conditions[0].type}"), "Ready Ready");
}

TEST(JsonPath, filters) {
  EXPECT_EQ(shown("{.items[?(@.spec.n==1)].metadata.name}"), "error: incompatible types for comparison");
  EXPECT_EQ(shown("{.items[?(@.metadata.name==\"b\")].spec.n}"), "2.5");
  EXPECT_EQ(shown("{.items[?(@.metadata.name != 'b')].metadata.name}"), "a");
  EXPECT_EQ(shown("{.items[*].status.conditions[?(@.type==\"Ready\")].status}"), "True False");
  EXPECT_EQ(shown("{.items[?(@.spec.b)].metadata.name}"), "b");
  EXPECT_EQ(shown("{.items[?(@.spec.b==true)].metadata.name}"), "b");
  EXPECT_EQ(shown("{.items[0].spec.l[?(@>=4)]}"), "4 5");
  EXPECT_EQ(shown("{.kind[?(@.x==1)]}"), "error: List is not array or slice and cannot be filtered");
}

TEST(JsonPath, ranges_nest) {
  EXPECT_EQ(shown("{range .items[*]}{.metadata.name}{'\\t'}{end}"), "a\tb\t");
  EXPECT_EQ(shown("{range .items[*]}{.metadata.name}:{range .status.conditions[*]}{.type}={.status},{end};{end}!"),
            "a:Ready=True,Other=False,;b:Ready=False,;!");
  EXPECT_EQ(shown("{range .nope[*]}{.x}{end}after"), "after");
  EXPECT_EQ(shown("{range .items[0].spec.l[*]}<{@}>{end}"), "<1><2><3><4><5>");
}

TEST(JsonPath, missing_keys_are_nothing_or_an_error) {
  EXPECT_EQ(shown("{.nope.deeper[0]}"), "");
  EXPECT_EQ(strict("{.nope.deeper[0]}"), "error: nope is not found");
  EXPECT_EQ(strict("{.kind[0]}"), "error: string is not array or slice");
}

TEST(JsonPath, complaints_about_templates) {
  EXPECT_EQ(shown("{.kind"), "error: unclosed action");
  EXPECT_EQ(shown("{\"abc"), "error: unterminated quoted string");
  EXPECT_EQ(shown("{[0"), "error: unterminated array");
  EXPECT_EQ(shown("{.items[?(@.x==1}"), "error: unterminated filter");
  EXPECT_EQ(shown("{.items[?(@.x)}"), "error: unclosed array expect ]");
  EXPECT_EQ(shown("{.items[a]}"), "error: invalid array index a");
  EXPECT_EQ(shown("{!}"), "error: unrecognized character in action: U+0021 '!'");
  EXPECT_EQ(shown("{....}"), "error: invalid multiple recursive descent");
  EXPECT_EQ(shown("{1.2.3}"), "error: cannot parse number 1.2.3");
  EXPECT_EQ(shown("{\"\\q\"}"), "error: unquote string \"\\q\" error invalid syntax");
  EXPECT_EQ(shown("{end}"), "error: not in range, nothing to end");
  EXPECT_EQ(shown("{foo}"), "error: unrecognized identifier foo");
}

TEST(JsonPath, relaxed_expressions_get_their_braces) {
  for (const char* text : {"a.b", ".a.b", "{a.b}", "{.a.b}"}) EXPECT_EQ(*relaxed_jsonpath(text), "{.a.b}");
  EXPECT_FALSE(relaxed_jsonpath("{a}{b}"));
}

}  // namespace
}  // namespace proa::object
