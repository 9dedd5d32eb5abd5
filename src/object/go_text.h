// Text forms of the Go language that Kubernetes' answers show: quoted strings in messages, numbers in JSON and
// YAML. All functions append.
#pragma once

#include <string>
#include <string_view>

namespace proa::object {

/// %q: in double quotes, with Go's escapes.
void write_go_quoted(std::string_view text, std::string& out);
std::string go_quoted(std::string_view text);

/// A float64 as encoding/json writes it: shortest digits, exponent form below 1e-6 and from 1e21 on.
/// REQUIRES: finite.
void write_json_number(double number, std::string& out);
/// strconv.FormatFloat(number, 'g', -1, 64): `1e+06`, `0.1`, `+Inf`, `NaN`.
void write_go_float(double number, std::string& out);
void write_go_float32(float number, std::string& out);
/// strconv.FormatFloat(number, 'f', -1, 64): never an exponent.
void write_go_plain_float(double number, std::string& out);

/// The code point at text[at], and how many bytes it takes. Where the bytes are not UTF-8: U+FFFD and one byte.
struct Rune {
  char32_t code;
  size_t size;
  bool valid;
};
Rune rune_at(std::string_view text, size_t at);
void append_utf8(char32_t code, std::string& out);
bool is_valid_utf8(std::string_view text);
/// As unicode.IsPrint does for text in messages: control characters, surrogates, blanks other than U+0020,
/// private use and noncharacters are not printable. (Unassigned code points count as printable here.)
bool is_printable(char32_t code);

}  // namespace proa::object
