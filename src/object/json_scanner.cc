#include "object/json_scanner.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "object/go_text.h"

namespace proa::object {
namespace {

/// Bytes that end the plain run of a string: quote, backslash, control characters, non-ASCII.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> stops{};
  for (int c = 0; c < 256; ++c) stops[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
  return stops;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonScanner::skip_plain() {
  while (at_ != end_ && !kStops[static_cast<unsigned char>(*at_)]) ++at_;
}

bool JsonScanner::fail(std::string_view where) {
  if (at_ == end_) {
    // Go closes the input with a blank, which may stand everywhere but within a word, a number or an escape.
    const bool within = where.starts_with("in ") || where.starts_with("after decimal point");
    error_ = within ? fmt::format("invalid character ' ' {}", where) : "unexpected end of JSON input";
    return false;
  }
  std::string shown;
  if (*at_ == '\'') {
    shown = "\\'";
  } else if (*at_ == '"') {
    shown = "\"";
  } else {
    std::string rune;
    append_utf8(static_cast<unsigned char>(*at_), rune);
    write_go_quoted(rune, shown);
    shown = shown.substr(1, shown.size() - 2);
  }
  error_ = fmt::format("invalid character '{}' {}", shown, where);
  return false;
}

/// Moves over a number by Go's grammar. `whole` is false when there is a fraction or an exponent.
bool JsonScanner::scan_number(bool& whole) {
  if (*at_ == '-') {
    ++at_;
    if (at_ == end_ || !is_digit(*at_)) return fail("in numeric literal");
  }
  if (*at_ == '0') {
    ++at_;
  } else {
    skip_digits();
  }
  if (at_ != end_ && *at_ == '.') {
    whole = false;
    ++at_;
    if (at_ == end_ || !is_digit(*at_)) return fail("after decimal point in numeric literal");
    skip_digits();
  }
  if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
    whole = false;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (at_ == end_ || !is_digit(*at_)) return fail("in exponent of numeric literal");
    skip_digits();
  }
  return true;
}

void JsonScanner::skip_digits() {
  while (at_ != end_ && is_digit(*at_)) ++at_;
}

bool JsonScanner::read_number(Value& out) {
  const char* start = at_;
  bool whole = true;
  if (!scan_number(whole)) return false;
  if (whole) {
    int64_t number = 0;
    if (std::from_chars(start, at_, number).ec == std::errc()) {
      out = Value(number);
      return true;
    }
  }
  // from_chars leaves the number alone when it is out of range; strtod tells nothing from infinity.
  double number = 0;
  const auto [end, ec] = std::from_chars(start, at_, number);
  if (ec == std::errc::result_out_of_range) {
    number = std::strtod(std::string(start, at_).c_str(), nullptr);
    if (std::isinf(number) && out_of_range_.empty()) {
      out_of_range_ =
          fmt::format("json: cannot unmarshal number {} into Go value of type float64", std::string_view(start, at_));
    }
  }
  out = Value(number);
  return true;
}

bool JsonScanner::read_string(std::string& out) {
  ++at_;
  const char* run = at_;
  skip_plain();
  out.assign(run, at_);
  while (true) {
    if (at_ == end_) return fail("");
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c < 0x20) return fail("in string literal");
    if (c == '\\') {
      if (!read_escape(out)) return false;
    } else {
      read_rune(out);
    }
    run = at_;
    skip_plain();
    out.append(run, at_);
  }
}

/// Bytes that are no UTF-8 become U+FFFD, as in Go.
void JsonScanner::read_rune(std::string& out) {
  const std::string_view rest(at_, end_);
  const Rune rune = rune_at(rest, 0);
  if (rune.valid) {
    out.append(at_, rune.size);
  } else {
    append_utf8(0xfffd, out);
  }
  at_ += rune.size;
}

bool JsonScanner::read_escape(std::string& out) {
  ++at_;
  if (at_ == end_) return fail("in string escape code");
  switch (*at_) {
    case '"':
    case '\\':
    case '/': out += *at_; break;
    case 'b': out += '\b'; break;
    case 'f': out += '\f'; break;
    case 'n': out += '\n'; break;
    case 'r': out += '\r'; break;
    case 't': out += '\t'; break;
    case 'u': ++at_; return read_unicode(out);
    default: return fail("in string escape code");
  }
  ++at_;
  return true;
}

bool JsonScanner::read_hex4(char32_t& code) {
  code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const int c = at_ == end_ ? 0 : *at_ | 0x20;
    const bool letter = c >= 'a' && c <= 'f';
    if (at_ == end_ || (!letter && !is_digit(*at_))) return fail("in \\u hexadecimal character escape");
    code = code << 4 | static_cast<char32_t>(letter ? c - 'a' + 10 : *at_ - '0');
  }
  return true;
}

bool JsonScanner::read_unicode(std::string& out) {
  char32_t code = 0;
  if (!read_hex4(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    char32_t low = 0;
    const char* back = at_;
    if (code < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
      at_ += 2;
      if (!read_hex4(low)) return false;
    }
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else {
      code = 0xfffd;
      at_ = back;
    }
  }
  append_utf8(code, out);
  return true;
}

/// A name without escapes is not copied.
bool JsonScanner::read_name(std::string_view& name) {
  const char* quote = at_;
  ++at_;
  skip_plain();
  if (at_ != end_ && *at_ == '"') {
    name = std::string_view(quote + 1, at_);
    ++at_;
    return true;
  }
  at_ = quote;
  if (!read_string(scratch_)) return false;
  name = scratch_;
  return true;
}

}  // namespace proa::object
