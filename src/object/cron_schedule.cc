#include "object/cron_schedule.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace proa::object {
namespace {

constexpr uint64_t kStar = uint64_t{1} << 63;
constexpr std::string_view kEvery = "@every ";

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Bounds {
  int64_t low, high;
  std::span<const std::string_view> names;  // of low, low + 1, ...
};
constexpr std::array<Bounds, 5> kBounds = {
    Bounds{0, 59, {}}, {0, 23, {}}, {1, 31, {}}, {1, 12, kMonths}, {0, 6, kWeekdays}};

Error fail(std::string message) { return Error(base::bad_request(std::move(message))); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Result<int64_t> read_number(std::string_view text) {
  int64_t number = 0;
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool too_large = error == std::errc::result_out_of_range;
  if (digits.empty() || (error != std::errc() && !too_large) || end != digits.data() + digits.size() || too_large)
    return fail(fmt::format("failed to parse int from {}: strconv.Atoi: parsing \"{}\": {}", text, text,
                            too_large ? "value out of range" : "invalid syntax"));
  if (number < 0) return fail(fmt::format("negative number ({}) not allowed: {}", number, text));
  return number;
}

Result<int64_t> read_name_or_number(std::string_view text, const Bounds& bounds) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto name = std::ranges::find(bounds.names, lower);
  if (name != bounds.names.end()) return bounds.low + (name - bounds.names.begin());
  return read_number(text);
}

struct Range {
  int64_t start = 0, end = 0, step = 1;
  bool is_star = false;
};

Result<Range> read_ends(std::string_view text, std::string_view whole, const Bounds& bounds) {
  const auto ends = split(text, '-');
  if (ends[0] == "*" || ends[0] == "?") return Range{bounds.low, bounds.high, 1, true};
  const auto start = read_name_or_number(ends[0], bounds);
  if (!start) return Error(start.error());
  if (ends.size() == 1) return Range{*start, *start};
  if (ends.size() > 2) return fail(fmt::format("too many hyphens: {}", whole));
  const auto end = read_name_or_number(ends[1], bounds);
  if (!end) return Error(end.error());
  return Range{*start, *end};
}

Result<uint64_t> bits_of(const Range& range, std::string_view text, const Bounds& bounds) {
  if (range.start < bounds.low)
    return fail(fmt::format("beginning of range ({}) below minimum ({}): {}", range.start, bounds.low, text));
  if (range.end > bounds.high)
    return fail(fmt::format("end of range ({}) above maximum ({}): {}", range.end, bounds.high, text));
  if (range.start > range.end)
    return fail(fmt::format("beginning of range ({}) beyond end of range ({}): {}", range.start, range.end, text));
  if (range.step == 0) return fail(fmt::format("step of range should be a positive number: {}", text));
  uint64_t bits = range.is_star ? kStar : 0;
  for (int64_t i = range.start; i <= range.end; i += range.step) bits |= uint64_t{1} << i;
  return bits;
}

/// `*`, `N`, `N-M`, each with `/STEP`; `N/STEP` goes up to the highest.
Result<uint64_t> read_range(std::string_view text, const Bounds& bounds) {
  const auto parts = split(text, '/');
  auto range = read_ends(parts[0], text, bounds);
  if (!range) return Error(range.error());
  if (parts.size() > 2) return fail(fmt::format("too many slashes: {}", text));
  if (parts.size() == 2) {
    const auto step = read_number(parts[1]);
    if (!step) return Error(step.error());
    range->step = *step;
    if (parts[0].find('-') == std::string_view::npos) range->end = bounds.high;
    if (*step > 1) range->is_star = false;
  }
  return bits_of(*range, text, bounds);
}

Result<uint64_t> read_field(std::string_view text, const Bounds& bounds) {
  uint64_t bits = 0;
  for (const std::string_view part : split(text, ',')) {
    if (part.empty()) continue;
    const auto range = read_range(part, bounds);
    if (!range) return range;
    bits |= *range;
  }
  return bits;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  for (size_t at = 0; (at = text.find_first_not_of(kBlanks, at)) != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// The five fields that a name stands for; empty: there is no such name.
std::string_view fields_of_name(std::string_view name) {
  if (name == "@yearly" || name == "@annually") return "0 0 1 1 *";
  if (name == "@monthly") return "0 0 1 * *";
  if (name == "@weekly") return "0 0 * * 0";
  if (name == "@daily" || name == "@midnight") return "0 0 * * *";
  if (name == "@hourly") return "0 * * * *";
  return {};
}

Result<int64_t> read_every(std::string_view text) {
  const std::string_view written = text.substr(kEvery.size());
  const auto duration = parse_go_duration(written);
  if (!duration) return fail(fmt::format("failed to parse duration {}: time: invalid duration \"{}\"", text, written));
  return std::max(kSecondNs, *duration - *duration % kSecondNs);
}

/// Takes `TZ=NAME ` off the text.
Result<std::optional<TimeZone>> take_zone(std::string_view& text) {
  if (!text.starts_with("TZ=") && !text.starts_with("CRON_TZ=")) return std::optional<TimeZone>();
  const size_t from = text.find('=') + 1, blank = text.find(' ');
  if (blank == std::string_view::npos)
    return fail("invalid schedule format: runtime error: slice bounds out of range [:-1]");
  const std::string_view name = text.substr(from, blank - from);
  auto zone = name.empty() ? TimeZone() : TimeZone::load(name);
  if (!zone) return fail(fmt::format("provided bad location {0}: unknown time zone {0}", name));
  text.remove_prefix(std::min(text.find_first_not_of(' ', blank), text.size()));
  return zone;
}

bool has(uint64_t bits, int64_t n) { return (bits >> n & 1) != 0; }

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text, TimeZone zone) {
  if (text.empty()) return fail("empty spec string");
  CronSchedule schedule;
  const auto own = take_zone(text);
  if (!own) return Error(own.error());
  schedule.zone_ = own->value_or(std::move(zone));
  if (text.starts_with(kEvery)) {
    const auto every = read_every(text);
    if (!every) return Error(every.error());
    schedule.every_ns_ = *every;
    return schedule;
  }
  if (text.starts_with('@')) {
    const std::string_view fields = fields_of_name(text);
    if (fields.empty()) return fail(fmt::format("unrecognized descriptor: {}", text));
    text = fields;
  }
  const auto words = words_of(text);
  if (words.size() != kBounds.size())
    return fail(fmt::format("expected exactly 5 fields, found {}: [{}]", words.size(), fmt::join(words, " ")));
  const std::array<uint64_t*, 5> fields = {&schedule.minutes_, &schedule.hours_, &schedule.days_, &schedule.months_,
                                           &schedule.weekdays_};
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto bits = read_field(words[i], kBounds[i]);
    if (!bits) return Error(bits.error());
    *fields[i] = *bits;
  }
  return schedule;
}

/// Where the search stands. Once a field was moved, those below it begin at their lowest.
struct CronSchedule::Cursor {
  const TimeZone& zone;
  int64_t seconds;  // since the epoch
  bool moved = false;
  CivilTime time = zone.civil(seconds);

  void go(int64_t to) {
    seconds = to;
    time = zone.civil(to);
  }
  /// To the beginning of its month, day or hour, the first time only.
  void begin(CivilTime start) {
    if (std::exchange(moved, true)) return;
    go(zone.moment(start));
  }
};

bool CronSchedule::day_matches(const CivilTime& time) const {
  const bool day = has(days_, time.day), weekday = has(weekdays_, time.weekday);
  // Of two fields that are both told, either will do.
  return (days_ & kStar) != 0 || (weekdays_ & kStar) != 0 ? day && weekday : day || weekday;
}

// Each of these goes on to the next month, day, ... that is meant. False: that led into the next year, month, ..., where all has to
// be looked at anew.

bool CronSchedule::to_month(Cursor& at) const {
  while (!has(months_, at.time.month)) {
    at.begin({at.time.year, at.time.month, 1});
    CivilTime next = at.time;
    ++next.month;
    at.go(at.zone.moment(next));
    if (at.time.month == 1) return false;
  }
  return true;
}

bool CronSchedule::to_day(Cursor& at) const {
  while (!day_matches(at.time)) {
    at.begin({at.time.year, at.time.month, at.time.day});
    const int64_t before = at.seconds;
    CivilTime next = at.time;
    ++next.day;
    at.go(at.zone.moment(next));
    // Where the clocks skip midnight, the day begins at 1, or the day before ends at 23.
    if (at.time.hour != 0) at.go(at.seconds + (at.time.hour > 12 ? 24 - at.time.hour : -at.time.hour) * 3600);
    if (at.seconds <= before) at.go(before + 24 * 3600);  // a zone that skips a whole day
    if (at.time.day == 1) return false;
  }
  return true;
}

bool CronSchedule::to_hour(Cursor& at) const {
  while (!has(hours_, at.time.hour)) {
    at.begin({at.time.year, at.time.month, at.time.day, at.time.hour});
    at.go(at.seconds + 3600);
    if (at.time.hour == 0) return false;
  }
  return true;
}

bool CronSchedule::to_minute(Cursor& at) const {
  while (!has(minutes_, at.time.minute)) {
    if (!std::exchange(at.moved, true)) at.go(at.seconds - at.time.second);
    at.go(at.seconds + 60);
    if (at.time.minute == 0) return false;
  }
  return true;
}

std::optional<TimeNs> CronSchedule::next(TimeNs time) const {
  const TimeNs fraction = (time % kSecondNs + kSecondNs) % kSecondNs;
  if (every_ns_ != 0) return time - fraction + every_ns_;
  Cursor at{zone_, (time - fraction) / kSecondNs + 1};
  const int64_t last_year = at.time.year + 5;
  while (at.time.year <= last_year) {
    if (!to_month(at) || !to_day(at) || !to_hour(at) || !to_minute(at)) continue;
    if (at.time.second == 0) return at.seconds * kSecondNs;
    at.moved = true;
    at.go(at.seconds + 60 - at.time.second);
  }
  return std::nullopt;
}

}  // namespace proa::object
