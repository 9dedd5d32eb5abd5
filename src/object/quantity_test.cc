#include "object/quantity.h"

#include <limits>

#include <gtest/gtest.h>

#include "object/value.h"

namespace proa::object {
namespace {

std::string canonical(std::string_view text) {
  const auto quantity = Quantity::parse(text);
  return quantity ? quantity->to_string() : quantity.error().message;
}

TEST(Quantity, canonical_text) {
  const std::pair<const char*, const char*> cases[] = {{"0", "0"},
                                                       {"0k", "0"},
                                                       {"1500m", "1500m"},
                                                       {"1000m", "1"},
                                                       {"1.5", "1500m"},
                                                       {"0.5", "500m"},
                                                       {"1024Ki", "1Mi"},
                                                       {"1.5Gi", "1536Mi"},
                                                       {"1025Ki", "1025Ki"},
                                                       {"1000Ki", "1000Ki"},
                                                       {"100", "100"},
                                                       {"1000", "1k"},
                                                       {"1e3", "1e3"},
                                                       {"12e6", "12e6"},
                                                       {"1E", "1E"},
                                                       {"10e3", "10e3"},
                                                       {"0.1Ki", "102400m"},
                                                       {"1.1Ki", "1126400m"},
                                                       {"0.1n", "1n"},
                                                       {"-1500m", "-1500m"},
                                                       {"+1", "+1"},
                                                       {"12.500", "12.500"},
                                                       {"8Ei", "9223372036854775807"},
                                                       {"512", "512"},
                                                       {"2048", "2048"},
                                                       {"100G", "100G"},
                                                       {"3.141592653589", "3141592654n"},
                                                       {"1e4", "10e3"},
                                                       {"-", "0"},
                                                       {"1.", "1."}};
  for (const auto& [text, wanted] : cases) EXPECT_EQ(canonical(text), wanted) << text;
}

TEST(Quantity, complaints_are_upstreams) {
  const std::string form =
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  EXPECT_EQ(canonical(""), form);
  EXPECT_EQ(canonical("abc"), form);
  EXPECT_EQ(canonical("1 Gi"), form);
  EXPECT_EQ(canonical("1.2.3"), form);
  EXPECT_EQ(canonical("1kk"), "unable to parse quantity's suffix");
  EXPECT_EQ(canonical("1e"), "unable to parse quantity's suffix");
}

TEST(Quantity, values_are_rounded_up) {
  EXPECT_EQ(Quantity::parse("1500m")->value(), 2);
  EXPECT_EQ(Quantity::parse("-1500m")->value(), -2);
  EXPECT_EQ(Quantity::parse("100u")->milli_value(), 1);
  EXPECT_EQ(Quantity::parse("2Gi")->value(), int64_t{2} << 30);
  EXPECT_EQ(Quantity::parse("1e30")->value(), std::numeric_limits<int64_t>::max());
}

TEST(Quantity, sums_keep_the_format_of_the_first_that_is_not_zero) {
  EXPECT_EQ((*Quantity::parse("1Gi") + *Quantity::parse("512Mi")).to_string(), "1536Mi");
  EXPECT_EQ((Quantity() + *Quantity::parse("512Mi")).to_string(), "512Mi");
  EXPECT_EQ((*Quantity::parse("1") - *Quantity::parse("250m")).to_string(), "750m");
  EXPECT_EQ(Quantity::of_milli(2500).to_string(), "2500m");
  EXPECT_EQ(Quantity::of(2000).to_string(), "2k");
}

TEST(Quantity, order_is_by_amount) {
  EXPECT_EQ(*Quantity::parse("1"), *Quantity::parse("1000m"));
  EXPECT_LT(*Quantity::parse("1G"), *Quantity::parse("1Gi"));
  EXPECT_TRUE(Quantity::parse("0Ki")->is_zero());
  EXPECT_TRUE(Quantity::parse("-1")->is_negative());
}

TEST(Quantity, reads_json_strings_and_numbers) {
  EXPECT_EQ(Quantity::of_view(Value(2))->to_string(), "2");
  EXPECT_EQ(Quantity::of_view(Value(0.5))->to_string(), "500m");
  EXPECT_EQ(Quantity::of_view(Value(" 1Gi "))->to_string(), "1Gi");
}

}  // namespace
}  // namespace proa::object
