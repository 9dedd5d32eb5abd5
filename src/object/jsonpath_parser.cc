#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/jsonpath_node.h"

namespace proa::object {
namespace {

using Node = JsonPathNode;
using Type = Node::Type;

constexpr int kEnd = -1;
constexpr int kMaxDepth = 100;  // of templates within templates: unions, filters

bool is_line_end(int c) { return c == '\r' || c == '\n'; }
bool is_digit(int c) { return c >= '0' && c <= '9'; }
bool is_word(int c) { return c == '_' || is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0xaa; }
bool is_terminator(int c) {
  return c == kEnd || is_line_end(c) ||
         (c < 0x80 && std::string_view(" \t.,[]$@{}").find(static_cast<char>(c)) != std::string_view::npos);
}

std::optional<int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<char32_t> hex_code(std::string_view digits) {
  uint32_t code = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (ec != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return code;
}

/// One escape of a Go string literal; `at` stands behind the backslash and is moved on. False: wrong.
bool read_escape(std::string_view text, size_t& at, char quote, std::string& out) {
  if (at >= text.size()) return false;
  const char c = text[at++];
  constexpr std::string_view kLetters = "abfnrtv\\", kMeanings = "\a\b\f\n\r\t\v\\";
  if (const size_t found = kLetters.find(c); found != std::string_view::npos) {
    out += kMeanings[found];
    return true;
  }
  if (c == quote) {
    out += c;
    return true;
  }
  if (c >= '0' && c <= '7') {
    int code = c - '0';
    for (int i = 0; i < 2; ++i, ++at) {
      if (at >= text.size() || text[at] < '0' || text[at] > '7') return false;
      code = code * 8 + (text[at] - '0');
    }
    if (code > 255) return false;
    out += static_cast<char>(code);
    return true;
  }
  const size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (width == 0 || text.size() - at < width) return false;
  const std::optional<char32_t> code = hex_code(text.substr(at, width));
  at += width;
  if (!code || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000)) return false;
  if (c == 'x') {
    out += static_cast<char>(*code);
  } else {
    append_utf8(*code, out);
  }
  return true;
}

std::optional<std::string> unquoted(std::string_view text) {
  const char quote = text[0];
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == quote) return std::nullopt;
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    if (!read_escape(text, ++at, quote, out)) return std::nullopt;
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

  /// False: error() says why.
  bool parse(Node& root) {
    if (depth_ > kMaxDepth) return fail("template is nested too deeply");
    while (at_ < text_.size()) {
      const size_t open = text_.find('{', at_);
      if (open != at_) {
        Node& text = root.children.emplace_back();
        text.type = Type::kText;
        text.literal = text_.substr(at_, std::min(open, text_.size()) - at_);
      }
      if (open == std::string_view::npos) return true;
      at_ = start_ = open + 1;
      if (!parse_action(root.children.emplace_back())) return false;
    }
    return true;
  }

  std::string take_error() { return std::move(error_); }

 private:
  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  int next() {
    if (at_ >= text_.size()) {
      width_ = 0;
      return kEnd;
    }
    const Rune rune = rune_at(text_, at_);
    width_ = rune.size;
    at_ += width_;
    return static_cast<int>(rune.code);
  }
  void backup() { at_ -= width_; }
  int peek() {
    const int c = next();
    backup();
    return c;
  }
  /// What was read since the last time.
  std::string_view taken() {
    const std::string_view text = text_.substr(start_, at_ - start_);
    start_ = at_;
    return text;
  }
  bool follows(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }

  Node& add(Node& list, Type type, std::string_view name = {}) {
    Node& node = list.children.emplace_back();
    node.type = type;
    node.name = name;
    return node;
  }

  /// Up to and with the closing brace.
  bool parse_action(Node& list) {
    while (true) {
      if (follows("}")) {
        ++at_;
        taken();
        return true;
      }
      if (!parse_step(list)) return false;
    }
  }

  bool parse_step(Node& list) {
    if (follows("[?(")) return parse_filter(list);
    if (follows("..")) return parse_recursive(list);
    const int c = next();
    if (c == kEnd || is_line_end(c)) return fail("unclosed action");
    switch (c) {
      case ' ':
      case '@':
      case '$': taken(); return true;
      case '[': return parse_array(list);
      case '"':
      case '\'': return parse_quote(list, c);
      case '.': return parse_field(list);
      default: break;
    }
    backup();
    if (c == '+' || c == '-' || is_digit(c)) return parse_number(list);
    if (is_word(c)) return parse_identifier(list);
    std::string shown;
    append_utf8(static_cast<char32_t>(c), shown);
    return fail(fmt::format("unrecognized character in action: U+{:04X} '{}'", c, shown));
  }

  bool parse_identifier(Node& list) {
    while (!is_terminator(next())) {
    }
    backup();
    const std::string_view word = taken();
    if (word == "true" || word == "false") {
      add(list, Type::kLiteral).literal = word == "true";
    } else {
      add(list, Type::kIdentifier, word);
    }
    return true;
  }

  bool parse_recursive(Node& list) {
    if (!list.children.empty() && list.children.back().type == Type::kRecursive) {
      return fail("invalid multiple recursive descent");
    }
    at_ += 2;
    taken();
    add(list, Type::kRecursive);
    return !is_word(peek()) || parse_field(list);
  }

  bool parse_number(Node& list) {
    const int sign = peek();
    if (sign == '+' || sign == '-') next();
    int c = next();
    while (c == '.' || is_digit(c)) c = next();
    backup();
    const std::string word(taken());
    if (const std::optional<int64_t> number = whole_number(word)) {
      add(list, Type::kLiteral).literal = *number;
      return true;
    }
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    if (word.find_first_of("0123456789") == std::string::npos || *end != '\0') {
      return fail("cannot parse number " + word);
    }
    add(list, Type::kLiteral).literal = number;
    return true;
  }

  bool parse_quote(Node& list, int quote) {
    while (true) {
      const int c = next();
      if (c == kEnd || c == '\n') return fail("unterminated quoted string");
      if (c == quote && text_[at_ - 2] != '\\') break;
    }
    const std::string_view word = taken();
    std::optional<std::string> text = unquoted(word);
    if (!text) return fail(fmt::format("unquote string {} error invalid syntax", word));
    add(list, Type::kText).literal = std::move(*text);
    return true;
  }

  bool parse_field(Node& list) {
    taken();
    while (true) {
      const int c = next();
      if (c == '\\') {
        next();
      } else if (is_terminator(c)) {
        backup();
        break;
      }
    }
    const std::string_view word = taken();
    if (word == "*") {
      add(list, Type::kWildcard);
      return true;
    }
    std::string name(word);
    std::erase(name, '\\');
    add(list, Type::kField, name);
    return true;
  }

  /// A template of its own: `{TEXT}`, whose one action becomes `out`.
  bool parse_inner(std::string_view text, Node& out) {
    const std::string whole = fmt::format("{{{}}}", text);
    Parser inner(whole, depth_ + 1);
    Node root;
    if (!inner.parse(root)) return fail(inner.take_error());
    out = std::move(root.children[0]);
    return true;
  }

  bool parse_array(Node& list) {
    for (int c = next(); c != ']'; c = next()) {
      if (c == kEnd || c == '\n') return fail("unterminated array");
    }
    std::string_view text = taken();
    text = text.substr(1, text.size() - 2);
    if (text == "*") text = ":";
    if (text.find(',') != std::string_view::npos) return parse_union(list, text);
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'' &&
        text.substr(1, text.size() - 2).find('\'') == std::string_view::npos) {
      Node inner;
      if (!parse_inner(fmt::format(".{}", text.substr(1, text.size() - 2)), inner)) return false;
      for (Node& node : inner.children) list.children.push_back(std::move(node));
      return true;
    }
    return parse_slice(list, text);
  }

  bool parse_union(Node& list, std::string_view text) {
    Node made;
    made.type = Type::kUnion;
    while (true) {
      const size_t comma = text.find(',');
      std::string_view part = text.substr(0, comma);
      while (part.starts_with(' ')) part.remove_prefix(1);
      while (part.ends_with(' ')) part.remove_suffix(1);
      if (!parse_inner(fmt::format("[{}]", part), made.children.emplace_back())) return false;
      if (comma == std::string_view::npos) break;
      text.remove_prefix(comma + 1);
    }
    list.children.push_back(std::move(made));
    return true;
  }

  /// -?[0-9]* at most three times, with colons between.
  bool parse_slice(Node& list, std::string_view text) {
    Node made;
    made.type = Type::kArray;
    std::string_view rest = text;
    for (size_t i = 0; i < 3; ++i) {
      const bool colon = i > 0 && rest.starts_with(':');
      if (colon) rest.remove_prefix(1);
      size_t size = rest.starts_with('-') && (i == 0 || colon) ? 1 : 0;
      while ((i == 0 || colon) && size < rest.size() && is_digit(rest[size])) ++size;
      const std::string_view digits = rest.substr(0, size);
      rest.remove_prefix(size);
      Node::Bound& bound = made.bounds[i];
      if (!digits.empty()) {
        const std::optional<int64_t> number = whole_number(digits);
        if (!number) return fail(fmt::format("array index {} is not a number", digits));
        bound = {*number, true, false};
      } else if (i == 1 && !colon) {
        bound = {made.bounds[0].value + 1, true, true};
      }
    }
    if (!rest.empty()) return fail(fmt::format("invalid array index {}", text));
    list.children.push_back(std::move(made));
    return true;
  }

  bool parse_filter(Node& list) {
    at_ += 3;
    taken();
    bool begun = false, ended = false;
    int quote = 0;
    while (true) {
      const int c = next();
      if (c == kEnd || c == '\n') return fail("unterminated filter");
      if (c == '"' || c == '\'') {
        if (!begun) {
          begun = true;
          quote = c;
        } else if (text_[at_ - 2] != '\\' && c == quote) {
          ended = true;
        }
      } else if (c == ')' && begun == ended) {
        break;
      }
    }
    if (next() != ']') return fail("unclosed array expect ]");
    std::string_view text = taken();
    text.remove_suffix(2);
    return parse_condition(list, text);
  }

  bool parse_condition(Node& list, std::string_view text) {
    constexpr std::string_view kOperators = "!<>=";
    Node made;
    made.type = Type::kFilter;
    made.children.resize(2);
    const size_t first = text.find_first_of(kOperators);
    if (first == std::string_view::npos || first == 0 || first + 1 >= text.size()) {
      made.name = "exists";
      if (!parse_inner(text, made.children[0])) return false;
    } else {
      // The right side has one character at least, even if it is an operator's.
      const size_t last = std::min(text.find_first_not_of(kOperators, first), text.size() - 1);
      made.name = text.substr(first, last - first);
      if (!parse_inner(text.substr(0, first), made.children[0])) return false;
      if (!parse_inner(text.substr(last), made.children[1])) return false;
    }
    list.children.push_back(std::move(made));
    return true;
  }

  std::string_view text_;
  int depth_;
  size_t at_ = 0, start_ = 0, width_ = 0;
  std::string error_;
};

}  // namespace

Result<JsonPathNode> parse_jsonpath(std::string_view text) {
  JsonPathNode root;
  Parser parser(text, 0);
  if (!parser.parse(root)) return Error(base::bad_request(parser.take_error()));
  return root;
}

}  // namespace proa::object
