// The emitter of sigs.k8s.io/yaml (go-yaml v2, a child of libyaml), for the little that JSON data need of it:
// block style, keys in natural order, lines folded at 80 columns.
#include <algorithm>
#include <charconv>

#include "object/go_text.h"
#include "object/yaml.h"
#include "object/yaml_resolve.h"

namespace proa::object {
namespace {

constexpr int kIndent = 2;
constexpr int kWidth = 80;
constexpr size_t kLongestSimpleKey = 128;

enum class Style { kPlain, kSingle, kDouble, kLiteral };

bool is_letter(char32_t c) {
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return c >= 0xc0 && c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3005) &&
         c != 0xfeff && !(c >= 0xe000 && c < 0xf900) && !(c >= 0x1f000 && c < 0x20000);
}
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

bool is_break(char32_t c) { return c == '\r' || c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }

bool is_yaml_printable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c < 0xd800) ||
         (c >= 0xe000 && c <= 0xfffd && c != 0xfeff);
}

void decode(std::string_view text, std::u32string& out) {
  out.clear();
  for (size_t at = 0; at < text.size();) {
    const Rune rune = rune_at(text, at);
    out += rune.code;
    at += rune.size;
  }
}

/// The number that begins at text[at], and where it ends. Wraps as upstream's does.
uint64_t number_at(std::string_view text, size_t at, uint64_t number, size_t& end) {
  for (end = at; end < text.size() && is_digit(static_cast<unsigned char>(text[end])); ++end) {
    number = number * 10 + static_cast<uint64_t>(text[end] - '0');
  }
  return number;
}

/// Is there a digit other than 0 in the run of digits before text[at]?
bool inside_number(std::string_view text, size_t at) {
  for (; at > 0 && is_digit(static_cast<unsigned char>(text[at - 1])); --at) {
    if (text[at - 1] != '0') return true;
  }
  return false;
}

/// go-yaml's order of keys: letters after other characters, runs of digits by their number.
bool natural_less(std::string_view a, std::string_view b) {
  size_t at = static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  if (at == a.size() || at == b.size()) return a.size() < b.size();
  while (at > 0 && (static_cast<unsigned char>(a[at]) & 0xc0) == 0x80) --at;
  const char32_t a_rune = rune_at(a, at).code, b_rune = rune_at(b, at).code;
  const bool a_letter = is_letter(a_rune), b_letter = is_letter(b_rune);
  if (a_letter && b_letter) return a_rune < b_rune;
  if (a_letter || b_letter) return b_letter;
  const uint64_t begun = (a_rune == '0' || b_rune == '0') && inside_number(a, at) ? 1 : 0;
  size_t a_end = 0, b_end = 0;
  const auto a_number = static_cast<int64_t>(number_at(a, at, begun, a_end));
  const auto b_number = static_cast<int64_t>(number_at(b, at, begun, b_end));
  if (a_number != b_number) return a_number < b_number;
  if (a_end != b_end) return a_end < b_end;
  return a_rune < b_rune;
}

/// What libyaml's emitter finds out about a scalar before it picks a style.
struct Analysis {
  bool multiline = false;
  bool plain = true, single = true, block = true;  // allowed?
};

Analysis analyze(const std::u32string& text) {
  Analysis found;
  if (text.empty()) {
    found.block = false;
    return found;
  }
  bool indicators = text.starts_with(U"---") || text.starts_with(U"...");
  bool special = false, break_space = false, space_break = false;
  bool after_space = false, after_break = false, after_blank = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool before_blank = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\t';
    if (i == 0) {
      if (std::u32string_view(U"#,[]{}&*!|>'\"%@`").find(c) != std::u32string_view::npos) indicators = true;
      if ((c == '?' || c == ':' || c == '-') && before_blank) indicators = true;
    } else if ((c == ':' && before_blank) || (c == '#' && after_blank)) {
      indicators = true;
    }
    if (!is_yaml_printable(c)) special = true;
    const bool breaks = is_break(c);
    if (c == ' ' && after_break) break_space = true;
    if (breaks && after_space) space_break = true;
    if (breaks) found.multiline = true;
    after_space = c == ' ';
    after_break = breaks;
    after_blank = c == ' ' || c == '\t' || breaks || c == 0;
  }
  const auto blank = [](char32_t c) { return c == ' ' || is_break(c); };
  if (blank(text.front()) || blank(text.back()) || found.multiline || indicators) found.plain = false;
  if (text.back() == ' ') found.block = false;
  if (break_space || space_break || special) found.plain = found.single = false;
  if (space_break || special) found.block = false;
  return found;
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void write_document(View view) {
    write_node(view, false);
    write_indent();
  }

 private:
  void put(char32_t c) {
    if (c < 0x80) {
      out_ += static_cast<char>(c);
    } else {
      append_utf8(c, out_);
    }
    ++column_;
  }
  void put_break() {
    out_ += '\n';
    column_ = 0;
  }
  /// A line break of the text itself.
  void write_break(char32_t c) {
    if (c == '\n') return put_break();
    append_utf8(c, out_);
    column_ = 0;
  }

  void write_indent() {
    const int indent = std::max(indent_, 0);
    if (!indention_ || column_ > indent || (column_ == indent && !whitespace_)) put_break();
    while (column_ < indent) put(' ');
    whitespace_ = true;
    indention_ = true;
  }

  void write_indicator(std::string_view text, bool needs_blank, bool is_blank, bool is_indention) {
    if (needs_blank && !whitespace_) put(' ');
    for (const char c : text) put(static_cast<unsigned char>(c));
    whitespace_ = is_blank;
    indention_ = indention_ && is_indention;
  }

  void write_node(View view, bool in_mapping) {
    switch (view.kind()) {
      case Kind::kObject: write_mapping(view); return;
      case Kind::kArray: write_sequence(view, in_mapping); return;
      case Kind::kString: write_string(view.as_string(), false); return;
      case Kind::kRaw: {
        const Result<Value> value = parse_json(view.as_raw());
        if (value) write_node(*value, in_mapping);
        return;
      }
      case Kind::kBool: write_word(view.as_bool() ? "true" : "false"); return;
      case Kind::kInt: write_word(std::to_string(view.as_int())); return;
      case Kind::kDouble: write_word(number_text(view.as_double())); return;
      default: write_word("null"); return;
    }
  }

  /// Upstream goes by way of JSON text, which YAML then reads: a whole number of up to 64 bits is an int.
  static std::string number_text(double number) {
    std::string json;
    write_json_number(number, json);
    const Scalar scalar = resolve_scalar(json);
    if (scalar.type == ScalarType::kInt) return json == "-0" ? "0" : json;
    std::string text;
    write_go_float(number, text);
    return text;
  }

  void write_word(std::string_view word) {
    if (!whitespace_) put(' ');
    for (const char c : word) put(static_cast<unsigned char>(c));
    whitespace_ = indention_ = false;
  }

  void write_mapping(View view) {
    if (view.empty()) {
      write_indicator("{", true, true, false);
      write_indicator("}", false, false, false);
      return;
    }
    std::vector<View::Member> members;
    for (const auto member : view.members()) members.push_back(member);
    std::ranges::stable_sort(members, natural_less, &View::Member::name);
    const int outer = indent_;
    indent_ = indent_ < 0 ? 0 : indent_ + kIndent;
    for (const auto& [name, value] : members) {
      write_indent();
      write_key(name);
      write_node(value, true);
    }
    indent_ = outer;
  }

  void write_key(std::string_view name) {
    decode(name, runes_);
    if (!std::ranges::any_of(runes_, is_break) && name.size() <= kLongestSimpleKey) {
      write_string(name, true);
      write_indicator(":", false, false, false);
      return;
    }
    write_indicator("?", true, false, true);
    write_string(name, false);
    write_indent();
    write_indicator(":", true, false, true);
  }

  void write_sequence(View view, bool in_mapping) {
    if (view.empty()) {
      write_indicator("[", true, true, false);
      write_indicator("]", false, false, false);
      return;
    }
    const int outer = indent_;
    const bool same_column = in_mapping && !indention_;
    if (indent_ < 0) {
      indent_ = 0;
    } else if (!same_column) {
      indent_ += kIndent;
    }
    for (const View item : view.items()) {
      write_indent();
      write_indicator("-", true, false, true);
      write_node(item, false);
    }
    indent_ = outer;
  }

  void write_string(std::string_view text, bool key) {
    decode(text, runes_);
    const Analysis analysis = analyze(runes_);
    const int outer = indent_;
    indent_ = indent_ < 0 ? kIndent : indent_ + kIndent;
    switch (style_of(text, analysis, key)) {
      case Style::kPlain: write_plain(runes_, !key); break;
      case Style::kSingle: write_single(runes_, !key); break;
      case Style::kDouble: write_double(runes_, !key); break;
      case Style::kLiteral: write_literal(runes_); break;
    }
    indent_ = outer;
  }

  static Style style_of(std::string_view text, const Analysis& analysis, bool key) {
    Style style = Style::kPlain;
    if (text.find('\n') != std::string_view::npos) {
      style = Style::kLiteral;
    } else if (!reads_as_string(text) || is_base60(text)) {
      style = Style::kDouble;
    }
    if (key && analysis.multiline) style = Style::kDouble;
    if (style == Style::kPlain && !analysis.plain) style = Style::kSingle;
    if (style == Style::kSingle && !analysis.single) style = Style::kDouble;
    if (style == Style::kLiteral && (!analysis.block || key)) style = Style::kDouble;
    return style;
  }

  bool folds(const std::u32string& text, size_t i, bool may_fold, bool after_space) const {
    return may_fold && !after_space && column_ > kWidth && !(i + 1 < text.size() && text[i + 1] == ' ');
  }

  void write_plain(const std::u32string& text, bool may_fold) {
    if (!whitespace_) put(' ');
    bool after_space = false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == ' ' && folds(text, i, may_fold, after_space)) {
        write_indent();
      } else {
        put(text[i]);
      }
      after_space = text[i] == ' ';
      if (!after_space) indention_ = false;
    }
    whitespace_ = indention_ = false;
  }

  void write_single(const std::u32string& text, bool may_fold) {
    write_indicator("'", true, false, false);
    bool after_space = false, after_break = false;
    for (size_t i = 0; i < text.size(); ++i) {
      const char32_t c = text[i];
      if (c == ' ') {
        const bool inside = i > 0 && i + 1 < text.size();
        if (inside && folds(text, i, may_fold, after_space)) {
          write_indent();
        } else {
          put(c);
        }
        after_space = true;
      } else if (is_break(c)) {
        if (!after_break && c == '\n') put_break();
        write_break(c);
        indention_ = after_break = true;
      } else {
        if (after_break) write_indent();
        if (c == '\'') put(c);
        put(c);
        indention_ = after_space = after_break = false;
      }
    }
    write_indicator("'", false, false, false);
  }

  void write_double(const std::u32string& text, bool may_fold) {
    write_indicator("\"", true, false, false);
    const bool all_escaped = text.starts_with(U'\xfeff');  // so does libyaml with a byte order mark in front
    bool after_space = false;
    for (size_t i = 0; i < text.size(); ++i) {
      const char32_t c = text[i];
      if (!is_yaml_printable(c) || all_escaped || is_break(c) || c == '"' || c == '\\') {
        write_escape(c);
        after_space = false;
      } else if (c == ' ') {
        if (may_fold && !after_space && column_ > kWidth && i > 0 && i + 1 < text.size()) {
          write_indent();
          if (text[i + 1] == ' ') put('\\');
        } else {
          put(c);
        }
        after_space = true;
      } else {
        put(c);
        after_space = false;
      }
    }
    write_indicator("\"", false, false, false);
  }

  void write_escape(char32_t c) {
    constexpr std::pair<char32_t, char> kShort[] = {
        {0, '0'},    {7, 'a'},   {8, 'b'},     {9, 't'},    {0xa, 'n'},  {0xb, 'v'},    {0xc, 'f'},   {0xd, 'r'},
        {0x1b, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    put('\\');
    for (const auto& [code, letter] : kShort) {
      if (code == c) return put(static_cast<unsigned char>(letter));
    }
    const int width = c <= 0xff ? 2 : c <= 0xffff ? 4 : 8;
    put(width == 2 ? 'x' : width == 4 ? 'u' : 'U');
    for (int shift = (width - 1) * 4; shift >= 0; shift -= 4) {
      put(static_cast<unsigned char>("0123456789ABCDEF"[c >> shift & 15]));
    }
  }

  void write_literal(const std::u32string& text) {
    write_indicator("|", true, false, false);
    if (text.front() == ' ' || is_break(text.front())) write_indicator("2", false, false, false);
    if (!is_break(text.back())) {
      write_indicator("-", false, false, false);
    } else if (text.size() == 1 || is_break(text[text.size() - 2])) {
      write_indicator("+", false, false, false);
    }
    put_break();
    indention_ = whitespace_ = true;
    bool after_break = true;
    for (const char32_t c : text) {
      if (is_break(c)) {
        write_break(c);
        indention_ = after_break = true;
      } else {
        if (after_break) write_indent();
        put(c);
        indention_ = after_break = false;
      }
    }
  }

  std::string& out_;
  std::u32string runes_;  // of the string at hand
  int indent_ = -1;
  int column_ = 0;
  bool whitespace_ = true;  // the last character was a blank that separates
  bool indention_ = true;   // only blanks and "-" "?" ":" stand on the line so far
};

}  // namespace

void write_yaml(View view, std::string& out) { Writer(out).write_document(view); }

}  // namespace proa::object
