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

/// metav1.Time: `2024-04-28T14:36:14Z`, cut to seconds.
std::string format_time(TimeNs time);
/// metav1.MicroTime: `2024-04-28T14:36:14.123456Z`.
std::string format_micro_time(TimeNs time);
/// RFC 3339 with any offset and fraction.
std::optional<TimeNs> parse_time(std::string_view text);
/// The time in a field, if it holds one.
std::optional<TimeNs> time_of(View view);
/// Go's Duration text: `1m30s`, `1.5s`, `0s`.
std::string format_go_duration(int64_t ns);
std::optional<int64_t> parse_go_duration(std::string_view text);
/// kubectl's AGE: duration.HumanDuration (`9s`, `2m3s`, `4h5m`, `5d23h`, `2y11d`, `<invalid>`).
std::string human_duration(int64_t ns);

}  // namespace proa::object
