// Errors of Go's time.Parse and base64, as they reach clients through Kubernetes. Private to this room.
#pragma once

#include <string>
#include <string_view>

namespace proa::schema {

/// Why time.Parse refuses `text` by the layout of RFC 3339, or by that with six digits of fraction (`micro`):
/// `parsing time "xx" as "2006-01-02T15:04:05Z07:00": cannot parse "xx" as "2006"`. Empty: it is good.
std::string go_time_error(std::string_view text, bool micro);

/// Place of the first byte that is no standard base64 with padding; npos: the text is good.
size_t base64_error(std::string_view text);

}  // namespace proa::schema
