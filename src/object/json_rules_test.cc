// JSON by the answers of the reader that Kubernetes 1.36 uses.
#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::object {
namespace {

std::string shown(const Result<Value>& value) {
  if (value) return to_sorted_json(*value);
  return "error: " + value.error().message;
}

TEST(JsonRules, values) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"0", "0"},
      {"-0", "0"},
      {"1", "1"},
      {"-1", "-1"},
      {"1.0", "1"},
      {"1.50", "1.5"},
      {"1e2", "100"},
      {"1E+2", "100"},
      {"1e-2", "0.01"},
      {"0.1", "0.1"},
      {"1e20", "100000000000000000000"},
      {"1e21", "1e+21"},
      {"1e-6", "0.000001"},
      {"1e-7", "1e-7"},
      {"123456789012345678", "123456789012345678"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9223372036854776000"},
      {"18446744073709551616", "18446744073709552000"},
      {"5e-324", "5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {R"("")", R"("")"},
      {R"("a")", R"("a")"},
      {R"("\u0041\n\t\"\\\/")", R"("A\n\t\"\\/")"},
      {R"("\ud83d\ude00")", "\"\360\237\230\200\""},
      {R"("\ud83d")", "\"\357\277\275\""},
      {R"("\ude00\ud83d")", "\"\357\277\275\357\277\275\""},
      {"\"\303\251\"", "\"\303\251\""},
      {R"("<&>")", R"("\u003c\u0026\u003e")"},
      {R"("\u2028")", R"("\u2028")"},
      {R"("\u0000\u001f")", R"("\u0000\u001f")"},
      {"[]", "[]"},
      {"[ 1 , [ ] ]", "[1,[]]"},
      {"{}", "{}"},
      {R"({"b":1,"a":{"d":2,"c":3}})", R"({"a":{"c":3,"d":2},"b":1})"},
      {R"({"a":1,"a":2})", R"({"a":2})"},
      {R"({"":1})", R"({"":1})"},
      {" \t\015\n1 ", "1"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_json(text)), wanted) << text;
}

TEST(JsonRules, complaints) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"", "error: unexpected end of JSON input"},
      {"nul", "error: invalid character ' ' in literal null (expecting 'l')"},
      {"nulll", "error: invalid character 'l' after top-level value"},
      {"tru", "error: invalid character ' ' in literal true (expecting 'e')"},
      {"f", "error: invalid character ' ' in literal false (expecting 'a')"},
      {"-", "error: invalid character ' ' in numeric literal"},
      {"-a", "error: invalid character 'a' in numeric literal"},
      {"1.", "error: invalid character ' ' after decimal point in numeric literal"},
      {"1.a", "error: invalid character 'a' after decimal point in numeric literal"},
      {"1e", "error: invalid character ' ' in exponent of numeric literal"},
      {"1e+", "error: invalid character ' ' in exponent of numeric literal"},
      {"01", "error: invalid character '1' after top-level value"},
      {".5", "error: invalid character '.' looking for beginning of value"},
      {"+1", "error: invalid character '+' looking for beginning of value"},
      {R"(")", "error: unexpected end of JSON input"},
      {R"("a)", "error: unexpected end of JSON input"},
      {R"("\)", "error: invalid character ' ' in string escape code"},
      {R"("\x")", "error: invalid character 'x' in string escape code"},
      {R"("\u12)", "error: invalid character ' ' in \\u hexadecimal character escape"},
      {R"("\u12g4")", "error: invalid character 'g' in \\u hexadecimal character escape"},
      {"\"a\nb\"", "error: invalid character '\\n' in string literal"},
      {"[", "error: unexpected end of JSON input"},
      {"[1", "error: unexpected end of JSON input"},
      {"[1,", "error: unexpected end of JSON input"},
      {"[1,]", "error: invalid character ']' looking for beginning of value"},
      {"[,1]", "error: invalid character ',' looking for beginning of value"},
      {"[1 2]", "error: invalid character '2' after array element"},
      {"{", "error: unexpected end of JSON input"},
      {R"({"a")", "error: unexpected end of JSON input"},
      {R"({"a":)", "error: unexpected end of JSON input"},
      {R"({"a":1)", "error: unexpected end of JSON input"},
      {R"({"a":1,)", "error: unexpected end of JSON input"},
      {R"({"a":1,})", "error: invalid character '}' looking for beginning of object key string"},
      {"{,}", "error: invalid character ',' looking for beginning of object key string"},
      {"{a:1}", "error: invalid character 'a' looking for beginning of object key string"},
      {R"({"a" 1})", "error: invalid character '1' after object key"},
      {R"({"a":1 "b":2})", R"(error: invalid character '"' after object key:value pair)"},
      {"{1:2}", "error: invalid character '1' looking for beginning of object key string"},
      {"1 2", "error: invalid character '2' after top-level value"},
      {"{} x", "error: invalid character 'x' after top-level value"},
      {"[}", "error: invalid character '}' looking for beginning of value"},
      {"{]", "error: invalid character ']' looking for beginning of object key string"},
      {"'a'", "error: invalid character '\\'' looking for beginning of value"},
      {"NaN", "error: invalid character 'N' looking for beginning of value"},
      {"1e999", "error: json: cannot unmarshal number 1e999 into Go value of type float64"},
      {"[1e999,}", "error: invalid character '}' looking for beginning of value"},
      {"-1e400:", "error: invalid character ':' after top-level value"},
      {"1e999 2", "error: invalid character '2' after top-level value"},
      {"\303\251", "error: invalid character '\303\203' looking for beginning of value"},
      {"\001", "error: invalid character '\\x01' looking for beginning of value"},
      {"//", "error: invalid character '/' looking for beginning of value"},
      {"/*", "error: invalid character '/' looking for beginning of value"},
      {R"("\ud83d\u12")", R"(error: invalid character '"' in \u hexadecimal character escape)"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(parse_json(text)), wanted) << text;
}

}  // namespace
}  // namespace proa::object
