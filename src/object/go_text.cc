#include "object/go_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace proa::object {
namespace {

/// number = 0.DIGITS * 10^point, with the fewest digits that read back as the same number.
struct Decimal {
  char digits[24];
  int count = 0;
  int point = 0;
  bool negative = false;
};

template <class Number>
Decimal shortest(Number number) {
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  Decimal made;
  const char* at = text;
  if (*at == '-') {
    made.negative = true;
    ++at;
  }
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') made.digits[made.count++] = *at;
  }
  ++at;
  if (at < end && *at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);
  made.point = exponent + 1;
  if (made.count == 1 && made.digits[0] == '0') made.count = made.point = 0;
  return made;
}

void write_plain(const Decimal& number, std::string& out) {
  if (number.negative) out += '-';
  if (number.point <= 0) out += '0';
  for (int i = 0; i < number.point; ++i) out += i < number.count ? number.digits[i] : '0';
  if (number.count <= number.point) return;
  out += '.';
  for (int i = number.point; i < 0; ++i) out += '0';
  for (int i = number.point > 0 ? number.point : 0; i < number.count; ++i) out += number.digits[i];
}

void write_exponent(const Decimal& number, int min_digits, std::string& out) {
  if (number.negative) out += '-';
  out += number.count == 0 ? '0' : number.digits[0];
  if (number.count > 1) {
    out += '.';
    out.append(number.digits + 1, static_cast<size_t>(number.count) - 1);
  }
  const int exponent = number.count == 0 ? 0 : number.point - 1;
  out += 'e';
  out += exponent < 0 ? '-' : '+';
  const int size = exponent < 0 ? -exponent : exponent;
  if (size < 10 && min_digits > 1) out += '0';
  out += std::to_string(size);
}

/// %g of the shortest digits: with an exponent below 1e-4 and from 1e6 on.
void write_general(const Decimal& number, std::string& out) {
  const int exponent = number.point - 1;
  if (number.count != 0 && (exponent < -4 || exponent >= 6)) {
    write_exponent(number, 2, out);
  } else {
    write_plain(number, out);
  }
}

bool write_special(double number, std::string& out) {
  if (std::isfinite(number)) return false;
  out += std::isnan(number) ? "NaN" : number < 0 ? "-Inf" : "+Inf";
  return true;
}

char32_t multibyte(std::string_view text, size_t at, size_t size) {
  char32_t code = static_cast<unsigned char>(text[at]) & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  return code;
}

void write_hex(uint32_t number, int width, std::string& out) {
  for (int shift = (width - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 15];
}

void write_escaped(Rune rune, char byte, std::string& out) {
  switch (rune.code) {
    case '\a': out += "\\a"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\v': out += "\\v"; return;
    default: break;
  }
  if (!rune.valid || rune.code < ' ' || rune.code == 0x7f) {
    out += "\\x";
    write_hex(static_cast<unsigned char>(byte), 2, out);
  } else if (rune.code < 0x10000) {
    out += "\\u";
    write_hex(rune.code, 4, out);
  } else {
    out += "\\U";
    write_hex(rune.code, 8, out);
  }
}

}  // namespace

Rune rune_at(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1, true};
  const size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const Rune bad{0xfffd, 1, false};
  if (size == 0 || text.size() - at < size) return bad;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return bad;
  }
  const char32_t code = multibyte(text, at, size);
  if (size == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return bad;
  if (size == 4 && (code < 0x10000 || code > 0x10ffff)) return bad;
  return {code, size, true};
}

void append_utf8(char32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12);
    } else {
      out += static_cast<char>(0xf0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    }
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

bool is_valid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Rune rune = rune_at(text, at);
    if (!rune.valid) return false;
    at += rune.size;
  }
  return true;
}

bool is_printable(char32_t code) {
  if (code < 0x7f) return code >= ' ';
  if (code < 0xa1 || code == 0xad) return false;
  if (code >= 0x2000 && code <= 0x200f) return false;
  if (code >= 0x2028 && code <= 0x202f) return false;
  if (code >= 0x205f && code <= 0x206f) return false;
  if (code == 0x1680 || code == 0x3000 || code == 0xfeff) return false;
  if (code >= 0xd800 && code < 0xf900) return false;  // surrogates, private use
  if (code >= 0xfff0 && code < 0xfffc) return false;
  return (code & 0xfffe) != 0xfffe && code < 0xe0000;
}

void write_go_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    if (rune.code == '"' || rune.code == '\\') {
      out += '\\';
      out += text[at];
    } else if (rune.valid && is_printable(rune.code)) {
      out += text.substr(at, rune.size);
    } else {
      write_escaped(rune, text[at], out);
    }
    at += rune.size;
  }
  out += '"';
}

std::string go_quoted(std::string_view text) {
  std::string out;
  write_go_quoted(text, out);
  return out;
}

void write_json_number(double number, std::string& out) {
  const Decimal decimal = shortest(number);
  const double size = std::fabs(number);
  if (size != 0 && (size < 1e-6 || size >= 1e21)) {
    write_exponent(decimal, size < 1 ? 1 : 2, out);
  } else {
    write_plain(decimal, out);
  }
}

void write_go_float(double number, std::string& out) {
  if (!write_special(number, out)) write_general(shortest(number), out);
}

void write_go_float32(float number, std::string& out) {
  if (!write_special(number, out)) write_general(shortest(number), out);
}

void write_go_plain_float(double number, std::string& out) {
  if (!write_special(number, out)) write_plain(shortest(number), out);
}

}  // namespace proa::object
