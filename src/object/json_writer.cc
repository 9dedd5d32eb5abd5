#include <algorithm>
#include <array>
#include <charconv>

#include "object/go_text.h"
#include "object/json.h"

namespace proa::object {
namespace {

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x80; ++c) {
    plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  }
  return plain;
}();

constexpr std::array<bool, 256> kStopsRaw = [] {
  std::array<bool, 256> stops{};
  for (const unsigned char c : {'<', '>', '&', '\xe2'}) stops[c] = true;
  return stops;
}();

void write_hex_escape(uint32_t code, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[code >> shift & 15];
}

/// Writes the character at text[at], which is not plain; returns how many bytes it took.
size_t write_special(std::string_view text, size_t at, std::string& out) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: write_hex_escape(c, out); break;
    }
    return 1;
  }
  const Rune rune = rune_at(text, at);
  if (!rune.valid || rune.code == 0x2028 || rune.code == 0x2029) {
    write_hex_escape(rune.code, out);
  } else {
    out += text.substr(at, rune.size);
  }
  return rune.size;
}

void write_int(int64_t number, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// Raw text is JSON already; only what Go escapes in any JSON is escaped. These can stand in strings alone.
void write_raw(std::string_view json, std::string& out) {
  size_t from = 0;
  for (size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (!kStopsRaw[static_cast<unsigned char>(c)]) continue;
    const bool separator = c == '\xe2' && json.size() - at > 2 && json[at + 1] == '\x80' &&
                           (json[at + 2] == '\xa8' || json[at + 2] == '\xa9');
    if (c == '\xe2' && !separator) continue;
    out += json.substr(from, at - from);
    if (separator) {
      write_hex_escape(json[at + 2] == '\xa8' ? 0x2028 : 0x2029, out);
      at += 2;
    } else {
      write_hex_escape(static_cast<unsigned char>(c), out);
    }
    from = at + 1;
  }
  out += json.substr(from);
}

bool write_scalar(View view, std::string& out) {
  switch (view.kind()) {
    case Kind::kBool: out += view.as_bool() ? "true" : "false"; return true;
    case Kind::kInt: write_int(view.as_int(), out); return true;
    case Kind::kDouble: write_json_number(view.as_double(), out); return true;
    case Kind::kString: write_json_string(view.as_string(), out); return true;
    case Kind::kArray:
    case Kind::kObject:
    case Kind::kRaw: return false;
    default: out += "null"; return true;
  }
}

class OrderedWriter {
 public:
  OrderedWriter(std::string& out, int indent, bool sort_keys) : out_(out), indent_(indent), sort_keys_(sort_keys) {}

  void write(View view, int depth) {
    if (write_scalar(view, out_)) return;
    if (view.kind() == Kind::kRaw) {
      write_parsed(view.as_raw(), depth);
    } else if (view.is_array()) {
      write_array(view, depth);
    } else {
      write_object(view, depth);
    }
  }

 private:
  void write_parsed(std::string_view raw, int depth) {
    const Result<Value> value = parse_json(raw);
    if (value) {
      write(*value, depth);
    } else {
      write_raw(raw, out_);
    }
  }

  bool on_one_line() const { return indent_ < 0; }

  void line(int depth) {
    if (on_one_line()) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(depth * indent_), ' ');
  }

  void write_array(View view, int depth) {
    out_ += '[';
    bool first = true;
    for (const View item : view.items()) {
      if (!first) out_ += ',';
      first = false;
      line(depth + 1);
      write(item, depth + 1);
    }
    if (!first) line(depth);
    out_ += ']';
  }

  void write_object(View view, int depth) {
    std::vector<View::Member> members;
    members.reserve(view.size());
    for (const auto member : view.members()) members.push_back(member);
    if (sort_keys_) std::ranges::stable_sort(members, {}, &View::Member::name);
    out_ += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i != 0) out_ += ',';
      line(depth + 1);
      write_json_string(members[i].name, out_);
      out_ += on_one_line() ? ":" : ": ";
      write(members[i].value, depth + 1);
    }
    if (!members.empty()) line(depth);
    out_ += '}';
  }

  std::string& out_;
  int indent_;  // below 0: no line breaks
  bool sort_keys_;
};

}  // namespace

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  size_t from = 0;
  for (size_t at = 0; at < text.size();) {
    if (kPlain[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    out.append(text, from, at - from);
    at += write_special(text, at, out);
    from = at;
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

void write_json(View view, std::string& out) {
  if (write_scalar(view, out)) return;
  if (view.kind() == Kind::kRaw) {
    write_raw(view.as_raw(), out);
    return;
  }
  const bool array = view.is_array();
  out += array ? '[' : '{';
  bool first = true;
  if (array) {
    for (const View item : view.items()) {
      if (!first) out += ',';
      first = false;
      write_json(item, out);
    }
  } else {
    for (const auto [name, value] : view.members()) {
      if (!first) out += ',';
      first = false;
      write_json_string(name, out);
      out += ':';
      write_json(value, out);
    }
  }
  out += array ? ']' : '}';
}

std::string to_json(View view) {
  std::string out;
  write_json(view, out);
  return out;
}

std::string to_sorted_json(View view) {
  std::string out;
  OrderedWriter(out, -1, true).write(view, 0);
  return out;
}

void write_json_indented(View view, std::string& out, int indent, bool sort_keys) {
  OrderedWriter(out, indent, sort_keys).write(view, 0);
}

}  // namespace proa::object
