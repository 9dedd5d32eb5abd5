#include "controllers/cronjob/timing.h"

#include <algorithm>

#include <fmt/format.h>

#include "controllers/workload/pods.h"

namespace proa::controllers::cronjob {
namespace {

using object::CronSchedule;
using object::TimeNs;
using object::View;

constexpr int64_t kPadding = object::kSecondNs / 10;
constexpr int64_t kManyMissed = 100;

/// The last times of the schedule up to now.
struct Missed {
  std::optional<TimeNs> latest;
  int64_t count = 0;  // more or less
  bool makes_no_sense = false;
};

/// Counted from `since`.
Missed look_back(TimeNs since, const CronSchedule& schedule, TimeNs now) {
  Missed missed{.latest = {}};
  const auto first = schedule.next(since);
  if (first && now < *first) return missed;
  const auto second = first ? schedule.next(*first) : std::nullopt;
  if (!second) {
    missed.makes_no_sense = true;
    return missed;
  }
  if (now < *second) {
    missed.latest = first;
    return missed;
  }
  // Roughly, from the distance of the first two: a schedule may have missed thousands, which nobody wants to walk through.
  const int64_t distance = std::max(*second - *first, object::kSecondNs);
  missed.count = (now - *first) / distance + 1;
  for (auto at = schedule.next(*first + (missed.count - 2) * distance); at && *at <= now; at = schedule.next(*at))
    missed.latest = at;
  return missed;
}

}  // namespace

std::optional<object::TimeZone> zone_of(View cron_job) {
  const std::string_view name = cron_job["spec"]["timeZone"].as_string();
  return name.empty() ? object::TimeZone() : object::TimeZone::load(name);
}

Result<CronSchedule> schedule_of(View cron_job) {
  return CronSchedule::parse(cron_job["spec"]["schedule"].as_string(), zone_of(cron_job).value_or(object::TimeZone()));
}

TimeNs last_scheduled(View cron_job) {
  return object::time_of(cron_job["status"]["lastScheduleTime"]).value_or(creation_time(cron_job));
}

Due last_due(View cron_job, const CronSchedule& schedule, TimeNs now) {
  TimeNs since = last_scheduled(cron_job);
  if (const View deadline = cron_job["spec"]["startingDeadlineSeconds"]; deadline.is_int())
    since = std::max(since, now - deadline.as_int() * object::kSecondNs);
  const Missed missed = look_back(since, schedule, now);
  if (missed.makes_no_sense)
    return {.time = {}, .problem = "time difference between two schedules is less than 1 second"};
  return {.time = missed.latest, .many_missed = missed.count > kManyMissed};
}

int64_t until_next_ns(TimeNs since, const CronSchedule& schedule, TimeNs now) {
  const Missed missed = look_back(since, schedule, now);
  const TimeNs from = missed.makes_no_sense ? now : missed.latest.value_or(missed.count == 0 ? since : now);
  return schedule.next(from).value_or(now) + kPadding - now;
}

}  // namespace proa::controllers::cronjob
