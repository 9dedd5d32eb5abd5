#include "object/cron_schedule.h"

#include <gtest/gtest.h>

namespace proa::object {
namespace {

/// `count` times after `from`, as they are written in the zone.
std::vector<std::string> times(std::string_view text, std::string_view from, int count = 1,
                               std::string_view zone = "UTC") {
  const auto in = TimeZone::load(zone);
  const auto schedule = CronSchedule::parse(text, in.value_or(TimeZone()));
  EXPECT_TRUE(in) << zone;
  EXPECT_TRUE(schedule) << text << ": " << schedule.error().message;
  std::vector<std::string> found;
  std::optional<TimeNs> at = parse_time(from);
  while (count-- > 0 && schedule && at) {
    at = schedule->next(*at);
    found.push_back(at ? in->format(*at) : "never");
  }
  return found;
}
using Times = std::vector<std::string>;

TEST(CronSchedule, goes_from_minute_to_minute) {
  EXPECT_EQ(times("* * * * *", "2026-01-01T00:00:00Z", 2), (Times{"2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"}));
  EXPECT_EQ(times("* * * * *", "2026-01-01T00:00:59.5Z"), Times{"2026-01-01T00:01:00Z"});
  EXPECT_EQ(times("*/15 * * * *", "2026-01-01T00:14:59Z", 3),
            (Times{"2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z", "2026-01-01T00:45:00Z"}));
  EXPECT_EQ(times("50/5 * * * *", "2026-01-01T00:51:00Z", 2), (Times{"2026-01-01T00:55:00Z", "2026-01-01T01:50:00Z"}));
}

TEST(CronSchedule, fields_may_be_lists_ranges_and_names) {
  EXPECT_EQ(times("0 8-10,20 * * *", "2026-01-01T09:30:00Z", 3),
            (Times{"2026-01-01T10:00:00Z", "2026-01-01T20:00:00Z", "2026-01-02T08:00:00Z"}));
  EXPECT_EQ(times("30 6-16/4 * * 1-5", "2026-01-02T10:00:00Z", 3),
            (Times{"2026-01-02T10:30:00Z", "2026-01-02T14:30:00Z", "2026-01-05T06:30:00Z"}));
  EXPECT_EQ(times("0 0 1 JAN,jul ?", "2026-02-01T00:00:00Z", 2),
            (Times{"2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"}));
  EXPECT_EQ(times("0 0 * * sun", "2026-01-01T00:00:00Z"), Times{"2026-01-04T00:00:00Z"});
}

TEST(CronSchedule, a_day_of_the_month_or_of_the_week_will_do_when_both_are_told) {
  EXPECT_EQ(times("0 0 13 * fri", "2026-03-01T00:00:00Z", 3),
            (Times{"2026-03-06T00:00:00Z", "2026-03-13T00:00:00Z", "2026-03-20T00:00:00Z"}));
  EXPECT_EQ(times("0 0 */10 * fri", "2026-03-01T00:00:00Z", 2), (Times{"2026-03-06T00:00:00Z", "2026-03-11T00:00:00Z"}))
      << "a star with a step is told";
}

TEST(CronSchedule, finds_rare_days_and_gives_up_on_those_that_never_come) {
  EXPECT_EQ(times("0 0 29 2 *", "2026-01-01T00:00:00Z"), Times{"2028-02-29T00:00:00Z"});
  EXPECT_EQ(times("0 0 31 2 *", "2026-01-01T00:00:00Z"), Times{"never"});
  EXPECT_EQ(times("59 23 31 12 *", "2026-12-31T23:59:00Z"), Times{"2027-12-31T23:59:00Z"});
}

TEST(CronSchedule, knows_names_and_intervals) {
  const auto next = [](std::string_view text) { return times(text, "2026-01-07T01:02:03Z").at(0); };
  EXPECT_EQ(next("@yearly"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@annually"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@monthly"), "2026-02-01T00:00:00Z");
  EXPECT_EQ(next("@weekly"), "2026-01-11T00:00:00Z");
  EXPECT_EQ(next("@daily"), "2026-01-08T00:00:00Z");
  EXPECT_EQ(next("@midnight"), "2026-01-08T00:00:00Z");
  EXPECT_EQ(next("@hourly"), "2026-01-07T02:00:00Z");
  EXPECT_EQ(next("@every 1h30m"), "2026-01-07T02:32:03Z");
  EXPECT_EQ(next("@every 1500ms"), "2026-01-07T01:02:04Z") << "whole seconds only";
  EXPECT_EQ(next("@every 1ms"), "2026-01-07T01:02:04Z");
}

// In Berlin the clocks go from 2 to 3 on 2026-03-29, and from 3 to 2 on 2026-10-25.
TEST(CronSchedule, follows_the_clocks_of_its_zone) {
  EXPECT_EQ(times("0 9 * * *", "2026-03-28T12:00:00Z", 2, "Europe/Berlin"),
            (Times{"2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"}));
  EXPECT_EQ(times("30 2 * * *", "2026-03-28T12:00:00Z", 1, "Europe/Berlin"), Times{"2026-03-30T02:30:00+02:00"})
      << "half past two is not on the clock that day";
  EXPECT_EQ(times("30 2 * * *", "2026-10-24T12:00:00Z", 2, "Europe/Berlin"),
            (Times{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"}))
      << "and twice on that one";
  // In Sao Paulo the clocks skipped midnight on 2018-11-04.
  EXPECT_EQ(times("0 0 4,5 11 *", "2018-11-03T12:00:00Z", 1, "America/Sao_Paulo"), Times{"2018-11-05T00:00:00-02:00"});
  // Samoa skipped the whole of 2011-12-30.
  EXPECT_EQ(times("0 12 * * sun", "2011-12-27T12:00:00Z", 1, "Pacific/Apia"), Times{"2012-01-01T12:00:00+14:00"});
  EXPECT_EQ(times("TZ=Asia/Kolkata 0 0 * * *", "2026-01-01T00:00:00Z"), Times{"2026-01-01T18:30:00Z"});
}

TEST(CronSchedule, says_what_it_can_not_read) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", "empty spec string"},
      {"* * *", "expected exactly 5 fields, found 3: [* * *]"},
      {"* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"},
      {"60 * * * *", "end of range (60) above maximum (59): 60"},
      {"* * 0 * *", "beginning of range (0) below minimum (1): 0"},
      {"5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"},
      {"*/0 * * * *", "step of range should be a positive number: */0"},
      {"1-2-3 * * * *", "too many hyphens: 1-2-3"},
      {"*/2/3 * * * *", "too many slashes: */2/3"},
      {"x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"},
      {"* * * * 7", "end of range (7) above maximum (6): 7"},
      {"@often", "unrecognized descriptor: @often"},
      {"@every fast", "failed to parse duration @every fast: time: invalid duration \"fast\""},
      {"TZ=Nowhere * * * * *", "provided bad location Nowhere: unknown time zone Nowhere"},
      {"TZ=0", "invalid schedule format: runtime error: slice bounds out of range [:-1]"},
  };
  for (const auto& [text, message] : cases) {
    const auto schedule = CronSchedule::parse(text);
    ASSERT_FALSE(schedule) << text;
    EXPECT_EQ(schedule.error().message, message) << text;
  }
}

TEST(TimeZone, knows_the_zones_of_the_machine) {
  EXPECT_FALSE(TimeZone::load("Nowhere/Land"));
  EXPECT_FALSE(TimeZone::load("../../etc/passwd"));
  const auto berlin = TimeZone::load("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->format(*parse_time("2026-01-01T00:00:00Z")), "2026-01-01T01:00:00+01:00");
  EXPECT_EQ(TimeZone().format(*parse_time("2026-01-01T00:00:00.9Z")), "2026-01-01T00:00:00Z");
  EXPECT_EQ(TimeZone::load("America/St_Johns")->format(*parse_time("2026-01-01T00:00:00Z")),
            "2025-12-31T20:30:00-03:30");
}

TEST(TimeZone, fields_out_of_range_carry_over) {
  const auto at = [](CivilTime time) { return TimeZone().format(TimeZone().moment(time) * kSecondNs); };
  EXPECT_EQ(at({2026, 13, 1}), "2027-01-01T00:00:00Z");
  EXPECT_EQ(at({2026, 0, 1}), "2025-12-01T00:00:00Z");
  EXPECT_EQ(at({2026, 2, 29}), "2026-03-01T00:00:00Z");
  EXPECT_EQ(at({2026, 1, 0}), "2025-12-31T00:00:00Z");
  EXPECT_EQ(at({2026, 12, 31, 24}), "2027-01-01T00:00:00Z");
}

}  // namespace
}  // namespace proa::object
