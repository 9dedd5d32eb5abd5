#include "object/yaml_resolve.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace proa::object {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Word {
  std::string_view text;
  ScalarType type;
  int meaning;  // of bools: 0 or 1; of floats: sign of infinity, 0 not a number
};

using enum ScalarType;
constexpr Word kWords[] = {
    {"", kNull, 0},       {"~", kNull, 0},       {"null", kNull, 0},    {"Null", kNull, 0},   {"NULL", kNull, 0},
    {"y", kBool, 1},      {"Y", kBool, 1},       {"yes", kBool, 1},     {"Yes", kBool, 1},    {"YES", kBool, 1},
    {"true", kBool, 1},   {"True", kBool, 1},    {"TRUE", kBool, 1},    {"on", kBool, 1},     {"On", kBool, 1},
    {"ON", kBool, 1},     {"n", kBool, 0},       {"N", kBool, 0},       {"no", kBool, 0},     {"No", kBool, 0},
    {"NO", kBool, 0},     {"false", kBool, 0},   {"False", kBool, 0},   {"FALSE", kBool, 0},  {"off", kBool, 0},
    {"Off", kBool, 0},    {"OFF", kBool, 0},     {".nan", kFloat, 0},   {".NaN", kFloat, 0},  {".NAN", kFloat, 0},
    {".inf", kFloat, 1},  {".Inf", kFloat, 1},   {".INF", kFloat, 1},   {"+.inf", kFloat, 1}, {"+.Inf", kFloat, 1},
    {"+.INF", kFloat, 1}, {"-.inf", kFloat, -1}, {"-.Inf", kFloat, -1}, {"-.INF", kFloat, -1}};

std::optional<Scalar> word(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  const auto found = std::ranges::find(kWords, text, &Word::text);
  if (found == std::end(kWords)) return std::nullopt;
  switch (found->type) {
    case kBool: return Scalar{kBool, Value(found->meaning == 1)};
    case kFloat: {
      const double infinity = std::numeric_limits<double>::infinity();
      return Scalar{kFloat, Value(found->meaning == 0 ? std::nan("") : found->meaning * infinity)};
    }
    default: return Scalar{kNull, Value()};
  }
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const size_t before = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0 && before == 0) return false;
  } else if (before == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<Scalar> read_float(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  const double number = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isinf(number)) return std::nullopt;  // Go's ParseFloat fails out of range
  return Scalar{kFloat, Value(number)};
}

/// strconv.ParseInt(text, 0, 64), then ParseUint.
std::optional<Scalar> read_int(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = text;
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const bool sign = digits.size() != text.size();
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char kind = static_cast<char>(digits[1] | 0x20);
    base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    digits.remove_prefix(base != 8 || kind == 'o' ? 2 : 1);
  }
  uint64_t number = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (digits.empty() || ec != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (number <= kMost + (negative ? 1 : 0)) {
    return Scalar{kInt, Value(static_cast<int64_t>(negative ? 0 - number : number))};
  }
  if (sign) return std::nullopt;
  return Scalar{kInt, Value(static_cast<double>(number)), true};
}

/// One or two digits below or at `most`.
bool take_field(std::string_view& text, int least, int most, int& value) {
  size_t size = 0;
  value = 0;
  for (; size < 2 && size < text.size() && is_digit(text[size]); ++size) value = value * 10 + (text[size] - '0');
  text.remove_prefix(size);
  return size > 0 && value >= least && value <= most;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  return is_digit(text[1]) && is_digit(text[2]) && is_digit(text[4]) && is_digit(text[5]) &&
         text.substr(1, 2) <= "24" && text.substr(4, 2) <= "60";
}

/// The forms that go-yaml takes: a date, `date time`, `dateTtimeZONE`, with fields of one or two digits.
bool is_timestamp(std::string_view text) {
  if (text.size() < 8 || text[4] != '-' || !std::ranges::all_of(text.substr(0, 4), is_digit)) return false;
  int year = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  text.remove_prefix(5);
  int month = 0, day = 0, ignored = 0;
  if (!take_field(text, 1, 12, month) || !take(text, '-') || !take_field(text, 1, 31, day)) return false;
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > kDays[month - 1] || (month == 2 && day == 29 && !leap)) return false;
  if (text.empty()) return true;
  const bool blank = take(text, ' ');
  if (!blank && !take(text, 'T') && !take(text, 't')) return false;
  if (!take_field(text, 0, 23, ignored) || !take(text, ':')) return false;
  if (!take_field(text, 0, 59, ignored) || !take(text, ':')) return false;
  if (!take_field(text, 0, 59, ignored)) return false;
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && is_digit(text[1])) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  }
  return blank ? text.empty() : is_zone(text);
}

/// Everything that is no plain text begins with one of these, or is empty.
bool may_be_special(char first) {
  return is_digit(first) || std::string_view("+-.yYnNtTfFoO~").find(first) != std::string_view::npos;
}

Scalar resolve(std::string_view text, bool may_be_timestamp) {
  const char first = text.empty() ? '~' : text[0];
  if (!may_be_special(first)) return {kString, Value(text)};
  const bool number = is_digit(first) || first == '+' || first == '-';
  if (std::optional<Scalar> found = word(text)) return std::move(*found);
  if (first == '.') {
    if (std::optional<Scalar> found = read_float(text)) return std::move(*found);
  }
  if (number) {
    if (may_be_timestamp && is_timestamp(text)) return {kTimestamp, Value(text)};
    std::string plain(text);
    std::erase(plain, '_');
    if (std::optional<Scalar> found = read_int(plain)) return std::move(*found);
    if (std::optional<Scalar> found = read_float(plain)) return std::move(*found);
  }
  return {kString, Value(text)};
}

std::string_view tag_name(ScalarType type) {
  constexpr std::string_view kNames[] = {"!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp", "!!binary"};
  return type == kOther ? "" : kNames[static_cast<size_t>(type)];
}

ScalarType type_of_tag(std::string_view tag) {
  for (const ScalarType type : {kString, kBool, kInt, kFloat, kNull, kTimestamp, kBinary}) {
    if (tag_name(type).substr(2) == tag.substr(std::min(tag.size(), kYamlTagPrefix.size()))) return type;
  }
  return kOther;
}

}  // namespace

bool reads_as_string(std::string_view text) {
  return !text.empty() && (!may_be_special(text[0]) || resolve(text, true).type == kString);
}

Scalar resolve_scalar(std::string_view text) { return resolve(text, true); }

Result<Scalar> resolve_scalar(std::string_view text, std::string_view tag) {
  const ScalarType wanted = tag.starts_with(kYamlTagPrefix) ? type_of_tag(tag) : kOther;
  if (wanted == kOther || wanted == kString || wanted == kBinary) return Scalar{wanted, Value(text)};
  Scalar found = resolve(text, wanted == kTimestamp);
  if (found.type == wanted) return found;
  if (wanted == kFloat && found.type == kInt) return Scalar{kFloat, Value(View(found.value).as_double())};
  return Error(
      base::bad_request(fmt::format("cannot decode {} `{}` as a {}", tag_name(found.type), text, tag_name(wanted))));
}

bool is_base60(std::string_view text) {
  // [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return false;
  const auto is_part = [](char c) { return is_digit(c) || c == '_'; };
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !std::ranges::all_of(text.substr(0, colon), is_part)) return false;
  text.remove_prefix(colon);
  while (take(text, ':')) {
    size_t size = 0;
    while (size < 2 && size < text.size() && is_digit(text[size])) ++size;
    if (size == 0 || (size == 2 && text[0] > '5')) return false;
    text.remove_prefix(size);
  }
  return text.empty() || (take(text, '.') && std::ranges::all_of(text, is_part));
}

}  // namespace proa::object
