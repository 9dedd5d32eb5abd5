// YAML by the answers of the readers and writers that Kubernetes 1.36 uses.
#include <gtest/gtest.h>

#include "object/json.h"
#include "object/yaml.h"

namespace proa::object {
namespace {

std::string shown(const Result<Value>& value) {
  if (value) return to_sorted_json(*value);
  const std::string& why = value.error().message;
  return "error: " + (why.starts_with(kYamlErrorPrefix) ? why.substr(kYamlErrorPrefix.size()) : why);
}

TEST(YamlRules, bare_scalars) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"a", R"("a")"},
      {"yes", "true"},
      {"Yes", "true"},
      {"YES", "true"},
      {"y", "true"},
      {"Y", "true"},
      {"no", "false"},
      {"n", "false"},
      {"N", "false"},
      {"on", "true"},
      {"Off", "false"},
      {"true", "true"},
      {"True", "true"},
      {"TRUE", "true"},
      {"tRUE", R"("tRUE")"},
      {"false", "false"},
      {"null", "null"},
      {"Null", "null"},
      {"~", "null"},
      {"", "null"},
      {"1", "1"},
      {"-1", "-1"},
      {"+1", "1"},
      {"01", "1"},
      {"0o7", "7"},
      {"08", "8"},
      {"0x1F", "31"},
      {"0b11", "3"},
      {"1_000", "1000"},
      {"1.5", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e3", "1000"},
      {"1.e3", "1000"},
      {"1e", R"("1e")"},
      {".inf", "error: json: unsupported value: +Inf"},
      {"-.Inf", "error: json: unsupported value: -Inf"},
      {".nan", "error: json: unsupported value: NaN"},
      {"NaN", R"("NaN")"},
      {"2024-01-01", R"("2024-01-01")"},
      {"2024-01-01T00:00:00Z", R"("2024-01-01T00:00:00Z")"},
      {"12:30:45", R"("12:30:45")"},
      {"1:2", R"("1:2")"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_yaml(text)), wanted) << text;
}

TEST(YamlRules, quoted_and_tagged_scalars) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {R"("1")", R"("1")"},
      {"'yes'", R"("yes")"},
      {"!!str 1", R"("1")"},
      {R"(!!int "1")", "1"},
      {"!!float 1", "1"},
      {R"(!!bool "yes")", "true"},
      {"!!binary aGk=", R"("hi")"},
      {R"(!!null "")", "null"},
      {"! a", R"("a")"},
      {R"("a\nb\x41\u00e9\e")", "\"a\\nbA\303\251\\u001b\""},
      {"'it''s'", R"("it's")"},
      {"a: b", R"({"a":"b"})"},
      {"a # b", R"("a")"},
      {"a#b", R"("a#b")"},
      {"- a", R"(["a"])"},
      {"[a, b]", R"(["a","b"])"},
      {"{a: 1, b: [x, y]}", R"({"a":1,"b":["x",true]})"},
      {"[a,]", R"(["a"])"},
      {"{a}", R"({"a":null})"},
      {"{a: , b}", R"({"a":null,"b":null})"},
      {"\"a\n  b\"", R"("a b")"},
      {"a\n  b\n\n  c", R"("a b\nc")"},
      {"=", R"("=")"},
      {"<<", R"("\u003c\u003c")"},
      {"-", "[null]"},
      {"?", "error: unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>"},
      {".", R"(".")"},
      {"-a", R"("-a")"},
      {":a", R"(":a")"},
      {"a:b", R"("a:b")"},
      {"0.1", "0.1"},
      {"1e400", R"("1e400")"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_yaml(text)), wanted) << text;
}

TEST(YamlRules, blocks) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"|\n  a\n  b\n", R"("a\nb\n")"},
      {"|-\n  a\n  b\n", R"("a\nb")"},
      {"|+\n  a\n\n", R"("a\n\n")"},
      {">\n  a\n  b\n\n  c\n", R"("a b\nc\n")"},
      {">-\n  a\n    b\n  c\n", R"("a\n  b\nc")"},
      {"|2\n    a\n", R"("  a\n")"},
      {"a: |\n  x\n   y\nb: 1\n", R"({"a":"x\n y\n","b":1})"},
      {"a:\n- 1\n- 2\n", R"({"a":[1,2]})"},
      {"a:\n  - 1\n  - b: 2\n    c: 3\n", R"({"a":[1,{"b":2,"c":3}]})"},
      {"- - a\n  - b\n- c\n", R"([["a","b"],"c"])"},
      {"a: &x {k: 1}\nb: *x\n", R"({"a":{"k":1},"b":{"k":1}})"},
      {"a: &x {k: 1}\nb:\n  <<: *x\n  c: 2\n", R"({"a":{"k":1},"b":{"c":2,"k":1}})"},
      {"a: &x {k: 1}\nb:\n  <<: [*x, {m: 2}]\n", R"({"a":{"k":1},"b":{"k":1,"m":2}})"},
      {"1: a\ntrue: b\nnull: c\n1.5: d\n", R"(error: unsupported map key of type: %!s(<nil>), key: <nil>, value: "c")"},
      {"? a\n: b\n", R"({"a":"b"})"},
      {"a:\n\nb: 1\n", R"({"a":null,"b":1})"},
      {"# c\na: 1 # d\n", R"({"a":1})"},
      {"%YAML 1.1\n---\na: 1\n", R"({"a":1})"},
      {"--- a\n", R"("a")"},
      {"a: 1\n...\n", R"({"a":1})"},
      {"a: 1\n---\nb: 2\n", R"({"a":1})"},
      {"\"a\": 1\n'b': 2\n", R"({"a":1,"b":2})"},
      {"a: 1\na: 2\n", R"({"a":2})"},
      {"{}", "{}"},
      {"[]", "[]"},
      {"a: {}\nb: []\n", R"({"a":{},"b":[]})"},
      {"a: \"x\\\n  y\"\n", R"({"a":"xy"})"},
      {"\357\273\277a: 1\n", R"({"a":1})"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_yaml(text)), wanted) << text;
}

TEST(YamlRules, complaints) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"a: b: c", "error: yaml: mapping values are not allowed in this context"},
      {"a: [", "error: yaml: line 1: did not find expected node content"},
      {"a: {b: 1", "error: yaml: line 1: did not find expected ',' or '}'"},
      {R"(a: "b)", "error: yaml: found unexpected end of stream"},
      {"a: *x", "error: yaml: unknown anchor 'x' referenced"},
      {"a:\n\t- b", "error: yaml: line 2: found character that cannot start any token"},
      {"\ta: 1", "error: yaml: found character that cannot start any token"},
      {"a: 1\n b: 2", "error: yaml: line 2: mapping values are not allowed in this context"},
      {"- a\nb: 1", "error: yaml: line 1: did not find expected '-' indicator"},
      {"a: %b", "error: yaml: found character that cannot start any token"},
      {"a: @b", "error: yaml: found character that cannot start any token"},
      {"a: `b`", "error: yaml: found character that cannot start any token"},
      {"a: !!int x", "error: yaml: cannot decode !!str `x` as a !!int"},
      {"a: !!float x", "error: yaml: cannot decode !!str `x` as a !!float"},
      {"a: !!bool x", "error: yaml: cannot decode !!str `x` as a !!bool"},
      {"a: ]", "error: yaml: did not find expected node content"},
      {"a: }", "error: yaml: did not find expected node content"},
      {"a: >x\n  b", "error: yaml: did not find expected comment or line break"},
      {"a: |0\n  b", "error: yaml: found an indentation indicator equal to 0"},
      {"? [a]\n: b", R"(error: yaml: invalid map key: []interface {}{"a"})"},
      {"{[a]: b}", R"(error: yaml: invalid map key: []interface {}{"a"})"},
      {"a: b\n- c", "error: yaml: line 1: did not find expected key"},
      {R"(a: "\q")", "error: yaml: found unknown escape character"},
      {"&a", "null"},
      {"*a", "error: yaml: unknown anchor 'a' referenced"},
      {"a: &x &y b", "error: yaml: did not find expected key"},
      {"<<: 1", "error: yaml: map merge requires map or sequence of maps as the value"},
      {"a: \001", "error: yaml: control characters are not allowed"},
      {R"(a: !!binary "*")", "error: yaml: !!binary value contains invalid base64 data"},
      {"key: [a: b: c]", "error: yaml: did not find expected ',' or ']'"},
      {R"("a" "b")", R"("a")"},
      {"a: 'b' c", "error: yaml: did not find expected key"},
      {"- [a\n- b", "error: yaml: line 2: did not find expected ',' or ']'"},
      {"a:\n  b: 1\n c: 2", "error: yaml: line 2: did not find expected key"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_yaml(text)), wanted) << text;
}

TEST(YamlRules, scalars_are_written_bare_or_quoted) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"null", "null\n"},
      {"true", "true\n"},
      {"1", "1\n"},
      {"-1", "-1\n"},
      {"1.5", "1.5\n"},
      {"1e21", "1e+21\n"},
      {"100000.0", "100000\n"},
      {"1234567.5", "1.2345675e+06\n"},
      {R"("")", "\"\"\n"},
      {R"("a")", "a\n"},
      {R"("yes")", "\"yes\"\n"},
      {R"("no")", "\"no\"\n"},
      {R"("true")", "\"true\"\n"},
      {R"("null")", "\"null\"\n"},
      {R"("~")", "\"~\"\n"},
      {R"("1")", "\"1\"\n"},
      {R"("1.5")", "\"1.5\"\n"},
      {R"("0x1f")", "\"0x1f\"\n"},
      {R"("0o7")", "\"0o7\"\n"},
      {R"("08")", "\"08\"\n"},
      {R"("1e3")", "\"1e3\"\n"},
      {R"("1_000")", "\"1_000\"\n"},
      {R"("2024-01-01")", "\"2024-01-01\"\n"},
      {R"("12:30:45")", "\"12:30:45\"\n"},
      {R"(" a")", "' a'\n"},
      {R"("a ")", "'a '\n"},
      {R"("a b")", "a b\n"},
      {R"("a: b")", "'a: b'\n"},
      {R"("a #b")", "'a #b'\n"},
      {R"("a#b")", "a#b\n"},
      {R"("#a")", "'#a'\n"},
      {R"("- a")", "'- a'\n"},
      {R"("-a")", "-a\n"},
      {R"("-")", "'-'\n"},
      {R"("? a")", "'? a'\n"},
      {R"("@a")", "'@a'\n"},
      {R"("`a`")", "'`a`'\n"},
      {R"("*a")", "'*a'\n"},
      {R"("&a")", "'&a'\n"},
      {R"("!a")", "'!a'\n"},
      {R"("|")", "'|'\n"},
      {R"(">")", "'>'\n"},
      {R"("%a")", "'%a'\n"},
      {R"("[a")", "'[a'\n"},
      {R"("{a")", "'{a'\n"},
      {R"("a,b")", "a,b\n"},
      {R"("a]")", "a]\n"},
      {R"("'a")", "'''a'\n"},
  };
  for (const auto& [json, wanted] : kRows) {
    std::string out;
    write_yaml(*parse_json(json), out);
    EXPECT_EQ(out, wanted) << json;
  }
}

TEST(YamlRules, texts_of_several_lines_lists_and_maps_are_written) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {R"("\"a\"")", "'\"a\"'\n"},
      {R"("it's")", "it's\n"},
      {R"("a\nb")", "|-\n  a\n  b\n"},
      {R"("a\nb\n")", "|\n  a\n  b\n"},
      {R"("a\n\n")", "|+\n  a\n\n"},
      {R"("\na")", "|2-\n\n  a\n"},
      {R"("  a\nb")", "|2-\n    a\n  b\n"},
      {R"("a\n  b")", "|-\n  a\n    b\n"},
      {R"("\n")", "|2+\n\n"},
      {R"("a\tb")", "\"a\\tb\"\n"},
      {R"("\t")", "\"\\t\"\n"},
      {R"("a\r\nb")", "\"a\\r\\nb\"\n"},
      {R"("\u0001")", "\"\\x01\"\n"},
      {"\"\303\251\"", "\303\251\n"},
      {R"("\ud83d\ude00")", "\"\\U0001F600\"\n"},
      {R"("\u2028")", "'\342\200\250'\n"},
      {R"("\ufeff")", "\"\\uFEFF\"\n"},
      {R"("=")", "=\n"},
      {R"("<<")", "<<\n"},
      {R"("---")", "'---'\n"},
      {R"("...")", "'...'\n"},
      {R"(".inf")", "\".inf\"\n"},
      {R"("NaN")", "NaN\n"},
      {"[]", "[]\n"},
      {"{}", "{}\n"},
      {R"([1,[2,3],{"a":1}])", "- 1\n- - 2\n  - 3\n- a: 1\n"},
      {"[[],{}]", "- []\n- {}\n"},
      {R"({"b":1,"a":2})", "a: 2\nb: 1\n"},
      {R"({"a":{"c":[1,{"d":null}]}})", "a:\n  c:\n  - 1\n  - d: null\n"},
      {R"({"a10":1,"a9":2,"A":3,"b-1":4,"b1":5})", "A: 3\na9: 2\na10: 1\nb-1: 4\nb1: 5\n"},
      {R"({"1":1,"true":2,"":3,"a b":4,"a:":5})", "\"\": 3\n\"1\": 1\na b: 4\n'a:': 5\n\"true\": 2\n"},
      {R"({"a":[]})", "a: []\n"},
      {R"({"k":"word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"})",
       "k: word word word word word word word word word word word word word word word word\n  word word word word word "
       "word word word word word word word word word end\n"},
      {R"({"k":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})",
       "k: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"},
  };
  for (const auto& [json, wanted] : kRows) {
    std::string out;
    write_yaml(*parse_json(json), out);
    EXPECT_EQ(out, wanted) << json;
  }
}

}  // namespace
}  // namespace proa::object
