#include "object/go_text.h"

#include <gtest/gtest.h>

namespace proa::object {
namespace {

TEST(GoText, runes) {
  EXPECT_EQ(rune_at("\xf0\x9f\x98\x80", 0).code, 0x1f600u);
  for (const char* bad : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8", "\xe2\x82"}) {
    EXPECT_FALSE(rune_at(bad, 0).valid) << bad;
    EXPECT_EQ(rune_at(bad, 0).size, 1u);
    EXPECT_FALSE(is_valid_utf8(std::string("a") + bad));
  }
  EXPECT_TRUE(is_valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  std::string out;
  for (const char32_t code : {U'a', U'\u00e9', U'\u20ac', U'\U0001f600'}) append_utf8(code, out);
  EXPECT_EQ(out, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(GoText, json_numbers_change_form_where_go_does) {
  const auto text = [](double number) {
    std::string out;
    write_json_number(number, out);
    return out;
  };
  EXPECT_EQ(text(1e20), "100000000000000000000");
  EXPECT_EQ(text(1e21), "1e+21");
  EXPECT_EQ(text(0.000001), "0.000001");
  EXPECT_EQ(text(0.0000009), "9e-7");
  EXPECT_EQ(text(-1.25e-10), "-1.25e-10");
  EXPECT_EQ(text(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(text(0.30000000000000004), "0.30000000000000004");
}

TEST(GoText, plain_and_short_floats) {
  std::string out;
  write_go_plain_float(1.5e10, out);
  out += ' ';
  write_go_plain_float(1e-7, out);
  out += ' ';
  write_go_float32(0.1F, out);
  EXPECT_EQ(out, "15000000000 0.0000001 0.1");
}

}  // namespace
}  // namespace proa::object
