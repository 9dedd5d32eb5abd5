// Time zones of the IANA database, as the machine has it in /usr/share/zoneinfo. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "object/time.h"

namespace proa::object {

/// What a clock on the wall shows. Given to TimeZone::moment(), fields may be out of range: month 13 is January of the next year.
struct CivilTime {
  int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int weekday = 4;  // 0: Sunday; not read by moment()
};

class TimeZone {
 public:
  TimeZone();  // UTC
  /// `Europe/Berlin`; nothing when there is no such zone.
  static std::optional<TimeZone> load(std::string_view name);

  CivilTime civil(int64_t unix_seconds) const;
  /// Seconds since the epoch. A time that the clocks skip, or show twice, is taken as Go's time.Date takes it.
  int64_t moment(const CivilTime& time) const;
  /// RFC 3339 in seconds with the zone's offset: `2026-03-01T00:00:00+01:00`; of UTC with a `Z`.
  std::string format(TimeNs time) const;

 private:
  struct Zone;
  int64_t offset(int64_t unix_seconds) const;

  std::shared_ptr<const Zone> zone_;  // nullptr: UTC
};

}  // namespace proa::object
