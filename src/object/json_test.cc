#include "object/json.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "object/go_text.h"

namespace proa::object {
namespace {

std::string round_trip(std::string_view text) {
  const Result<Value> value = parse_json(text);
  return value ? to_json(*value) : "error: " + value.error().message;
}

std::string error_of(std::string_view text) {
  const Result<Value> value = parse_json(text);
  return value ? "none" : value.error().message;
}

TEST(Json, text_comes_out_as_go_writes_it) {
  EXPECT_EQ(round_trip(R"( { "a" : [ 1 , -2.50 , true , null , "x" ] } )"), R"({"a":[1,-2.5,true,null,"x"]})");
  EXPECT_EQ(round_trip(R"("<a href='x'>&\/\b\f\n\r\t\u0001\u007f")"),
            R"("\u003ca href='x'\u003e\u0026/\b\f\n\r\t\u0001)"
            "\x7f\"");
  EXPECT_EQ(round_trip("\"\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9\""), "\"\\u2028\\u2029\xc3\xa9\"");
  EXPECT_EQ(round_trip("\"bad \xff utf\xc3\""), "\"bad \xef\xbf\xbd utf\xef\xbf\xbd\"");
  EXPECT_EQ(to_json(Value("bad \xff")), R"("bad \ufffd")");
}

TEST(Json, surrogates_are_joined_and_lone_ones_replaced) {
  EXPECT_EQ(round_trip(R"("\ud83d\ude00")"), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(round_trip(R"("\ud83dx")"), "\"\xef\xbf\xbdx\"");
  EXPECT_EQ(round_trip(R"("\ud83d\u0041")"),
            "\"\xef\xbf\xbd"
            "A\"");
  EXPECT_EQ(round_trip(R"("\ude00")"), "\"\xef\xbf\xbd\"");
}

TEST(Json, numbers_keep_what_they_are) {
  EXPECT_EQ(parse_json("9223372036854775807")->kind(), Kind::kInt);
  EXPECT_EQ(parse_json("9223372036854775808")->kind(), Kind::kDouble);
  EXPECT_EQ(parse_json("1.0")->kind(), Kind::kDouble);
  EXPECT_EQ(round_trip("[0,-0,1e2,1.5e-7,1e21,1e20,123456789012345678901,0.1,1e-6,5e-324]"),
            "[0,0,100,1.5e-7,1e+21,100000000000000000000,123456789012345680000,0.1,0.000001,5e-324]");
  EXPECT_EQ(error_of("1e999"), "json: cannot unmarshal number 1e999 into Go value of type float64");
  EXPECT_EQ(round_trip("1e-999"), "0");
}

TEST(Json, errors_are_gos) {
  EXPECT_EQ(error_of(""), "unexpected end of JSON input");
  EXPECT_EQ(error_of("{"), "unexpected end of JSON input");
  EXPECT_EQ(error_of("\"abc"), "unexpected end of JSON input");
  EXPECT_EQ(error_of("x"), "invalid character 'x' looking for beginning of value");
  EXPECT_EQ(error_of("'"), R"(invalid character '\'' looking for beginning of value)");
  EXPECT_EQ(error_of("\xc3\xa9"), "invalid character '\xc3\x83' looking for beginning of value");
  EXPECT_EQ(error_of("[1,]"), "invalid character ']' looking for beginning of value");
  EXPECT_EQ(error_of("[1 2]"), "invalid character '2' after array element");
  EXPECT_EQ(error_of("[01]"), "invalid character '1' after array element");
  EXPECT_EQ(error_of(R"({"a":1,})"), "invalid character '}' looking for beginning of object key string");
  EXPECT_EQ(error_of("{a:1}"), "invalid character 'a' looking for beginning of object key string");
  EXPECT_EQ(error_of(R"({"a" 1})"), "invalid character '1' after object key");
  EXPECT_EQ(error_of(R"({"a":1 "b":2})"), "invalid character '\"' after object key:value pair");
  EXPECT_EQ(error_of("{} x"), "invalid character 'x' after top-level value");
  EXPECT_EQ(error_of("trux"), "invalid character 'x' in literal true (expecting 'e')");
  EXPECT_EQ(error_of("-x"), "invalid character 'x' in numeric literal");
  EXPECT_EQ(error_of("1.x"), "invalid character 'x' after decimal point in numeric literal");
  EXPECT_EQ(error_of("1ex"), "invalid character 'x' in exponent of numeric literal");
  EXPECT_EQ(error_of("\"a\nb\""), R"(invalid character '\n' in string literal)");
  EXPECT_EQ(error_of(R"("\q")"), "invalid character 'q' in string escape code");
  EXPECT_EQ(error_of(R"("\u00g0")"), R"(invalid character 'g' in \u hexadecimal character escape)");
}

TEST(Json, depth_is_bounded) {
  const std::string deep(600, '[');
  EXPECT_EQ(error_of(deep), "exceeded max depth");
  ParseOptions options;
  options.max_depth = 3;
  EXPECT_TRUE(parse_json("[[[1]]]", options));
  EXPECT_FALSE(parse_json("[[[[1]]]]", options));
}

TEST(Json, the_last_of_repeated_members_wins_and_each_is_reported) {
  std::vector<std::string> duplicates;
  ParseOptions options;
  options.duplicates = &duplicates;
  const auto value = parse_json(R"({"spec":{"replicas":1,"x":[{"a":1,"a":2}],"replicas":3}})", options);
  EXPECT_EQ(to_json(*value), R"({"spec":{"replicas":3,"x":[{"a":2}]}})");
  EXPECT_EQ(duplicates,
            (std::vector<std::string>{"duplicate field \"spec.x[0].a\"", "duplicate field \"spec.replicas\""}));
}

TEST(Json, repeated_members_are_found_in_large_objects) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += fmt::format("\"key{}\":{},", i % 500, i);
  text += "\"last\":0}";
  std::vector<std::string> duplicates;
  ParseOptions options;
  options.duplicates = &duplicates;
  const auto value = parse_json(text, options);
  EXPECT_EQ(duplicates.size(), 500u);
  EXPECT_EQ(View(*value).size(), 501u);
  EXPECT_EQ(View(*value)["key3"].as_int(), 503);
}

TEST(Json, fields_v1_stay_one_piece_of_text) {
  const auto pod = parse_json(R"({"metadata":{"managedFields":[{"fieldsV1": { "f:a" : {"k:{\"x\":\"<\"}" : [ 1 ]} } }]},
                                  "fieldsV1":{"x":1}})");
  const View entry = View(*pod)["metadata"]["managedFields"].at(0);
  EXPECT_EQ(entry["fieldsV1"].kind(), Kind::kRaw);
  EXPECT_EQ(entry["fieldsV1"].as_raw(), R"({"f:a":{"k:{\"x\":\"<\"}":[1]}})");
  EXPECT_EQ(to_json(entry), R"({"fieldsV1":{"f:a":{"k:{\"x\":\"\u003c\"}":[1]}}})");
  EXPECT_TRUE(View(*pod)["fieldsV1"].is_object());
  const auto odd = parse_json("{\"metadata\":{\"managedFields\":[{\"fieldsV1\":{\"\xff\\n\\n\":{}}}]}}");
  EXPECT_EQ(View(*odd)["metadata"]["managedFields"].at(0)["fieldsV1"].as_raw(), "{\"\xef\xbf\xbd\\n\\n\":{}}");
  EXPECT_EQ(error_of(R"({"metadata":{"managedFields":[{"fieldsV1":{"a" 1}}]}})"),
            "invalid character '1' after object key");
}

TEST(Json, indented_as_marshal_indent) {
  std::string out;
  write_json_indented(*parse_json(R"({"b":[1,{}],"a":{"x":[]}})"), out, 4, true);
  EXPECT_EQ(out, R"({
    "a": {
        "x": []
    },
    "b": [
        1,
        {}
    ]
})");
}

TEST(GoText, quoting) {
  EXPECT_EQ(go_quoted("a\"\\\n\t\x01\x7f\xff\xc3\xa9\xe2\x80\x8b"),
            "\"a\\\"\\\\\\n\\t\\x01\\x7f\\xff\xc3\xa9\\u200b\"");
}

TEST(GoText, floats) {
  const auto text = [](double number) {
    std::string out;
    write_go_float(number, out);
    return out;
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(text(100000), "100000");
  EXPECT_EQ(text(1000000), "1e+06");
  EXPECT_EQ(text(1234567.5), "1.2345675e+06");
  EXPECT_EQ(text(0.0001), "0.0001");
  EXPECT_EQ(text(0.00001), "1e-05");
  EXPECT_EQ(text(-2.5e-10), "-2.5e-10");
  EXPECT_EQ(text(INFINITY), "+Inf");
  EXPECT_EQ(text(NAN), "NaN");
}

}  // namespace
}  // namespace proa::object
