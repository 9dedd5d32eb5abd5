#include "object/selector.h"

#include <gtest/gtest.h>

#include "object/int_or_string.h"
#include "object/json.h"

namespace proa::object {
namespace {

bool matches(std::string_view selector, std::string_view labels) {
  return LabelSelector::parse(selector)->matches(*parse_json(labels));
}

std::string shown(std::string_view text) {
  const auto selector = LabelSelector::parse(text);
  return selector ? selector->to_string() : selector.error().message;
}

std::string shown_fields(std::string_view text) {
  const auto selector = FieldSelector::parse(text);
  if (!selector) return selector.error().message;
  std::string out;
  for (const auto& term : selector->terms()) out += term.field + (term.negated ? "!=" : "=") + term.value + ";";
  return out;
}

TEST(LabelSelector, operators) {
  const char* labels = R"({"app":"web","tier":"a","n":"5"})";
  EXPECT_TRUE(matches("", labels));
  EXPECT_TRUE(matches("app=web,tier in (a, b),!legacy", labels));
  EXPECT_TRUE(matches("app==web, tier notin (c), app", labels));
  EXPECT_TRUE(matches("legacy!=x", labels));
  EXPECT_TRUE(matches("n>4,n<6", labels));
  EXPECT_FALSE(matches("n>5", labels));
  EXPECT_FALSE(matches("app=Web", labels));
  EXPECT_FALSE(matches("app in (x)", labels));
  EXPECT_FALSE(matches("!app", labels));
  EXPECT_TRUE(matches("app in (in, web)", labels));
}

TEST(LabelSelector, canonical_text) {
  EXPECT_EQ(shown("b=1,a in (y,x)"), "a in (x,y),b=1");
  EXPECT_EQ(shown("x in (foo,,baz),y,z notin ()"), "x in (,baz,foo),y,z notin ()");
  EXPECT_EQ(shown("!a , b != c"), "!a,b!=c");
  EXPECT_EQ(shown("a="), "a=");
}

TEST(LabelSelector, complaints_are_upstreams) {
  EXPECT_EQ(shown("a=b,"), "found '', expected: identifier after ','");
  EXPECT_EQ(shown("a b"), "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  EXPECT_EQ(shown("a in b"), "unable to parse requirement: found 'b' expected: '('");
  EXPECT_EQ(shown("a=b c"), "found 'c', expected: ',' or 'end of string'");
  EXPECT_EQ(shown("=a"), "found '=', expected: !, identifier, or 'end of string'");
  EXPECT_EQ(shown("!"), "unable to parse requirement: found '', expected: identifier");
  EXPECT_EQ(shown("a in (b"), "unable to parse requirement: found '', expected: ',' or ')'");
  EXPECT_EQ(shown("a>x"),
            "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must "
            "be an integer");
  EXPECT_EQ(shown("-a=b"),
            "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric "
            "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
            "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
  EXPECT_EQ(shown("a=b@"),
            "unable to parse requirement: values[0][a]: Invalid value: \"b@\": a valid label must be an empty string "
            "or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
            "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
            "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
}

TEST(LabelSelector, from_objects) {
  const auto of = [](std::string_view json) { return LabelSelector::from_object(*parse_json(json)); };
  EXPECT_TRUE(of("{}").selects_everything());
  EXPECT_TRUE(of("null").selects_nothing());
  EXPECT_TRUE(LabelSelector::from_object(View()).selects_nothing());
  EXPECT_EQ(of(R"({"matchLabels":{"b":"1","a":"2"},"matchExpressions":[
                    {"key":"c","operator":"In","values":["y","x"]},{"key":"d","operator":"DoesNotExist"}]})")
                .to_string(),
            "a=2,b=1,c in (x,y),!d");
  EXPECT_TRUE(LabelSelector::from_map(*parse_json("{}")).selects_nothing());
  EXPECT_EQ(LabelSelector::from_map(*parse_json(R"({"app":"web"})")).to_string(), "app=web");
  EXPECT_FALSE(LabelSelector::nothing().matches(*parse_json("{}")));
}

TEST(FieldSelector, terms) {
  EXPECT_EQ(shown_fields("status.phase!=Running,metadata.name=web"), "metadata.name=web;status.phase!=Running;");
  EXPECT_EQ(shown_fields("a==b\\,c\\=d\\\\"), "a=b,c=d\\;");
  EXPECT_EQ(shown_fields(""), "");
  EXPECT_EQ(shown_fields("abc"), "invalid selector: 'abc'; can't understand 'abc'");
  EXPECT_EQ(shown_fields("a=b=c"), "invalid field selector: unescaped character in value: 61");
  EXPECT_EQ(shown_fields("a=\\x"), "invalid field selector: invalid escape sequence: \\x");
  const auto selector = FieldSelector::parse("metadata.name=web,spec.nodeName!=n1");
  EXPECT_EQ(*selector->required_value("metadata.name"), "web");
  EXPECT_EQ(selector->required_value("spec.nodeName"), nullptr);
  const auto fields = [](std::string_view field) { return std::string(field == "metadata.name" ? "web" : "n2"); };
  EXPECT_TRUE(selector->matches(fields));
}

TEST(IntOrString, percentages_are_rounded_as_asked) {
  EXPECT_EQ(scaled_value(Value(3), 10, true), 3);
  EXPECT_EQ(scaled_value(Value("25%"), 10, true), 3);
  EXPECT_EQ(scaled_value(Value("25%"), 10, false), 2);
  EXPECT_EQ(scaled_value(Value("100%"), 7, false), 7);
  EXPECT_EQ(scaled_value(Value("25"), 10, false), std::nullopt);
  EXPECT_EQ(scaled_value(Value("x%"), 10, false), std::nullopt);
  EXPECT_EQ(scaled_value(View(), 10, false), std::nullopt);
}

}  // namespace
}  // namespace proa::object
