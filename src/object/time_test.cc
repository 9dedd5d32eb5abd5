#include "object/time.h"

#include <limits>

#include <gtest/gtest.h>

namespace proa::object {
namespace {

constexpr int64_t kMinute = 60 * kSecondNs, kHour = 60 * kMinute, kDay = 24 * kHour;

TEST(Time, times_are_cut_to_seconds_and_read_back) {
  const auto time = parse_time("2024-04-28T14:36:14Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(*time, 1714314974 * kSecondNs);
  EXPECT_EQ(format_time(*time + 999'999'999), "2024-04-28T14:36:14Z");
  EXPECT_EQ(format_micro_time(*time + 123'456'789), "2024-04-28T14:36:14.123456Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59Z");
}

TEST(Time, any_offset_and_fraction_is_read) {
  EXPECT_EQ(parse_time("2024-04-28T16:36:14.5+02:00"), 1714314974 * kSecondNs + 500'000'000);
  EXPECT_EQ(parse_time("2024-04-28T14:06:14-00:30"), 1714314974 * kSecondNs);
  EXPECT_EQ(parse_time("2024-02-29T00:00:00Z"), 1709164800 * kSecondNs);
}

TEST(Time, what_is_no_time_is_refused) {
  for (const char* text :
       {"", "2024-04-28", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-04-28T24:00:00Z", "2024-04-28T14:36:14",
        "2024-04-28 14:36:14Z", "2024-04-28T14:36:14Zx", "2024-4-28T14:36:14Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, far_times_saturate) {
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(parse_time("0001-01-01T00:00:00Z"), std::numeric_limits<int64_t>::min());
}

TEST(Time, go_durations) {
  EXPECT_EQ(format_go_duration(0), "0s");
  EXPECT_EQ(format_go_duration(90 * kSecondNs), "1m30s");
  EXPECT_EQ(format_go_duration(kSecondNs * 3 / 2), "1.5s");
  EXPECT_EQ(format_go_duration(kHour), "1h0m0s");
  EXPECT_EQ(format_go_duration(1'500'000), "1.5ms");
  EXPECT_EQ(format_go_duration(-1), "-1ns");
  EXPECT_EQ(format_go_duration(2'000), "2\u00b5s");
  EXPECT_EQ(parse_go_duration("1h15m30.918s"), kHour + 15 * kMinute + 30'918'000'000);
  EXPECT_EQ(parse_go_duration("-1.5h"), -kHour * 3 / 2);
  EXPECT_EQ(parse_go_duration("0"), 0);
  EXPECT_EQ(parse_go_duration(".5s"), kSecondNs / 2);
  for (const char* text : {"", "5", "s", ".s", "1x", "1h ", "9999999h", "+"})
    EXPECT_FALSE(parse_go_duration(text)) << text;
}

TEST(Time, ages_are_short) {
  EXPECT_EQ(human_duration(-2 * kSecondNs), "<invalid>");
  EXPECT_EQ(human_duration(-kSecondNs), "0s");
  EXPECT_EQ(human_duration(119 * kSecondNs), "119s");
  EXPECT_EQ(human_duration(120 * kSecondNs), "2m");
  EXPECT_EQ(human_duration(123 * kSecondNs), "2m3s");
  EXPECT_EQ(human_duration(10 * kMinute + kSecondNs), "10m");
  EXPECT_EQ(human_duration(179 * kMinute), "179m");
  EXPECT_EQ(human_duration(3 * kHour), "3h");
  EXPECT_EQ(human_duration(4 * kHour + 5 * kMinute), "4h5m");
  EXPECT_EQ(human_duration(47 * kHour), "47h");
  EXPECT_EQ(human_duration(5 * kDay + 23 * kHour), "5d23h");
  EXPECT_EQ(human_duration(8 * kDay + 5 * kHour), "8d");
  EXPECT_EQ(human_duration(729 * kDay), "729d");
  EXPECT_EQ(human_duration((2 * 365 + 11) * kDay), "2y11d");
  EXPECT_EQ(human_duration(9 * 365 * kDay), "9y");
}

}  // namespace
}  // namespace proa::object
