// The schedules of CronJobs: `*/5 8-18 * * mon-fri`, `@daily`, `@every 1h30m`. Any thread.
// Source: github.com/robfig/cron/v3 (ParseStandard), whose messages are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "object/time.h"
#include "object/time_zone.h"

namespace proa::object {

class CronSchedule {
 public:
  /// Fields are read in `zone`, unless the text begins with a zone of its own (`TZ=Europe/Berlin ...`).
  static Result<CronSchedule> parse(std::string_view text, TimeZone zone = {});

  /// The first time after `time`; nothing when there is none within five years (`0 0 31 2 *`).
  std::optional<TimeNs> next(TimeNs time) const;

 private:
  struct Cursor;
  bool day_matches(const CivilTime& time) const;
  bool to_month(Cursor& at) const;
  bool to_day(Cursor& at) const;
  bool to_hour(Cursor& at) const;
  bool to_minute(Cursor& at) const;

  TimeZone zone_;
  int64_t every_ns_ = 0;  // not 0: that is all
  // One bit for each minute, hour, ... that is meant; the highest tells that the field was a star.
  uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
};

}  // namespace proa::object
