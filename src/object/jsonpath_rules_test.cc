// JSONPath templates by the answers of k8s.io/client-go util/jsonpath 0.36.
#include <gtest/gtest.h>

#include "object/json.h"
#include "object/jsonpath.h"

namespace proa::object {
namespace {

constexpr std::string_view kDocument =
    R"({"kind":"List","items":[{"metadata":{"name":"a","labels":{"x.y/z":"1"}},"n":1,"f":1.5,"b":true,"z":null,"l":[1,2,3]},{"metadata":{"name":"b"},"n":2,"f":2,"b":false,"l":[]},{"metadata":{"name":"c","labels":{}},"n":3,"l":[[1],[2,3]]}],"s":"text<&>","o":{"p":{"q":"r"}},"e":[],"big":12345678901,"g":1e+21})";

std::string shown(std::string_view text, bool allow_missing_keys) {
  const auto path = JsonPath::parse(text);
  if (!path) return "error: " + path.error().message;
  const Value document = *parse_json(kDocument);
  std::string out;
  const auto done = path->print(document, {.allow_missing_keys = allow_missing_keys}, out);
  return done ? out : "error: " + done.error().message;
}

TEST(JsonPathRules, paths) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"{.kind}", "List"},
      {"{$.kind}", "List"},
      {"{@.kind}", "List"},
      {"{kind}", "error: unrecognized identifier kind"},
      {"text", "text"},
      {"", ""},
      {"{}",
       R"({"big":12345678901,"e":[],"g":1e+21,"items":[{"b":true,"f":1.5,"l":[1,2,3],"metadata":{"labels":{"x.y/z":"1"},"name":"a"},"n":1,"z":null},{"b":false,"f":2,"l":[],"metadata":{"name":"b"},"n":2},{"l":[[1],[2,3]],"metadata":{"labels":{},"name":"c"},"n":3}],"kind":"List","o":{"p":{"q":"r"}},"s":"text\u003c\u0026\u003e"})"},
      {"{$}",
       R"({"big":12345678901,"e":[],"g":1e+21,"items":[{"b":true,"f":1.5,"l":[1,2,3],"metadata":{"labels":{"x.y/z":"1"},"name":"a"},"n":1,"z":null},{"b":false,"f":2,"l":[],"metadata":{"name":"b"},"n":2},{"l":[[1],[2,3]],"metadata":{"labels":{},"name":"c"},"n":3}],"kind":"List","o":{"p":{"q":"r"}},"s":"text\u003c\u0026\u003e"})"},
      {"{.s}", "text<&>"},
      {"{.o}", R"({"p":{"q":"r"}})"},
      {"{.o.p.q}", "r"},
      {"{.o.p}", R"({"q":"r"})"},
      {"{.e}", "[]"},
      {"{.big}", "12345678901"},
      {"{.g}", "1e+21"},
      {"{.items[0].metadata.name}", "a"},
      {"{.items[-1].n}", "3"},
      {"{.items[3]}", "error: array index out of bounds: index 3, length 3"},
      {"{.items[-4]}", "error: array index out of bounds: index -1, length 3"},
      {"{.items[*].n}", "1 2 3"},
      {"{.items[*].metadata.name}", "a b c"},
      {"{.items[0:2].n}", "1 2"},
      {"{.items[1:].n}", "2 3"},
      {"{.items[:1].n}", "1"},
      {"{.items[::2].n}", "1 3"},
      {"{.items[-2:].n}", "2 3"},
      {"{.items[2:1].n}", "error: starting index 2 is greater than ending index 1"},
      {"{.items[0:10].n}", "error: array index out of bounds: index 9, length 3"},
      {"{.items[::-1].n}", "error: step must be > 0"},
      {"{.items[0,2].n}", "1 3"},
      {"{.items[0,-1].n}", "1 3"},
      {"{.items[0]['metadata','n']}", R"({"labels":{"x.y/z":"1"},"name":"a"} 1)"},
      {"{['kind','s']}", "List text<&>"},
      {"{.items[0].metadata.labels.x\\.y/z}", "1"},
      {"{.items[0].metadata.labels['x\\.y/z']}", "1"},
      {"{..name}", "a b c"},
      {"{..q}", "r"},
      {"{.items[*].l}", "[1,2,3] [] [[1],[2,3]]"},
      {"{.items[*].l[0]}", "error: array index out of bounds: index 0, length 0"},
      {"{.items[0].z}", "null"},
      {"{.items[0].f} {.items[1].f}", "1.5 2"},
      {"{.items[0].b}", "true"},
      {"{.kind}{.s}", "Listtext<&>"},
      {R"(a{.kind}b{"c"}d)", "aListbcd"},
      {R"({"t\n"})", "t\n"},
      {"{'x'}", "x"},
      {"{5}", "5"},
      {"{-1.5}", "-1.5"},
      {"{true}", "true"},
  };
  for (const auto& [text, wanted] : kRows) {
    EXPECT_EQ(shown(text, true), wanted) << text;
    EXPECT_EQ(shown(text, false), wanted) << text;
  }
}

TEST(JsonPathRules, filters_and_ranges) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"{.items[?(@.n>1)].n}", "2 3"},
      {"{.items[?(@.n>=2)].n}", "2 3"},
      {"{.items[?(@.n<2)].n}", "1"},
      {"{.items[?(@.n<=2)].n}", "1 2"},
      {"{.items[?(@.n==2)].metadata.name}", "b"},
      {"{.items[?(@.n!=2)].n}", "1 3"},
      {R"({.items[?(@.metadata.name=="b")].n})", "2"},
      {"{.items[?(@.metadata.name!='b')].n}", "1 3"},
      {"{.items[?(@.b)].n}", "1 2"},
      {"{.items[?(@.z)].n}", "1"},
      {"{.items[?(@.none)].n}", ""},
      {"{.items[?(@.f==1.5)].n}", "error: incompatible types for comparison"},
      {"{.items[?(@.metadata.labels)].n}", "1 3"},
      {"{.items[0].l[?(@>1)]}", "2 3"},
      {"{.items[?(@.l[0]==1)].n}", "error: array index out of bounds: index 0, length 0"},
      {"{range .items[*]}{.n}{end}", "123"},
      {R"({range .items[*]}{.metadata.name}={.n}{"\n"}{end})", "a=1\nb=2\nc=3\n"},
      {"{range .items[*]}{.n},{end}last", "1,2,3,last"},
      {"{range .items[?(@.n>1)]}[{.n}]{end}", "[2][3]"},
      {"{range .items[*]}{range .l[*]}{@}{end};{end}", "123;;[1][2,3];"},
      {"{end}", "error: not in range, nothing to end"},
  };
  for (const auto& [text, wanted] : kRows) {
    EXPECT_EQ(shown(text, true), wanted) << text;
    EXPECT_EQ(shown(text, false), wanted) << text;
  }
}

TEST(JsonPathRules, complaints) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"{", "error: unclosed action"},
      {"{.kind", "error: unclosed action"},
      {"}", "}"},
      {"{.items[}", "error: unterminated array"},
      {"{.items[0}", "error: unterminated array"},
      {"{.items[x]}", "error: invalid array index x"},
      {"{.items[0:1:2:3]}", "error: invalid array index 0:1:2:3"},
      {"{.items[?(@.n]}", "error: unterminated filter"},
      {"{.items[?(@.n==}", "error: unterminated filter"},
      {"{.items[?]}", "error: invalid array index ?"},
      {R"({"a})", "error: unterminated quoted string"},
      {"{'a}", "error: unterminated quoted string"},
      {"{.kind]}", "error: unrecognized character in action: U+005D ']'"},
      {"{.items[0", "error: unterminated array"},
      {"{*}", "error: unrecognized character in action: U+002A '*'"},
      {"{.kind[0]}", "error: string is not array or slice"},
      {"{.o[0]}", "error: map[string]interface {} is not array or slice"},
      {"{.items[::0]}", "error: step must be > 0"},
      {R"({.items[?(@.n>"x")].n})", "error: incompatible types for comparison"},
      {R"({.items[?(@.s=="x" && @.n)]})", "error: unrecognized character in action: U+0026 '&'"},
      {"{a b", "error: unclosed action"},
      {"{ .kind }", "List"},
      {"{#}", "error: unrecognized character in action: U+0023 '#'"},
      {"{.items[a]}", "error: invalid array index a"},
      {"{(}", "error: unrecognized character in action: U+0028 '('"},
  };
  for (const auto& [text, wanted] : kRows) {
    EXPECT_EQ(shown(text, true), wanted) << text;
    EXPECT_EQ(shown(text, false), wanted) << text;
  }
}

TEST(JsonPathRules, missing_fields_are_nothing_or_an_error) {
  struct Row {
    std::string_view text, allowed, strict;
  };
  constexpr Row kRows[] = {
      {"{.none}", "", "error: none is not found"},
      {"{.o.none}", "", "error: none is not found"},
      {"{.none.x}", "", "error: none is not found"},
      {"{.items[*].f}", "1.5 2", "1.5 2"},
      {"{.items[0].metadata.labels.none}", "", "error: none is not found"},
      {"{range .none[*]}x{end}", "", "error: none is not found"},
      {"{.items[*].metadata.labels}", R"({"x.y/z":"1"} {})", R"({"x.y/z":"1"} {})"},
      {"{.kind}{.none}", "List", "error: none is not found"},
      {"{['kind','none']}", "List", "error: none is not found"},
      {"{.items[?(@.f>1)].n}", "error: incompatible types for comparison", "error: incompatible types for comparison"},
      {"{.items[?(@.none==1)].n}", "", "error: none is not found"},
      {"{..none}", "", "error: none is not found"},
      {"{.none[0]}", "", "error: none is not found"},
      {"{.none[?(@.a)]}", "", "error: none is not found"},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(shown(row.text, true), row.allowed) << row.text;
    EXPECT_EQ(shown(row.text, false), row.strict) << row.text;
  }
}

}  // namespace
}  // namespace proa::object
