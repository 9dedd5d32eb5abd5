#include "object/time.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/int128.h"

namespace proa::object {
namespace {

constexpr int64_t kMinuteNs = 60 * kSecondNs;
constexpr int64_t kHourNs = 60 * kMinuteNs;

struct Date {
  int64_t year;
  int month, day;
};

/// Howard Hinnant's civil calendar: days since 1970-01-01.
constexpr int64_t days_of(Date date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t of_era = year - era * 400;
  const int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

constexpr Date date_of(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t of_era = days - era * 146097;
  const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const int64_t shifted = (5 * of_year + 2) / 153;
  const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  const int day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr int64_t floor_div(int64_t number, int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

std::string format_seconds(int64_t seconds) {
  const int64_t days = floor_div(seconds, 86400);
  const int64_t of_day = seconds - days * 86400;
  const Date date = date_of(days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month, date.day, of_day / 3600,
                     of_day / 60 % 60, of_day % 60);
}

int days_in(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

/// Reads a text from left to right; a step that does not fit makes ok() false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(size_t digits) {
    int value = 0;
    if (rest_.size() < digits) return bad();
    for (size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return bad();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  int hour() { return number(rest_.size() > 1 && is_digit(rest_[1]) ? 2 : 1); }
  void expect(char c) {
    if (!take(c)) bad();
  }
  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// `.` and digits, as nanoseconds.
  int64_t fraction() {
    if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !is_digit(rest_[1])) return 0;
    int64_t value = 0, scale = kSecondNs;
    for (rest_.remove_prefix(1); !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1)) {
      scale /= 10;
      value += (rest_[0] - '0') * scale;
    }
    return value;
  }
  /// Seconds east of UTC.
  int offset() {
    if (take('Z')) return 0;
    const bool west = take('-');
    if (!west) expect('+');
    const int hours = number(2);
    expect(':');
    const int minutes = number(2);
    if (hours > 24 || minutes > 60) return bad();
    return (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  int bad() {
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

constexpr base::Int128 kMaxNs = std::numeric_limits<int64_t>::max();

TimeNs saturated(base::Int128 ns) {
  if (ns > kMaxNs) return std::numeric_limits<int64_t>::max();
  if (ns < -kMaxNs) return std::numeric_limits<int64_t>::min();
  return static_cast<TimeNs>(ns);
}

Instant instant_of(TimeNs time) {
  const int64_t seconds = floor_div(time, kSecondNs);
  return {seconds, time - seconds * kSecondNs};
}

/// `fraction` of a unit, without trailing zeros: ".5".
std::string fraction_text(uint64_t fraction, int digits) {
  if (fraction == 0) return {};
  std::string text = fmt::format(".{:0{}}", fraction, digits);
  while (text.back() == '0') text.pop_back();
  return text;
}

struct Unit {
  std::string_view name;
  int64_t ns;
};

/// Longer names first where one begins another.
constexpr Unit kUnits[] = {{"ns", 1},         {"us", 1000},     {"\u00b5s", 1000}, {"\u03bcs", 1000},
                           {"ms", 1'000'000}, {"s", kSecondNs}, {"m", kMinuteNs},  {"h", kHourNs}};

/// The text up to the next digit or dot names the unit.
const Unit* take_unit(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && text[size] != '.' && (text[size] < '0' || text[size] > '9')) ++size;
  for (const Unit& unit : kUnits) {
    if (unit.name == text.substr(0, size)) {
      text.remove_prefix(size);
      return &unit;
    }
  }
  return nullptr;
}

/// One `1.5h`; nullopt when malformed.
std::optional<base::Int128> take_part(std::string_view& text) {
  base::Int128 whole = 0, fraction = 0, scale = 1;
  bool digits = false;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
    digits = true;
    whole = whole * 10 + (text[0] - '0');
    if (whole > kMaxNs) return std::nullopt;
  }
  if (text.starts_with('.')) {
    for (text.remove_prefix(1); !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
      digits = true;
      if (scale > kMaxNs / 10) continue;
      fraction = fraction * 10 + (text[0] - '0');
      scale *= 10;
    }
  }
  const Unit* unit = digits ? take_unit(text) : nullptr;
  if (unit == nullptr) return std::nullopt;
  return whole * unit->ns + fraction * unit->ns / scale;
}

}  // namespace

bool Instant::is_zero() const { return nanos == 0 && seconds == days_of({1, 1, 1}) * 86400; }

std::string format_time(Instant time) { return format_seconds(time.seconds) + "Z"; }
std::string format_micro_time(Instant time) {
  return format_seconds(time.seconds) + fmt::format(".{:06}Z", time.nanos / 1000);
}

std::string format_time(TimeNs time) { return format_time(instant_of(time)); }
std::string format_micro_time(TimeNs time) { return format_micro_time(instant_of(time)); }

std::optional<Instant> parse_instant(std::string_view text) {
  Scanner in(text);
  const int year = in.number(4);
  in.expect('-');
  const int month = in.number(2);
  in.expect('-');
  const int day = in.number(2);
  in.expect('T');
  const int hour = in.hour();
  in.expect(':');
  const int minute = in.number(2);
  in.expect(':');
  const int second = in.number(2);
  const int64_t fraction = in.fraction();
  const int offset = in.offset();
  if (!in.done() || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const int64_t of_day = hour * 3600 + minute * 60 + second - offset;
  return Instant{days_of({year, month, day}) * 86400 + of_day, fraction};
}

std::optional<TimeNs> parse_time(std::string_view text) {
  const auto time = parse_instant(text);
  if (!time) return std::nullopt;
  return saturated(static_cast<base::Int128>(time->seconds) * kSecondNs + time->nanos);
}

std::optional<TimeNs> time_of(View view) {
  if (!view.is_string()) return std::nullopt;
  return parse_time(view.as_string());
}

std::string format_go_duration(int64_t ns) {
  const std::string_view sign = ns < 0 ? "-" : "";
  const uint64_t size = ns < 0 ? -static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  if (size == 0) return "0s";
  if (size < 1'000) return fmt::format("{}{}ns", sign, size);
  if (size < 1'000'000) return fmt::format("{}{}{}\u00b5s", sign, size / 1'000, fraction_text(size % 1'000, 3));
  if (size < kSecondNs) return fmt::format("{}{}{}ms", sign, size / 1'000'000, fraction_text(size % 1'000'000, 6));
  const uint64_t seconds = size / kSecondNs;
  std::string text(sign);
  if (seconds >= 3600) text += fmt::format("{}h", seconds / 3600);
  if (seconds >= 60) text += fmt::format("{}m", seconds / 60 % 60);
  return text + fmt::format("{}{}s", seconds % 60, fraction_text(size % kSecondNs, 9));
}

std::optional<int64_t> parse_go_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  base::Int128 sum = 0;
  while (!text.empty()) {
    const std::optional<base::Int128> part = take_part(text);
    if (!part) return std::nullopt;
    sum += *part;
    if (sum > kMaxNs + (negative ? 1 : 0)) return std::nullopt;
  }
  return static_cast<int64_t>(negative ? -sum : sum);
}

std::string human_duration(int64_t ns) {
  const int64_t seconds = ns / kSecondNs;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const auto pair = [](int64_t large, char large_unit, int64_t small, char small_unit) {
    if (small == 0) return fmt::format("{}{}", large, large_unit);
    return fmt::format("{}{}{}{}", large, large_unit, small, small_unit);
  };
  const int64_t minutes = seconds / 60;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return fmt::format("{}m", minutes);
  const int64_t hours = minutes / 60;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return fmt::format("{}h", hours);
  const int64_t days = hours / 24;
  if (hours < 24 * 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return fmt::format("{}d", days);
  if (days < 365 * 8) return pair(days / 365, 'y', days % 365, 'd');
  return fmt::format("{}y", days / 365);
}

}  // namespace proa::object
