#include "schema/time_text.h"

#include "fmt/format.h"
#include "schema/field_error.h"

namespace proa::schema {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Walks a text along a layout, as time.Parse does.
class TimeCheck {
 public:
  TimeCheck(std::string_view text, std::string_view layout) : text_(text), layout_(layout), rest_(text) {}

  bool number(std::string_view element, size_t digits, int& out) {
    if (!error_.empty()) return false;
    if (rest_.size() < digits) return fail(element);
    out = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!digit(rest_[i])) return fail(element);
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  /// Go takes one digit for the hour, in this layout too.
  bool hour(int& out) { return number("15", rest_.size() > 1 && digit(rest_[0]) && !digit(rest_[1]) ? 1 : 2, out); }
  bool literal(std::string_view c) {
    if (!error_.empty()) return false;
    if (!rest_.starts_with(c)) return fail(c);
    rest_.remove_prefix(c.size());
    return true;
  }
  void range(std::string_view what, bool good) {
    if (error_.empty() && !good) error_ = fmt::format("parsing time {}: {} out of range", go_quote(text_), what);
  }
  void fraction(bool micro) {
    if (!error_.empty()) return;
    size_t digits = 0;
    if (!rest_.empty() && (rest_[0] == '.' || rest_[0] == ',')) {
      while (digits + 1 < rest_.size() && digit(rest_[digits + 1])) ++digits;
    }
    if (micro && digits < 6) {
      fail(".000000");
      return;
    }
    if (digits > 0) rest_.remove_prefix(micro ? 7 : digits + 1);
  }
  void zone() {
    if (!error_.empty()) return;
    if (rest_.starts_with("Z")) {
      rest_.remove_prefix(1);
    } else if (rest_.size() >= 6 && (rest_[0] == '+' || rest_[0] == '-') && digit(rest_[1]) && digit(rest_[2]) &&
               rest_[3] == ':' && digit(rest_[4]) && digit(rest_[5])) {
      rest_.remove_prefix(6);
    } else {
      fail("Z07:00");
    }
  }
  void end() {
    if (error_.empty() && !rest_.empty()) {
      error_ = fmt::format("parsing time {}: extra text: {}", go_quote(text_), go_quote(rest_));
    }
  }
  const std::string& error() const { return error_; }

 private:
  bool fail(std::string_view element) {
    error_ = fmt::format("parsing time {} as {}: cannot parse {} as {}", go_quote(text_), go_quote(layout_),
                         go_quote(rest_), go_quote(element));
    return false;
  }

  std::string_view text_, layout_, rest_;
  std::string error_;
};

int days_in(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

std::string go_time_error(std::string_view text, bool micro) {
  TimeCheck check(text, micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00");
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  check.number("2006", 4, year) && check.literal("-") && check.number("01", 2, month);
  check.range("month", month >= 1 && month <= 12);
  check.literal("-") && check.number("02", 2, day) && check.literal("T") && check.hour(hour);
  check.range("hour", hour < 24);
  check.literal(":") && check.number("04", 2, minute);
  check.range("minute", minute < 60);
  check.literal(":") && check.number("05", 2, second);
  check.range("second", second < 60);
  check.fraction(micro);
  check.zone();
  check.end();
  if (month >= 1 && month <= 12) check.range("day", day >= 1 && day <= days_in(year, month));
  return check.error();
}

size_t base64_error(std::string_view text) {
  size_t used = 0, last = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') continue;
    const bool good = digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
    if (good) {
      ++used;
      last = i;
      continue;
    }
    if (c != '=' || used % 4 < 2) return i;
    // Padding: one or two signs, and then the end.
    size_t pads = 4 - used % 4;
    for (; i < text.size(); ++i) {
      if (text[i] == '\n' || text[i] == '\r') continue;
      if (text[i] != '=' || pads == 0) return i;
      --pads;
    }
    return pads == 0 ? std::string_view::npos : text.size();
  }
  (void)last;
  return used % 4 == 0 ? std::string_view::npos : text.size() - text.size() % 4;
}

}  // namespace proa::schema
