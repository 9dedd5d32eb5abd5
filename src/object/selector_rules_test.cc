// Selectors by upstream's own answers: each row was given to labels.Parse, LabelSelectorAsSelector or
// fields.ParseSelector of k8s.io/apimachinery 0.36.
#include <gtest/gtest.h>

#include "object/json.h"
#include "object/selector.h"

namespace proa::object {
namespace {

constexpr std::string_view kLabels = R"({"app":"web","tier":"a","n":"5","in":"x","empty":""})";

std::string shown(const Result<LabelSelector>& selector) {
  if (!selector) return "error: " + selector.error().message;
  return selector->to_string() + (selector->matches(*parse_json(kLabels)) ? "|true" : "|false");
}

TEST(SelectorRules, label_selectors_that_are_good) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"", "|true"},
      {"app", "app|true"},
      {"!app", "!app|false"},
      {"app=web", "app=web|true"},
      {"app = web", "app=web|true"},
      {"app!=web", "app!=web|false"},
      {"app!=x", "app!=x|true"},
      {"none!=x", "none!=x|true"},
      {"app in (web)", "app in (web)|true"},
      {"app in (x,web)", "app in (web,x)|true"},
      {"app notin (x)", "app notin (x)|true"},
      {"none notin (x)", "none notin (x)|true"},
      {"none in (x)", "none in (x)|false"},
      {"empty=", "empty=|true"},
      {"empty", "empty|true"},
      {"empty in ()", "empty in ()|true"},
      {"none=", "none=|false"},
      {"none!=", "none!=|true"},
      {"n>4", "n>4|true"},
      {"n>5", "n>5|false"},
      {"n<6", "n<6|true"},
      {"n<5", "n<5|false"},
      {"n>-1",
       R"(error: unable to parse requirement: values[0][n]: Invalid value: "-1": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'))"},
      {"n > +4",
       R"(error: unable to parse requirement: values[0][n]: Invalid value: "+4": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'))"},
      {"app>1", "app>1|false"},
      {"none>1", "none>1|false"},
      {"none<1", "none<1|false"},
      {"tier in (b,a,b)", "tier in (a,b)|true"},
      {"in", "in|true"},
      {"in in (x)", "in in (x)|true"},
      {"notin", "notin|false"},
      {"!in", "!in|false"},
      {"in=x", "in=x|true"},
      {"app=in", "app=in|false"},
      {"app in (in,notin,web)", "app in (in,notin,web)|true"},
      {"a.b/c=d", "a.b/c=d|false"},
      {"x_y-z.1=1", "x_y-z.1=1|false"},
      {"app,tier,n", "app,n,tier|true"},
      {"app=web,tier=b", "app=web,tier=b|false"},
      {"!none,!app", "!app,!none|false"},
      {"app=web,", "error: found '', expected: identifier after ','"},
      {"tier notin (,a)", "tier notin (,a)|false"},
      {"tier in (,a)", "tier in (,a)|true"},
      {"tier in (a,)", "tier in (,a)|true"},
      {"\tapp\t=\tweb\n", "app=web|true"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(LabelSelector::parse(text)), wanted) << text;
}

TEST(SelectorRules, label_selectors_that_are_not) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"=", "error: found '=', expected: !, identifier, or 'end of string'"},
      {"==", "error: found '==', expected: !, identifier, or 'end of string'"},
      {"!", "error: unable to parse requirement: found '', expected: identifier"},
      {"!!app", "error: unable to parse requirement: found '!', expected: identifier"},
      {"app=web,,tier", "error: found ',', expected: identifier after ','"},
      {"app web", "error: unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"},
      {"app=web tier=a", "error: found 'tier', expected: ',' or 'end of string'"},
      {"app in", "error: unable to parse requirement: found '' expected: '('"},
      {"app in web", "error: unable to parse requirement: found 'web' expected: '('"},
      {"app in (", "error: unable to parse requirement: found '', expected: ',', ')' or identifier"},
      {"app in (web", "error: unable to parse requirement: found '', expected: ',' or ')'"},
      {"app in (web,", "error: unable to parse requirement: found '', expected: ',', or identifier"},
      {"app in (web x)", "error: unable to parse requirement: found 'x', expected: ',' or ')'"},
      {"app in web)", "error: unable to parse requirement: found 'web' expected: '('"},
      {"app notin", "error: unable to parse requirement: found '' expected: '('"},
      {"()", "error: found '(', expected: !, identifier, or 'end of string'"},
      {"app=(", "error: unable to parse requirement: found '(', expected: identifier"},
      {"app=!", "error: unable to parse requirement: found '!', expected: identifier"},
      {"app>",
       R"(error: unable to parse requirement: values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer)"},
      {"app>x",
       R"(error: unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer)"},
      {"app>1.5",
       R"(error: unable to parse requirement: values[0]: Invalid value: "1.5": for 'Gt', 'Lt' operators, the value must be an integer)"},
      {"n>9223372036854775808",
       R"(error: unable to parse requirement: values[0]: Invalid value: "9223372036854775808": for 'Gt', 'Lt' operators, the value must be an integer)"},
      {"-app",
       R"(error: unable to parse requirement: <nil>: Invalid value: "-app": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'))"},
      {"app=-web",
       R"(error: unable to parse requirement: values[0][app]: Invalid value: "-web": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'))"},
      {"app=web-",
       R"(error: unable to parse requirement: values[0][app]: Invalid value: "web-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'))"},
      {"/app", R"(error: unable to parse requirement: <nil>: Invalid value: "/app": prefix part must be non-empty)"},
      {"a//b",
       R"(error: unable to parse requirement: <nil>: Invalid value: "a//b": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName'))"},
      {"A.b/c",
       R"(error: unable to parse requirement: <nil>: Invalid value: "A.b/c": prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"},
      {"app=a b", "error: found 'b', expected: ',' or 'end of string'"},
      {"\303\251=x",
       "error: unable to parse requirement: <nil>: Invalid value: \"\303\251\": name part must consist of alphanumeric "
       "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
       "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"},
      {"app=\303\251",
       "error: unable to parse requirement: values[0][app]: Invalid value: \"\303\251\": a valid label must be an "
       "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
       "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
       "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
      {"app in (\303\251)",
       "error: unable to parse requirement: values[0][app]: Invalid value: \"\303\251\": a valid label must be an "
       "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
       "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
       "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"},
      {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
       R"(error: unable to parse requirement: <nil>: Invalid value: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": name part must be no more than 63 bytes)"},
      {"app=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
       R"(error: unable to parse requirement: values[0][app]: Invalid value: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": must be no more than 63 bytes)"},
      {"app=web)", "error: found ')', expected: ',' or 'end of string'"},
      {"(app=web)", "error: found '(', expected: !, identifier, or 'end of string'"},
      {"app><1", "error: unable to parse requirement: found '<', expected: identifier"},
      {"app=>1", "error: unable to parse requirement: found '>', expected: identifier"},
      {"app!web", "error: unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"},
      {"app!", "error: unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"},
      {"app=!=x", "error: unable to parse requirement: found '!=', expected: identifier"},
      {",app", "error: found ',', expected: !, identifier, or 'end of string'"},
      {",", "error: found ',', expected: !, identifier, or 'end of string'"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(LabelSelector::parse(text)), wanted) << text;
}

TEST(SelectorRules, selectors_of_objects) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"{}", "|true"},
      {"null", "|false"},
      {R"({"matchLabels":{}})", "|true"},
      {R"({"matchExpressions":[]})", "|true"},
      {R"({"matchLabels":{"app":"web"}})", "app=web|true"},
      {R"({"matchLabels":{"app":"x"}})", "app=x|false"},
      {R"({"matchLabels":{"tier":"a","app":"web"}})", "app=web,tier=a|true"},
      {R"({"matchExpressions":[{"key":"app","operator":"In","values":["x","web"]}]})", "app in (web,x)|true"},
      {R"({"matchExpressions":[{"key":"app","operator":"NotIn","values":["x"]}]})", "app notin (x)|true"},
      {R"({"matchExpressions":[{"key":"app","operator":"Exists"}]})", "app|true"},
      {R"({"matchExpressions":[{"key":"app","operator":"DoesNotExist"}]})", "!app|false"},
      {R"({"matchExpressions":[{"key":"none","operator":"DoesNotExist"}],"matchLabels":{"app":"web"}})",
       "app=web,!none|true"},
      {R"({"matchLabels":{"n":"5"},"matchExpressions":[{"key":"n","operator":"In","values":["5","4"]},{"key":"app","operator":"Exists"}]})",
       "app,n=5,n in (4,5)|true"},
      {R"({"matchLabels":{"empty":""}})", "empty=|true"},
      {R"({"matchLabels":{"none":""}})", "none=|false"},
  };
  for (const auto& [text, wanted] : kRows)
    EXPECT_EQ(shown(LabelSelector::from_object(*parse_json(text))), wanted) << text;
}

TEST(SelectorRules, field_selectors) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"", ""},
      {"a=b", "a=b;"},
      {"a==b", "a=b;"},
      {"a!=b", "a!=b;"},
      {"a=", "a=;"},
      {"a==", "a=;"},
      {"a!=", "a!=;"},
      {",a=b", "a=b;"},
      {",,", ""},
      {"b=1,a=2", "a=2;b=1;"},
      {"a=b,a=c", "a=b;a=c;"},
      {"metadata.name=x,metadata.namespace!=y", "metadata.name=x;metadata.namespace!=y;"},
      {"a=b\\,c", "a=b,c;"},
      {"a=b\\=c", "a=b=c;"},
      {"a=b\\\\", "a=b\\;"},
      {"a=b\\\\,c=d", "a=b\\;c=d;"},
      {"a=\\", "error: invalid field selector: invalid escape sequence: \\"},
      {"a=\\x", "error: invalid field selector: invalid escape sequence: \\x"},
      {"a=\\\303\251", "error: invalid field selector: invalid escape sequence: \\\303\251"},
      {"a=b=c", "error: invalid field selector: unescaped character in value: 61"},
      {"a=b!=c", "error: invalid field selector: unescaped character in value: 61"},
      {"a=b,c", "error: invalid selector: 'a=b,c'; can't understand 'c'"},
      {"abc", "error: invalid selector: 'abc'; can't understand 'abc'"},
      {"a", "error: invalid selector: 'a'; can't understand 'a'"},
      {"!a", "error: invalid selector: '!a'; can't understand '!a'"},
      {"!a=b", "!a=b;"},
      {"a,b=c", "error: invalid selector: 'a,b=c'; can't understand 'a'"},
      {"a\\,b=c", "a\\,b=c;"},
      {"a =b", "a =b;"},
      {"a= b", "a= b;"},
      {"\303\251=\303\251", "\303\251=\303\251;"},
      {"a=b\\", "error: invalid field selector: invalid escape sequence: \\"},
      {"a=b,=c", "=c;a=b;"},
      {"status.phase!=Running,status.phase!=Failed", "status.phase!=Failed;status.phase!=Running;"},
  };
  for (const auto& [text, wanted] : kRows) {
    const auto selector = FieldSelector::parse(text);
    std::string shown = selector ? "" : "error: " + selector.error().message;
    if (selector)
      for (const auto& term : selector->terms()) shown += term.field + (term.negated ? "!=" : "=") + term.value + ";";
    EXPECT_EQ(shown, wanted) << text;
  }
}

}  // namespace
}  // namespace proa::object
