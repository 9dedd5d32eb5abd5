#include "object/yaml.h"

#include <gtest/gtest.h>

#include "object/random_tree.h"

namespace proa::object {
namespace {

std::string yaml_of(std::string_view json) {
  std::string out;
  write_yaml(*parse_json(json), out);
  return out;
}

std::string json_of(std::string_view yaml) {
  const Result<Value> value = parse_yaml(yaml);
  return value ? to_json(*value) : value.error().message;
}

// What the words below lead to was taken down from sigs.k8s.io/yaml 1.4.

TEST(YamlWriter, keys_are_sorted_naturally_and_lists_stand_below_their_key) {
  EXPECT_EQ(
      yaml_of(
          R"({"spec":{"containers":[{"name":"web","args":["a","b"],"env":[]}],"x":{}},"kind":"Pod","a10":1,"a9":2})"),
      "a9: 2\na10: 1\nkind: Pod\nspec:\n  containers:\n  - args:\n    - a\n    - b\n    env: []\n    name: web\n  x: "
      "{}\n");
  EXPECT_EQ(yaml_of(R"([[1,[2]],{"a":[]}])"), "- - 1\n  - - 2\n- a: []\n");
  EXPECT_EQ(yaml_of("{}"), "{}\n");
  EXPECT_EQ(yaml_of("\"x\""), "x\n");
}

TEST(YamlWriter, strings_are_quoted_where_they_would_read_as_something_else) {
  const std::pair<const char*, const char*> cases[] = {{"", "\"\""},
                                                       {"yes", "\"yes\""},
                                                       {"y", "\"y\""},
                                                       {"null", "\"null\""},
                                                       {"1", "\"1\""},
                                                       {"1e3", "\"1e3\""},
                                                       {"0x1F", "\"0x1F\""},
                                                       {"08", "\"08\""},
                                                       {"1_000", "\"1_000\""},
                                                       {"1:30", "\"1:30\""},
                                                       {"2024-04-28", "\"2024-04-28\""},
                                                       {"2024-04-28T14:36:14Z", "\"2024-04-28T14:36:14Z\""},
                                                       {"2024-13-01", "2024-13-01"},
                                                       {"abc", "abc"},
                                                       {"100m", "100m"},
                                                       {"1.2.3", "1.2.3"},
                                                       {"a: b", "'a: b'"},
                                                       {"a:b", "a:b"},
                                                       {"- a", "'- a'"},
                                                       {"-a", "-a"},
                                                       {"#x", "'#x'"},
                                                       {"a #b", "'a #b'"},
                                                       {"*", "'*'"},
                                                       {"it's", "it's"},
                                                       {"'", "''''"},
                                                       {" a", "' a'"},
                                                       {"a\\b", "a\\b"},
                                                       {"<<", "<<"},
                                                       {"{}", "'{}'"},
                                                       {"@x", "'@x'"},
                                                       {"=", "="},
                                                       {"---", "'---'"}};
  for (const auto& [text, wanted] : cases) {
    std::string out;
    write_yaml(Value(text), out);
    EXPECT_EQ(out, std::string(wanted) + "\n") << text;
  }
}

TEST(YamlWriter, lines_become_literal_blocks_where_they_can) {
  EXPECT_EQ(yaml_of(R"({"a":"x\ny","b":"x\ny\n","c":"x\n\n","d":" x\ny\n","e":"x \ny","f":"x\ty\n"})"),
            "a: |-\n  x\n  y\nb: |\n  x\n  y\nc: |+\n  x\n\nd: |2\n   x\n  y\ne: \"x \\ny\"\nf: \"x\\ty\\n\"\n");
}

TEST(YamlWriter, long_text_is_folded_at_80_columns) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "word" + std::to_string(i) + " ";
  text += "end";
  std::string out;
  write_yaml(Value::object({{"message", text}}), out);
  EXPECT_EQ(out,
            "message: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11\n"
            "  word12 word13 word14 word15 word16 word17 word18 word19 end\n");
}

TEST(YamlWriter, keys_that_cannot_stand_on_a_line_get_a_question_mark) {
  EXPECT_EQ(yaml_of(R"({"a\nb":1})"), "? |-\n  a\n  b\n: 1\n");
  EXPECT_EQ(yaml_of(R"({"1":{"true":2}})"), "\"1\":\n  \"true\": 2\n");
}

TEST(YamlWriter, numbers_are_those_that_yaml_makes_of_json) {
  EXPECT_EQ(yaml_of("[1,-2,1.5,1000000,1234567.5,1e21,1e-7,18446744073709551615]"),
            "- 1\n- -2\n- 1.5\n- 1000000\n- 1.2345675e+06\n- 1e+21\n- 1e-07\n- 1.8446744073709552e+19\n");
}

TEST(YamlReader, scalars_are_read_by_yaml_1_1) {
  EXPECT_EQ(json_of("[yes, Off, ~, 0x1F, 017, 08, 1_000, 1e3, .5, 1:30, 2024-04-28, \"1\", 'yes', 1.0, a b]"),
            R"([true,false,null,31,15,8,1000,1000,0.5,"1:30","2024-04-28","1","yes",1,"a b"])");
  EXPECT_EQ(json_of("a: !!str 1\nb: !!float 1\nc: !!binary aGk=\n"), R"({"a":"1","b":1,"c":"hi"})");
  EXPECT_EQ(json_of("1: a\n1.5: b\ntrue: c\n"), R"({"1":"a","1.5":"b","true":"c"})");
  EXPECT_EQ(json_of("a: .inf"), "error converting YAML to JSON: json: unsupported value: +Inf");
}

TEST(YamlReader, anchors_aliases_and_merges) {
  EXPECT_EQ(json_of("a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n  l: 2\n"), R"({"a":{"k":1},"b":{"k":1},"c":{"k":1,"l":2}})");
  EXPECT_EQ(json_of("a: *x"), "error converting YAML to JSON: yaml: unknown anchor 'x' referenced");
  EXPECT_EQ(json_of("a: &x [*x]"), "error converting YAML to JSON: yaml: anchor 'x' value contains itself");
  EXPECT_EQ(json_of("<<: 1"),
            "error converting YAML to JSON: yaml: map merge requires map or sequence of maps as the value");
}

TEST(YamlReader, documents_that_unfold_without_end_are_refused) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [" + before;
    for (int i = 0; i < 9; ++i) bomb += "," + before;
    bomb += "]\n";
  }
  EXPECT_EQ(json_of(bomb), "error converting YAML to JSON: yaml: document contains excessive aliasing");
}

TEST(YamlReader, complaints_are_go_yamls) {
  const std::string prefix = "error converting YAML to JSON: yaml: ";
  EXPECT_EQ(json_of("a: b: c"), prefix + "mapping values are not allowed in this context");
  EXPECT_EQ(json_of("a: 1\n b: 2"), prefix + "line 2: mapping values are not allowed in this context");
  EXPECT_EQ(json_of("a:\n\t- b"), prefix + "line 2: found character that cannot start any token");
  EXPECT_EQ(json_of("a: 1\nb: 'x"), prefix + "line 2: found unexpected end of stream");
  EXPECT_EQ(json_of("image: {{ x }}"),
            prefix + "invalid map key: map[interface {}]interface {}{\"x\":interface {}(nil)}");
  EXPECT_EQ(json_of("a: !!int x"), prefix + "cannot decode !!str `x` as a !!int");
}

TEST(YamlReader, repeated_keys_are_told_and_the_last_wins) {
  std::vector<std::string> duplicates;
  ParseOptions options;
  options.duplicates = &duplicates;
  EXPECT_EQ(to_json(*parse_yaml("a: 1\nb: 2\na: 3\n", options)), R"({"a":3,"b":2})");
  EXPECT_EQ(duplicates, std::vector<std::string>{"line 3: key \"a\" already set in map"});
}

TEST(YamlReader, streams_are_split_as_kubectl_does) {
  const auto stream = [](std::string_view text) {
    const auto values = parse_yaml_stream(text);
    if (!values) return values.error().message;
    std::string out;
    for (const Value& value : *values) out += to_json(value) + ";";
    return out;
  };
  EXPECT_EQ(stream("---\na: 1\n---\n# nothing\n---\n\n--- # b\nb: 2\n"), R"({"a":1};{"b":2};)");
  EXPECT_EQ(stream("{\"a\":1}\n{\"b\":2}\n"), R"({"a":1};{"b":2};)");
  EXPECT_EQ(stream("{\"a\":1}\n---\nb: 2\n"), R"({"a":1};{"b":2};)");
  EXPECT_EQ(stream("{a: 1}"), R"({"a":1};)");
  EXPECT_EQ(stream("{\"a\":1"), "unexpected EOF");
  EXPECT_EQ(stream("{\"a\" 1}"), "json: offset 6: invalid character '1' after object key");
  EXPECT_EQ(stream("a: 1\n---b\n"), "invalid Yaml document separator: b");
  EXPECT_EQ(stream("a: 1\n---\nb: [\n"),
            "error converting YAML to JSON: yaml: line 1: did not find expected node content");
  EXPECT_EQ(stream(""), "");
}

TEST(YamlReader, fields_v1_are_kept_raw) {
  const auto pod = parse_yaml("metadata:\n  managedFields:\n  - fieldsV1:\n      f:spec: {\".\": {}}\n");
  EXPECT_EQ(View(*pod)["metadata"]["managedFields"].at(0)["fieldsV1"].as_raw(), R"({"f:spec":{".":{}}})");
}

TEST(Yaml, random_trees_survive) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    RandomTree random(seed);
    const Value tree = random.object(3);
    std::string text;
    write_yaml(tree, text);
    const Result<Value> back = parse_yaml(text);
    ASSERT_TRUE(back) << seed << back.error().message << text;
    // Go's %g loses nothing, so numbers survive as well.
    ASSERT_EQ(View(*back), View(tree)) << seed << text;
  }
}

}  // namespace
}  // namespace proa::object
