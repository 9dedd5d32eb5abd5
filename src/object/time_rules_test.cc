// Times, durations and percentages by the answers of Go and of k8s.io/apimachinery 0.36.
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "object/int_or_string.h"
#include "object/json.h"
#include "object/time.h"

namespace proa::object {
namespace {

TEST(TimeRules, go_durations) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"0", "0s"},
      {"0s", "0s"},
      {"1s", "1s"},
      {"1m", "1m0s"},
      {"1h", "1h0m0s"},
      {"90s", "1m30s"},
      {"3600s", "1h0m0s"},
      {"1.5s", "1.5s"},
      {"1.5h", "1h30m0s"},
      {".5m", "30s"},
      {"1h2m3s", "1h2m3s"},
      {"1h1h", "2h0m0s"},
      {"1ms", "1ms"},
      {"1us", "1\302\265s"},
      {"1\302\265s", "1\302\265s"},
      {"1\316\274s", "1\302\265s"},
      {"1ns", "1ns"},
      {"1500us", "1.5ms"},
      {"1500ns", "1.5\302\265s"},
      {"-1m", "-1m0s"},
      {"+5s", "5s"},
      {"-0", "0s"},
      {"100h", "100h0m0s"},
      {"2562047h47m16.854775807s", "2562047h47m16.854775807s"},
      {"-2562047h47m16.854775808s", "-2562047h47m16.854775808s"},
      {"2562047h47m16.854775808s", "error"},
      {"9223372036854775807ns", "2562047h47m16.854775807s"},
      {"9223372036854775808ns", "error"},
      {"1.0000000001s", "1s"},
      {"0.1ns", "0s"},
      {"", "error"},
      {"-", "error"},
      {"+", "error"},
      {"1", "error"},
      {"1.", "error"},
      {".s", "error"},
      {"1d", "error"},
      {"1 s", "error"},
      {"s", "error"},
      {"1s1", "error"},
      {"1.5.5s", "error"},
      {"1h-1m", "error"},
  };
  for (const auto& [text, wanted] : kRows) {
    const auto ns = parse_go_duration(text);
    EXPECT_EQ(ns ? format_go_duration(*ns) : "error", wanted) << text;
  }
}

TEST(TimeRules, ages_as_people_read_them) {
  constexpr std::pair<double, std::string_view> kRows[] = {
      {-5, "<invalid>"},
      {-2, "<invalid>"},
      {-1.5, "0s"},
      {-1, "0s"},
      {-0.5, "0s"},
      {0, "0s"},
      {1, "1s"},
      {9, "9s"},
      {59, "59s"},
      {60, "60s"},
      {119, "119s"},
      {119.9, "119s"},
      {120, "2m"},
      {121, "2m1s"},
      {180, "3m"},
      {599, "9m59s"},
      {600, "10m"},
      {601, "10m"},
      {3599, "59m"},
      {3600, "60m"},
      {10799, "179m"},
      {10800, "3h"},
      {10801, "3h"},
      {28799, "7h59m"},
      {28800, "8h"},
      {28801, "8h"},
      {172799, "47h"},
      {172800, "2d"},
      {176400, "2d1h"},
      {691199, "7d23h"},
      {691200, "8d"},
      {63071999, "729d"},
      {63072000, "2y"},
      {63158400, "2y1d"},
      {252287999, "7y364d"},
      {252288000, "8y"},
      {283824000, "9y"},
      {3000000000.0, "95y"},
  };
  for (const auto& [seconds, wanted] : kRows)
    EXPECT_EQ(human_duration(static_cast<int64_t>(seconds * kSecondNs)), wanted) << seconds;
}

TEST(TimeRules, numbers_and_percentages) {
  struct Row {
    std::string_view value;
    const char* total;
    std::string_view round, wanted;
  };
  constexpr Row kRows[] = {
      {"0", "10", "up", "0"},
      {"0", "10", "down", "0"},
      {"3", "10", "up", "3"},
      {"3", "10", "down", "3"},
      {"-1", "10", "up", "-1"},
      {"-1", "10", "down", "-1"},
      {R"("0%")", "10", "up", "0"},
      {R"("0%")", "10", "down", "0"},
      {R"("25%")", "10", "up", "3"},
      {R"("25%")", "10", "down", "2"},
      {R"("25%")", "1", "up", "1"},
      {R"("25%")", "1", "down", "0"},
      {R"("25%")", "0", "up", "0"},
      {R"("25%")", "0", "down", "0"},
      {R"("1%")", "1", "up", "1"},
      {R"("1%")", "1", "down", "0"},
      {R"("1%")", "100", "up", "1"},
      {R"("1%")", "100", "down", "1"},
      {R"("99%")", "3", "up", "3"},
      {R"("99%")", "3", "down", "2"},
      {R"("100%")", "7", "up", "7"},
      {R"("100%")", "7", "down", "7"},
      {R"("150%")", "4", "up", "6"},
      {R"("150%")", "4", "down", "6"},
      {R"("-25%")", "10", "up", "-2"},
      {R"("-25%")", "10", "down", "-3"},
      {R"("+25%")", "10", "up", "3"},
      {R"("+25%")", "10", "down", "2"},
      {R"("05%")", "100", "up", "5"},
      {R"("05%")", "100", "down", "5"},
      {R"("33%")", "3", "up", "1"},
      {R"("33%")", "3", "down", "0"},
      {R"("25")", "10", "up", "error"},
      {R"("%")", "10", "up", "error"},
      {R"("1.5%")", "10", "up", "error"},
      {R"(" 5%")", "10", "up", "error"},
      {R"("5 %")", "10", "up", "error"},
      {R"("5%%")", "10", "up", "error"},
      {R"("")", "10", "up", "error"},
      {R"("abc%")", "10", "up", "error"},
  };
  for (const Row& row : kRows) {
    const auto scaled = scaled_value(*parse_json(row.value), std::stoll(row.total), row.round == "up");
    EXPECT_EQ(scaled ? std::to_string(*scaled) : "error", row.wanted) << row.value << " of " << row.total;
  }
}

TEST(TimeRules, years_beyond_the_reach_of_nanoseconds_keep_their_place) {
  for (const std::string_view text : {"0001-01-02T00:00:00Z", "1600-02-29T23:59:59Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ(format_time(*parse_instant(text)), text);
  }
  EXPECT_EQ(format_micro_time(*parse_instant("9999-12-31T23:59:59.999999Z")), "9999-12-31T23:59:59.999999Z");
  EXPECT_TRUE(parse_instant("0001-01-01T01:00:00+01:00")->is_zero());
  EXPECT_FALSE(parse_instant("1970-01-01T00:00:00Z")->is_zero());
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), std::numeric_limits<TimeNs>::max());
  EXPECT_EQ(parse_time("0001-01-01T00:00:00Z"), std::numeric_limits<TimeNs>::min());
}

}  // namespace
}  // namespace proa::object
