// Times and durations in Kubernetes' text forms. A point in time is nanoseconds since the Unix epoch, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "object/view.h"

namespace proa::object {

using TimeNs = int64_t;
inline constexpr int64_t kSecondNs = 1'000'000'000;

/// A point in time of any year that a text can name.
struct Instant {
  int64_t seconds;  // since the Unix epoch
  int64_t nanos;    // 0 to 999,999,999, after `seconds`
  /// Go's zero time, the first second of year 1: what JSON shows as null.
  bool is_zero() const;
};
std::string format_time(Instant time);
std::string format_micro_time(Instant time);
/// RFC 3339 with any offset and fraction, as Go reads it: the hour may have one digit.
std::optional<Instant> parse_instant(std::string_view text);

/// metav1.Time: `2024-04-28T14:36:14Z`, cut to seconds.
std::string format_time(TimeNs time);
/// metav1.MicroTime: `2024-04-28T14:36:14.123456Z`.
std::string format_micro_time(TimeNs time);
/// As parse_instant(), at the ends of TimeNs: years 1677 to 2262.
std::optional<TimeNs> parse_time(std::string_view text);
/// The time in a field, if it holds one.
std::optional<TimeNs> time_of(View view);
/// Go's Duration text: `1m30s`, `1.5s`, `0s`.
std::string format_go_duration(int64_t ns);
std::optional<int64_t> parse_go_duration(std::string_view text);
/// kubectl's AGE: duration.HumanDuration (`9s`, `2m3s`, `4h5m`, `5d23h`, `2y11d`, `<invalid>`).
std::string human_duration(int64_t ns);

}  // namespace proa::object
