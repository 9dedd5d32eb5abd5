// Quantities by upstream's own answers: each row was given to resource.ParseQuantity of k8s.io/apimachinery 0.36.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "object/quantity.h"

namespace proa::object {
namespace {

/// Canonical text, Value() and MilliValue(), or the complaint.
std::string shown(std::string_view text) {
  const auto quantity = Quantity::parse(text);
  if (!quantity) return "error: " + quantity.error().message;
  const int sign = quantity->is_negative() ? -1 : quantity->is_zero() ? 0 : 1;
  return fmt::format("{}|{}|{}|{}", quantity->to_string(), quantity->value(), quantity->milli_value(), sign);
}

TEST(QuantityRules, plain_numbers_and_signs) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"0", "0|0|0|0"},
      {"-0", "0|0|0|0"},
      {"+0", "0|0|0|0"},
      {"00", "0|0|0|0"},
      {"0.0", "0|0|0|0"},
      {"1", "1|1|1000|1"},
      {"-1", "-1|-1|-1000|-1"},
      {"+1", "+1|1|1000|1"},
      {"05", "05|5|5000|1"},
      {".5", "500m|1|500|1"},
      {"5.", "5.|5|5000|1"},
      {"0.5", "500m|1|500|1"},
      {"-0.5", "-500m|-1|-500|-1"},
      {"1.0", "1|1|1000|1"},
      {"1.50", "1500m|2|1500|1"},
      {"1.500", "1.500|2|1500|1"},
      {"+1.5", "1500m|2|1500|1"},
      {"-1.500", "-1.500|-2|-1500|-1"},
      {"999", "999|999|999000|1"},
      {"1000", "1k|1000|1000000|1"},
      {"1001", "1001|1001|1001000|1"},
      {"1024", "1024|1024|1024000|1"},
      {"1500", "1500|1500|1500000|1"},
      {"10000", "10k|10000|10000000|1"},
      {"123456", "123456|123456|123456000|1"},
      {"1000000", "1M|1000000|1000000000|1"},
      {"100100", "100100|100100|100100000|1"},
      {"18446744073709", "18446744073709|18446744073709|18446744073709000|1"},
      {"-", "0|0|0|0"},
      {"+", "0|0|0|0"},
      {".", "0|0|0|0"},
      {"-.", "0|0|0|0"},
      {"+.", "0|0|0|0"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(text), wanted) << text;
}

TEST(QuantityRules, decimal_suffixes) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"1n", "1n|1|1|1"},
      {"1u", "1u|1|1|1"},
      {"1m", "1m|1|1|1"},
      {"100m", "100m|1|100|1"},
      {"1000m", "1|1|1000|1"},
      {"1001m", "1001m|2|1001|1"},
      {"-1500m", "-1500m|-2|-1500|-1"},
      {"0m", "0|0|0|0"},
      {"1k", "1k|1000|1000000|1"},
      {"1.5k", "1500|1500|1500000|1"},
      {"0.5k", "500|500|500000|1"},
      {"0.0005k", "500m|1|500|1"},
      {"1M", "1M|1000000|1000000000|1"},
      {"1.024M", "1.024M|1024000|1024000000|1"},
      {"1G", "1G|1000000000|1000000000000|1"},
      {"1T", "1T|1000000000000|1000000000000000|1"},
      {"1P", "1P|1000000000000000|1000000000000000000|1"},
      {"1000k", "1M|1000000|1000000000|1"},
      {"1000000m", "1k|1000|1000000|1"},
      {"12.34m", "12340u|1|13|1"},
      {"0.1m", "100u|1|1|1"},
      {"1.1m", "1100u|1|2|1"},
      {"0.1n", "1n|1|1|1"},
      {"0.0001n", "1n|1|1|1"},
      {"1.0000000001k", "1000000000100n|1001|1000001|1"},
      {"100u", "100u|1|1|1"},
      {"1500u", "1500u|1|2|1"},
      {"999999999n", "999999999n|1|1000|1"},
      {"1000000000n", "1|1|1000|1"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(text), wanted) << text;
}

TEST(QuantityRules, binary_suffixes) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"0Ki", "0|0|0|0"},
      {"1Ki", "1Ki|1024|1024000|1"},
      {"8Ki", "8Ki|8192|8192000|1"},
      {"1000Ki", "1000Ki|1024000|1024000000|1"},
      {"1023Ki", "1023Ki|1047552|1047552000|1"},
      {"1024Ki", "1Mi|1048576|1048576000|1"},
      {"1025Ki", "1025Ki|1049600|1049600000|1"},
      {"0.5Ki", "512|512|512000|1"},
      {"0.1Ki", "102400m|103|102400|1"},
      {"1.5Mi", "1536Ki|1572864|1572864000|1"},
      {"1.5Gi", "1536Mi|1610612736|1610612736000|1"},
      {"0.0009765625Ki", "1|1|1000|1"},
      {"0.0001Ki", "102400u|1|103|1"},
      {"512Mi", "512Mi|536870912|536870912000|1"},
      {"1024Mi", "1Gi|1073741824|1073741824000|1"},
      {"1Ti", "1Ti|1099511627776|1099511627776000|1"},
      {"1Pi", "1Pi|1125899906842624|1125899906842624000|1"},
      {"4Pi", "4Pi|4503599627370496|4503599627370496000|1"},
      {"-1Gi", "-1Gi|-1073741824|-1073741824000|-1"},
      {"-1.5Gi", "-1536Mi|-1610612736|-1610612736000|-1"},
      {"-1024Ki", "-1Mi|-1048576|-1048576000|-1"},
      {"1.23456789Gi", "1325607178060431360n|1325607179|1325607178061|1"},
      {"12345Ki", "12345Ki|12641280|12641280000|1"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(text), wanted) << text;
}

TEST(QuantityRules, exponents) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"1e0", "1e0|1|1000|1"},
      {"1e1", "10|10|10000|1"},
      {"1e2", "100|100|100000|1"},
      {"1e3", "1e3|1000|1000000|1"},
      {"1e4", "10e3|10000|10000000|1"},
      {"1e5", "100e3|100000|100000000|1"},
      {"1e6", "1e6|1000000|1000000000|1"},
      {"12e6", "12e6|12000000|12000000000|1"},
      {"1.5e3", "1500|1500|1500000|1"},
      {"1e-1", "100e-3|1|100|1"},
      {"1e-3", "1e-3|1|1|1"},
      {"1e-9", "1e-9|1|1|1"},
      {"1e-10", "1e-9|1|1|1"},
      {"15e2", "1500|1500|1500000|1"},
      {"1E3", "1E3|1000|1000000|1"},
      {"1e+3", "1e+3|1000|1000000|1"},
      {"1E-3", "1E-3|1|1|1"},
      {"1e03", "1e03|1000|1000000|1"},
      {"-1e3", "-1e3|-1000|-1000000|-1"},
      {"0e5", "0|0|0|0"},
      {"100e-2", "1|1|1000|1"},
      {"1.25e-2", "12500e-6|1|13|1"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(text), wanted) << text;
}

TEST(QuantityRules, complaints) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"abc", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1 Gi", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1.2.3", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1kk", "error: unable to parse quantity's suffix"},
      {"1e", "error: unable to parse quantity's suffix"},
      {"1e-", "error: unable to parse quantity's suffix"},
      {"1e+", "error: unable to parse quantity's suffix"},
      {"1i", "error: unable to parse quantity's suffix"},
      {"1KI", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1gi", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1mm", "error: unable to parse quantity's suffix"},
      {"--1", "error: unable to parse quantity's suffix"},
      {"1-", "error: unable to parse quantity's suffix"},
      {"1Ki1", "error: unable to parse quantity's suffix"},
      {"0x10", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1,5", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1e3k", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"Ki", "0|0|0|0"},
      {"Pi", "error: unable to parse numeric part of quantity"},
      {"+.Pi", "error: unable to parse numeric part of quantity"},
      {"-Ei", "error: unable to parse numeric part of quantity"},
      {".Ei", "error: unable to parse numeric part of quantity"},
      {".", "0|0|0|0"},
      {"e3", "0|0|0|0"},
      {"1e3.5", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"NaN", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"Inf", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {" 1", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"1 ", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"\357\274\221",
       "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
  };
  for (const auto& [text, wanted] : kRows) EXPECT_EQ(shown(text), wanted) << text;
}

TEST(QuantityRules, sums_differences_and_order) {
  struct Row {
    std::string_view a, b, wanted;
  };
  constexpr Row kRows[] = {
      {"1", "1", "2|0|0"},
      {"1", "500m", "1500m|500m|1"},
      {"1Gi", "512Mi", "1536Mi|512Mi|1"},
      {"0", "512Mi", "512Mi|-512Mi|-1"},
      {"512Mi", "0", "512Mi|512Mi|1"},
      {"1Gi", "1G", "2073741824|73741824|1"},
      {"1G", "1Gi", "2073741824|-73741824|-1"},
      {"1e3", "1k", "2e3|0|0"},
      {"100m", "900m", "1|-800m|-1"},
      {"1", "1n", "1000000001n|999999999n|1"},
      {"-1", "1", "0|-2|-1"},
      {"1.5", "1Ki", "1025500m|-1022500m|-1"},
      {"1023", "1Ki", "2047|-1|-1"},
      {"0Ki", "1", "1|-1|-1"},
      {"1n", "-1n", "0|2n|1"},
      {"2Ti", "1024Gi", "3Ti|1Ti|1"},
  };
  for (const Row& row : kRows) {
    const Quantity a = *Quantity::parse(row.a), b = *Quantity::parse(row.b);
    const auto order = a <=> b;
    EXPECT_EQ(fmt::format("{}|{}|{}", (a + b).to_string(), (a - b).to_string(),
                          order < 0   ? -1
                          : order > 0 ? 1
                                      : 0),
              row.wanted)
        << row.a << " and " << row.b;
  }
}

}  // namespace
}  // namespace proa::object
