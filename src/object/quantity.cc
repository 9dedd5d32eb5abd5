#include "object/quantity.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "object/go_text.h"

namespace proa::object {
namespace {

using base::Int128;

constexpr int kNanoDigits = 9;
constexpr Int128 kNano = 1'000'000'000;
/// Beyond this, amounts saturate: more than 10^29 units.
constexpr Int128 kMost = (Int128{1} << 126) - 1 + (Int128{1} << 126);

constexpr std::string_view kWrongForm =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kWrongNumber = "unable to parse numeric part of quantity";
constexpr std::string_view kWrongSuffix = "unable to parse quantity's suffix";

struct Suffix {
  std::string_view text;
  Quantity::Format format;
  int exponent;  // of ten, or of two
};

using enum Quantity::Format;
constexpr Suffix kSuffixes[] = {
    {"", kDecimalSI, 0},   {"n", kDecimalSI, -9}, {"u", kDecimalSI, -6}, {"m", kDecimalSI, -3},
    {"k", kDecimalSI, 3},  {"M", kDecimalSI, 6},  {"G", kDecimalSI, 9},  {"T", kDecimalSI, 12},
    {"P", kDecimalSI, 15}, {"E", kDecimalSI, 18}, {"Ki", kBinarySI, 10}, {"Mi", kBinarySI, 20},
    {"Gi", kBinarySI, 30}, {"Ti", kBinarySI, 40}, {"Pi", kBinarySI, 50}, {"Ei", kBinarySI, 60}};

std::optional<Suffix> interpret(std::string_view text) {
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.text == text) return suffix;
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  text.remove_prefix(text[1] == '+' ? 2 : 1);
  int exponent = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Suffix{text, kDecimalExponent, exponent};
}

/// The parts of `-12.50Mi`; leading zeros are gone from `whole`.
struct Parts {
  bool negative = false;
  std::string_view whole, fraction, suffix;
  bool dot = false;
};

size_t digits_at(std::string_view text, size_t at) {
  const size_t end = text.find_first_not_of("0123456789", at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    ++at;
  }
  at = std::min(text.find_first_not_of('0', at), text.size());
  parts.whole = text.substr(at, digits_at(text, at));
  at += parts.whole.size();
  if (at < text.size() && text[at] == '.') {
    parts.dot = true;
    ++at;
    parts.fraction = text.substr(at, digits_at(text, at));
    at += parts.fraction.size();
  }
  parts.suffix = text.substr(at);
  at = std::min(text.find_first_not_of("eEinumkKMGTP", at), text.size());
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  if (at + digits_at(text, at) != text.size()) return std::nullopt;
  return parts;
}

/// A magnitude and whether something below it was cut off: rounding up comes last.
struct Amount {
  Int128 size = 0;
  bool more = false;

  void times(Int128 factor) { size = size > kMost / factor ? kMost : size * factor; }
  void over(Int128 divisor) {
    more = more || size % divisor != 0;
    size /= divisor;
  }
  void times_ten_to(int exponent) {
    if (size == 0 && !more) return;
    for (; exponent > 0 && size != 0 && size != kMost; --exponent) times(10);
    for (; exponent < 0 && size != 0; ++exponent) over(10);
  }
  Int128 rounded() const { return size + (more && size != kMost ? 1 : 0); }
};

Int128 nano_of(const Parts& parts, const Suffix& suffix) {
  Amount amount;
  int below = 0;  // digits of the fraction that are in the amount
  for (const char c : parts.whole) {
    amount.times(10);
    if (amount.size != kMost) amount.size += c - '0';
  }
  for (const char c : parts.fraction) {
    if (below < 18 && amount.size < kMost / 1000) {
      amount.times(10);
      amount.size += c - '0';
      ++below;
    } else {
      amount.more = amount.more || c != '0';
    }
  }
  if (suffix.format == kBinarySI) {
    amount.times(Int128{1} << suffix.exponent);
    amount.times_ten_to(kNanoDigits - below);
    constexpr Int128 kCap = std::numeric_limits<int64_t>::max() * kNano;
    return std::min(amount.rounded(), kCap);
  }
  amount.times_ten_to(kNanoDigits - below + std::clamp(suffix.exponent, -1000, 1000));
  return amount.rounded();
}

/// Upstream keeps a text as written where its digits could be canonical; see ParseQuantity's fast path.
bool is_kept(const Parts& parts, const Suffix& suffix) {
  const std::string shifted = (parts.whole.empty() ? "0" : std::string(parts.whole)) + std::string(parts.fraction);
  if (suffix.format == kBinarySI) {
    const int precision = 15 - static_cast<int>(parts.whole.empty() ? 1 : parts.whole.size()) -
                          static_cast<int>(static_cast<float>(suffix.exponent) * 3 / 10) - 1;
    uint64_t value = 0;
    std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
    return precision >= 0 && parts.fraction.empty() && (value & 7) != 0;
  }
  const int scale = suffix.exponent - static_cast<int>(parts.fraction.size());
  return shifted.size() <= 18 && scale >= -kNanoDigits && scale % 3 == 0 && !shifted.ends_with("000") &&
         shifted[0] != '0';
}

/// Upstream's slow path takes no text without digits, its fast path does: "Ki" is 0, "Pi" is an error.
bool has_number(std::string_view text, const Parts& parts, const Suffix& suffix) {
  const std::string_view number = text.substr(0, text.size() - parts.suffix.size());
  if (number.find_first_of("0123456789") != std::string_view::npos) return true;
  return suffix.format == kBinarySI ? suffix.exponent < 50 : suffix.exponent >= -kNanoDigits;
}

std::string_view suffix_text(Quantity::Format format, int exponent) {
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.exponent == exponent && (suffix.format == format || exponent == 0)) return suffix.text;
  }
  return {};
}

std::string digits_of(Int128 number) {
  std::string text;
  const bool negative = number < 0;
  if (negative) number = -number;
  do {
    text += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number != 0);
  if (negative) text += '-';
  std::ranges::reverse(text);
  return text;
}

std::string decimal_text(Int128 nano, Quantity::Format format) {
  int exponent = -kNanoDigits;
  while (nano % 1000 == 0 && (format == kDecimalExponent || exponent < 18)) {
    nano /= 1000;
    exponent += 3;
  }
  std::string text = digits_of(nano);
  if (format == kDecimalExponent && exponent != 0) return text + "e" + std::to_string(exponent);
  return text + std::string(suffix_text(format, exponent));
}

std::string binary_text(Int128 units) {
  int exponent = 0;
  while (units % 1024 == 0 && exponent < 60) {
    units /= 1024;
    exponent += 10;
  }
  return digits_of(units) + std::string(suffix_text(kBinarySI, exponent));
}

/// Towards the larger magnitude, at the ends of int64.
int64_t rounded_up(Int128 nano, Int128 unit) {
  Int128 units = nano / unit;
  if (nano % unit != 0) units += nano > 0 ? 1 : -1;
  constexpr Int128 kMin = std::numeric_limits<int64_t>::min();
  constexpr Int128 kMax = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::clamp(units, kMin, kMax));
}

}  // namespace

Quantity Quantity::of_milli(int64_t milli, Format format) {
  Quantity made;
  made.nano_ = Int128{milli} * 1'000'000;
  made.format_ = format;
  return made;
}

Quantity Quantity::of(int64_t units, Format format) {
  Quantity made;
  made.nano_ = units * kNano;
  made.format_ = format;
  return made;
}

Result<Quantity> Quantity::parse(std::string_view text) {
  if (text.empty()) return Error(base::bad_request(std::string(kWrongForm)));
  const std::optional<Parts> parts = split(text);
  if (!parts) return Error(base::bad_request(std::string(kWrongForm)));
  const std::optional<Suffix> suffix = interpret(parts->suffix);
  if (!suffix) return Error(base::bad_request(std::string(kWrongSuffix)));
  if (!has_number(text, *parts, *suffix)) return Error(base::bad_request(std::string(kWrongNumber)));
  Quantity made;
  made.format_ = suffix->format;
  made.nano_ = nano_of(*parts, *suffix);
  if (made.format_ == kBinarySI && made.nano_ > 0 && made.nano_ < kNano) made.format_ = kDecimalSI;
  if (parts->negative) made.nano_ = -made.nano_;
  if (is_kept(*parts, *suffix) && made.to_string() != text) made.written_ = text;
  return made;
}

Result<Quantity> Quantity::of_view(View view) {
  if (view.is_int()) return of(view.as_int());
  std::string text;
  if (view.kind() == Kind::kDouble) {
    write_json_number(view.as_double(), text);
  } else {
    text = view.as_string();
  }
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return parse("");
  return parse(std::string_view(text).substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

int64_t Quantity::value() const { return rounded_up(nano_, kNano); }
int64_t Quantity::milli_value() const { return rounded_up(nano_, 1'000'000); }

Quantity Quantity::operator+(const Quantity& other) const {
  Quantity sum;
  sum.format_ = is_zero() ? other.format_ : format_;
  if (__builtin_add_overflow(nano_, other.nano_, &sum.nano_)) sum.nano_ = nano_ > 0 ? kMost : -kMost;
  return sum;
}

Quantity Quantity::operator-(const Quantity& other) const {
  Quantity negative = other;
  negative.nano_ = -other.nano_;
  return *this + negative;
}

std::string Quantity::to_string() const {
  if (!written_.empty()) return written_;
  if (nano_ == 0) return "0";
  const bool small = nano_ > -1024 * kNano && nano_ < 1024 * kNano;
  if (format_ == kBinarySI && !small && nano_ % kNano == 0) return binary_text(nano_ / kNano);
  return decimal_text(nano_, format_ == kBinarySI ? kDecimalSI : format_);
}

}  // namespace proa::object
