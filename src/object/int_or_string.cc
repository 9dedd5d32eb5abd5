#include "object/int_or_string.h"

#include <charconv>

#include "base/int128.h"

namespace proa::object {
namespace {

int64_t divided(base::Int128 product, bool round_up) {
  const base::Int128 whole = product / 100;
  const base::Int128 rest = product % 100;
  if (round_up && rest > 0) return static_cast<int64_t>(whole + 1);
  if (!round_up && rest < 0) return static_cast<int64_t>(whole - 1);
  return static_cast<int64_t>(whole);
}

}  // namespace

std::optional<int64_t> scaled_value(View int_or_percent, int64_t total, bool round_up) {
  if (int_or_percent.is_int()) return int_or_percent.as_int();
  std::string_view text = int_or_percent.as_string();
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  // Go's Atoi takes a plus sign, from_chars does not; neither takes two signs.
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int32_t percent = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return divided(static_cast<base::Int128>(percent) * total, round_up);
}

}  // namespace proa::object
