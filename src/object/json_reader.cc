// The JSON scanner: one pass, recursive descent, with the messages of Go's encoding/json.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/json.h"
#include "object/member_index.h"

namespace proa::object {
namespace {

/// Where in the tree the scanner is, as far as finding metadata.managedFields[].fieldsV1 needs it.
enum class Place : uint8_t { kAnywhere, kMetadata, kManagedFields };

/// Bytes that end the plain run of a string: quote, backslash, control characters, non-ASCII.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> stops{};
  for (int c = 0; c < 256; ++c) stops[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
  return stops;
}();

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(std::string_view text, const ParseOptions& options)
      : at_(text.data()), end_(text.data() + text.size()), options_(options) {}

  Result<Value> read() {
    Value value;
    if (!read_value(value, Place::kAnywhere, 0)) return Error(base::bad_request(error_));
    skip_blanks();
    if (at_ != end_) {
      fail("after top-level value");
      return Error(base::bad_request(error_));
    }
    return value;
  }

  /// As parse_json_prefix() says.
  Result<Value> read_prefix(std::string_view& text) {
    Value value;
    const bool good = read_value(value, Place::kAnywhere, 0);
    if (!good && at_ == end_) error_ = "unexpected EOF";
    if (!good && at_ != end_) ++at_;
    text = std::string_view(at_, end_);
    if (!good) return Error(base::bad_request(error_));
    return value;
  }

 private:
  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  /// Says what is wrong with the character at hand.
  bool fail(std::string_view where) {
    if (at_ == end_) {
      error_ = "unexpected end of JSON input";
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

  bool read_value(Value& out, Place place, size_t depth) {
    skip_blanks();
    if (at_ == end_) return fail("");
    switch (*at_) {
      case '{': return read_object(out, place, depth + 1);
      case '[': return read_array(out, place, depth + 1);
      case '"': {
        std::string text;
        if (!read_string(text)) return false;
        out = Value(std::move(text));
        return true;
      }
      case 't': return read_word("true", true, out);
      case 'f': return read_word("false", false, out);
      case 'n': return read_word("null", nullptr, out);
      default: break;
    }
    if (*at_ == '-' || is_digit(*at_)) return read_number(out);
    return fail("looking for beginning of value");
  }

  bool read_word(std::string_view word, Value value, Value& out) {
    for (const char c : word) {
      if (at_ == end_ || *at_ != c) {
        return fail(fmt::format("in literal {} (expecting '{}')", word, c));
      }
      ++at_;
    }
    out = std::move(value);
    return true;
  }

  /// Moves over a number by Go's grammar. `whole` is false when there is a fraction or an exponent.
  bool scan_number(bool& whole) {
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

  void skip_digits() {
    while (at_ != end_ && is_digit(*at_)) ++at_;
  }

  bool read_number(Value& out) {
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
      if (std::isinf(number)) {
        error_ =
            fmt::format("json: cannot unmarshal number {} into Go value of type float64", std::string_view(start, at_));
        return false;
      }
    }
    out = Value(number);
    return true;
  }

  bool read_string(std::string& out) {
    ++at_;
    const char* run = at_;
    while (at_ != end_ && !kStops[static_cast<unsigned char>(*at_)]) ++at_;
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
      while (at_ != end_ && !kStops[static_cast<unsigned char>(*at_)]) ++at_;
      out.append(run, at_);
    }
  }

  /// Bytes that are no UTF-8 become U+FFFD, as in Go.
  void read_rune(std::string& out) {
    const std::string_view rest(at_, end_);
    const Rune rune = rune_at(rest, 0);
    if (rune.valid) {
      out.append(at_, rune.size);
    } else {
      append_utf8(0xfffd, out);
    }
    at_ += rune.size;
  }

  bool read_escape(std::string& out) {
    ++at_;
    if (at_ == end_) return fail("");
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

  bool read_hex4(char32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int c = at_ == end_ ? 0 : *at_ | 0x20;
      const bool letter = c >= 'a' && c <= 'f';
      if (at_ == end_ || (!letter && !is_digit(*at_))) return fail("in \\u hexadecimal character escape");
      code = code << 4 | static_cast<char32_t>(letter ? c - 'a' + 10 : *at_ - '0');
    }
    return true;
  }

  bool read_unicode(std::string& out) {
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

  bool too_deep(size_t depth) {
    if (depth <= options_.max_depth) return false;
    error_ = "exceeded max depth";
    return true;
  }

  bool read_array(Value& out, Place place, size_t depth) {
    if (too_deep(depth)) return false;
    ++at_;
    Value::Array items;
    skip_blanks();
    if (at_ != end_ && *at_ == ']') {
      ++at_;
      out = Value(std::move(items));
      return true;
    }
    while (true) {
      if (tracks_path()) path_.push_back({{}, items.size()});
      if (!read_value(items.emplace_back(), place, depth)) return false;
      if (tracks_path()) path_.pop_back();
      skip_blanks();
      if (at_ == end_) return fail("");
      if (*at_ == ']') break;
      if (*at_ != ',') return fail("after array element");
      ++at_;
    }
    ++at_;
    out = Value(std::move(items));
    return true;
  }

  bool read_object(Value& out, Place place, size_t depth) {
    if (too_deep(depth)) return false;
    ++at_;
    Value::Object members;
    members.reserve(8);
    MemberIndex index(members);
    skip_blanks();
    if (at_ != end_ && *at_ == '}') {
      ++at_;
      out = Value(std::move(members));
      return true;
    }
    while (true) {
      if (!read_member(index, place, depth)) return false;
      skip_blanks();
      if (at_ == end_) return fail("");
      if (*at_ == '}') break;
      if (*at_ != ',') return fail("after object key:value pair");
      ++at_;
    }
    ++at_;
    out = Value(std::move(members));
    return true;
  }

  bool read_member(MemberIndex& index, Place place, size_t depth) {
    skip_blanks();
    if (at_ == end_ || *at_ != '"') return fail("looking for beginning of object key string");
    std::string_view name;
    if (!read_name(name)) return false;
    skip_blanks();
    if (at_ == end_ || *at_ != ':') return fail("after object key");
    ++at_;
    // Before the value is read: the name may lie in scratch_, which names below reuse.
    const Place inner = place_below(place, name);
    const bool raw = options_.keep_fields_v1_raw && place == Place::kManagedFields && name == "fieldsV1";
    if (tracks_path()) path_.push_back({std::string(name), 0});
    Value& value = member_for(name, index);
    if (!(raw ? read_raw(value) : read_value(value, inner, depth))) return false;
    if (tracks_path()) path_.pop_back();
    return true;
  }

  static Place place_below(Place place, std::string_view name) {
    if (place == Place::kMetadata && name == "managedFields") return Place::kManagedFields;
    return name == "metadata" ? Place::kMetadata : Place::kAnywhere;
  }

  /// A name without escapes is not copied.
  bool read_name(std::string_view& name) {
    const char* quote = at_;
    ++at_;
    while (at_ != end_ && !kStops[static_cast<unsigned char>(*at_)]) ++at_;
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

  /// The place for a member's value; that of an earlier member of the same name, which is lost.
  Value& member_for(std::string_view name, MemberIndex& index) {
    const Key key(name);
    Value* found = index.find(key);
    if (found == nullptr) return index.add(key);
    if (options_.duplicates != nullptr) {
      options_.duplicates->push_back(fmt::format("duplicate field \"{}\"", path_text()));
    }
    *found = Value();
    return *found;
  }

  bool tracks_path() const { return options_.duplicates != nullptr; }

  std::string path_text() const {
    std::string text;
    for (const auto& [name, index] : path_) {
      if (name.empty()) {
        text += fmt::format("[{}]", index);
      } else {
        if (!text.empty()) text += '.';
        text += name;
      }
    }
    return text;
  }

  /// Checks the value at hand and keeps its text, without blanks. What is no object is read as usual.
  bool read_raw(Value& out) {
    skip_blanks();
    if (at_ == end_ || *at_ != '{') return read_value(out, Place::kAnywhere, 0);
    std::string text;
    if (!copy_value(text, 0)) return false;
    out = Value::raw(std::move(text));
    return true;
  }

  bool copy_value(std::string& out, size_t depth) {
    skip_blanks();
    if (at_ == end_) return fail("");
    if (*at_ == '{') return copy_container(out, depth + 1, '}');
    if (*at_ == '[') return copy_container(out, depth + 1, ']');
    const char* start = at_;
    if (*at_ == '"') return copy_string(out);
    Value value;
    if (!read_value(value, Place::kAnywhere, 0)) return false;
    out.append(start, at_);
    return true;
  }

  bool copy_string(std::string& out) {
    const char* start = at_;
    if (!read_string(scratch_)) return false;
    const std::string_view text(start, at_);
    if (is_valid_utf8(text)) {
      out += text;
    } else {
      write_json_string(scratch_, out);
    }
    return true;
  }

  bool copy_container(std::string& out, size_t depth, char close) {
    if (too_deep(depth)) return false;
    const bool object = close == '}';
    out += *at_++;
    skip_blanks();
    if (at_ != end_ && *at_ == close) {
      out += *at_++;
      return true;
    }
    while (true) {
      if (object && !copy_name(out)) return false;
      if (!copy_value(out, depth)) return false;
      skip_blanks();
      if (at_ == end_) return fail("");
      const char c = *at_;
      if (c != close && c != ',') return fail(object ? "after object key:value pair" : "after array element");
      out += c;
      ++at_;
      if (c == close) return true;
    }
  }

  bool copy_name(std::string& out) {
    skip_blanks();
    if (at_ == end_ || *at_ != '"') return fail("looking for beginning of object key string");
    if (!copy_string(out)) return false;
    skip_blanks();
    if (at_ == end_ || *at_ != ':') return fail("after object key");
    out += *at_++;
    return true;
  }

  struct Step {
    std::string name;  // empty: an item
    size_t index;
  };

  const char* at_;
  const char* end_;
  const ParseOptions& options_;
  std::string error_;
  std::string scratch_;
  std::vector<Step> path_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const ParseOptions& options) { return Reader(text, options).read(); }

Result<Value> parse_json_prefix(std::string_view& text, const ParseOptions& options) {
  return Reader(text, options).read_prefix(text);
}

}  // namespace proa::object
