#include "object/time_zone.h"

#include <chrono>

#include <absl/time/time.h>
#include <fmt/format.h>

namespace proa::object {
namespace {

/// Days since the epoch. Source: the proleptic Gregorian calendar of std::chrono.
int64_t days_of(int64_t year, int64_t month, int64_t day) {
  year += (month - 1) / 12;
  month = (month - 1) % 12 + 1;
  if (month < 1) {
    month += 12;
    --year;
  }
  const std::chrono::year_month_day first{std::chrono::year(static_cast<int>(year)),
                                          std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(1)};
  return std::chrono::sys_days(first).time_since_epoch().count() + day - 1;
}

}  // namespace

struct TimeZone::Zone {
  absl::TimeZone zone;
};

TimeZone::TimeZone() = default;

std::optional<TimeZone> TimeZone::load(std::string_view name) {
  absl::TimeZone found;
  if (!absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &found)) return std::nullopt;
  TimeZone zone;
  zone.zone_ = std::make_shared<const Zone>(Zone{found});
  return zone;
}

int64_t TimeZone::offset(int64_t unix_seconds) const {
  return zone_ ? zone_->zone.At(absl::FromUnixSeconds(unix_seconds)).offset : 0;
}

CivilTime TimeZone::civil(int64_t unix_seconds) const {
  const std::chrono::sys_seconds local{std::chrono::seconds(unix_seconds + offset(unix_seconds))};
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::seconds> time(local - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(std::chrono::weekday(day).c_encoding())};
}

int64_t TimeZone::moment(const CivilTime& time) const {
  const int64_t local =
      ((days_of(time.year, time.month, time.day) * 24 + time.hour) * 60 + time.minute) * 60 + time.second;
  const int64_t guess = offset(local);
  return local - (guess == 0 ? 0 : offset(local - guess));
}

std::string TimeZone::format(TimeNs time) const {
  const int64_t seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(time)).count();
  const CivilTime at = civil(seconds);
  const int64_t minutes = offset(seconds) / 60;
  const std::string date =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute, at.second);
  if (minutes == 0) return date + "Z";
  const int64_t size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{}{:02}:{:02}", date, minutes < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace proa::object
