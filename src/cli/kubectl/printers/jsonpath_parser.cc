// The parser of JSONPath templates.
#include <cctype>
#include <charconv>
#include <regex>

#include <fmt/format.h>

#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

using Kind = PathNode::Kind;

bool is_digit(int c) { return c >= '0' && c <= '9'; }
bool is_word(int c) { return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 127; }
bool ends_word(int c) {
  return c < 0 || c == '\r' || c == '\n' ||
         std::string_view(" \t.,[]$@{}").find(static_cast<char>(c)) != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Try<PathNode> run() {
    PathNode root;
    for (;;) {
      const size_t open = text_.find('{', at_);
      const auto plain = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
      if (!plain.empty()) root.nodes.push_back(text_node(std::string(plain)));
      if (open == std::string_view::npos) return root;
      at_ = open + 1;
      auto action = inside();
      if (!action) return action;
      root.nodes.push_back(std::move(*action));
    }
  }

 private:
  static PathNode text_node(std::string text) { return {.kind = Kind::kText, .text = std::move(text)}; }
  int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  Try<PathNode> inside();
  Try<void> one(PathNode& list);
  Try<void> array(PathNode& list);
  Try<void> filter(PathNode& list);
  Try<void> quote(PathNode& list, char end);
  Try<void> number(PathNode& list);
  void field(PathNode& list);
  void identifier(PathNode& list);

  std::string_view text_;
  size_t at_ = 0;
};

/// The nodes of one action.
Try<PathNode> action_of(const std::string& text) {
  auto root = Parser("{" + text + "}").run();
  if (!root) return root;
  return std::move(root->nodes[0]);
}

Try<PathNode> Parser::inside() {
  PathNode list;
  for (;;) {
    if (peek() < 0 || peek() == '\n' || peek() == '\r') return fail("unclosed action");
    if (peek() == '}') {
      ++at_;
      return list;
    }
    if (auto done = one(list); !done) return Failed(done.error());
  }
}

Try<void> Parser::one(PathNode& list) {
  if (starts("[?(")) return filter(list);
  if (starts("..")) {
    if (!list.nodes.empty() && list.nodes.back().kind == Kind::kRecursive)
      return fail("invalid multiple recursive descent");
    at_ += 2;
    list.nodes.push_back({.kind = Kind::kRecursive});
    if (is_word(peek())) field(list);
    return {};
  }
  const int c = peek();
  if (c == ' ' || c == '@' || c == '$') {
    ++at_;
    return {};
  }
  if (c == '[') return array(list);
  if (c == '"' || c == '\'') return quote(list, static_cast<char>(c));
  if (c == '.') {
    ++at_;
    field(list);
    return {};
  }
  if (c == '+' || c == '-' || is_digit(c)) return number(list);
  if (is_word(c)) {
    identifier(list);
    return {};
  }
  return fail(fmt::format("unrecognized character in action: U+{:04X} '{}'", c, static_cast<char>(c)));
}

void Parser::field(PathNode& list) {
  const size_t from = at_;
  while (!ends_word(peek())) at_ += peek() == '\\' ? 2 : 1;
  at_ = std::min(at_, text_.size());
  const std::string name = replaced(std::string(text_.substr(from, at_ - from)), "\\", "");
  if (name == "*")
    list.nodes.push_back({.kind = Kind::kWildcard});
  else
    list.nodes.push_back({.kind = Kind::kField, .text = name});
}

void Parser::identifier(PathNode& list) {
  const size_t from = at_;
  while (!ends_word(peek())) ++at_;
  const std::string word(text_.substr(from, at_ - from));
  if (word == "true" || word == "false")
    list.nodes.push_back({.kind = Kind::kBool, .value = object::Value(word == "true")});
  else
    list.nodes.push_back({.kind = Kind::kIdentifier, .text = word});
}

Try<void> Parser::number(PathNode& list) {
  const size_t from = at_++;
  while (peek() == '.' || is_digit(peek())) ++at_;
  const std::string word(text_.substr(from, at_ - from));
  const char* first = word.data() + (word[0] == '+' ? 1 : 0);
  const char* last = word.data() + word.size();
  int64_t whole = 0;
  double real = 0;
  if (auto [end, error] = std::from_chars(first, last, whole); error == std::errc() && end == last)
    list.nodes.push_back({.kind = Kind::kNumber, .value = object::Value(whole)});
  else if (auto [stop, wrong] = std::from_chars(first, last, real); wrong == std::errc() && stop == last)
    list.nodes.push_back({.kind = Kind::kNumber, .value = object::Value(real)});
  else
    return fail("cannot parse number " + word);
  return {};
}

Try<void> Parser::quote(PathNode& list, char end) {
  std::string out;
  for (++at_; peek() != end; ++at_) {
    if (peek() < 0 || peek() == '\n') return fail("unterminated quoted string");
    if (peek() != '\\' || at_ + 1 >= text_.size()) {
      out += text_[at_];
      continue;
    }
    const char c = text_[++at_];
    const size_t known = std::string_view("abfnrtv\\'\"").find(c);
    if (known == std::string_view::npos)
      (out += '\\') += c;
    else
      out += "\a\b\f\n\r\t\v\\'\""[known];
  }
  ++at_;
  list.nodes.push_back(text_node(std::move(out)));
  return {};
}

Try<void> Parser::array(PathNode& list) {
  const size_t close = text_.find_first_of("]\n", at_);
  if (close == std::string_view::npos || text_[close] == '\n') return fail("unterminated array");
  std::string text(text_.substr(at_ + 1, close - at_ - 1));
  at_ = close + 1;
  if (text == "*") text = ":";
  if (text.find(',') != std::string::npos) {
    PathNode many{.kind = Kind::kUnion};
    for (const auto& part : split(text, ",")) {
      auto one = action_of("[" + std::string(trim(part)) + "]");
      if (!one) return Failed(one.error());
      many.nodes.push_back(std::move(*one));
    }
    list.nodes.push_back(std::move(many));
    return {};
  }
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    auto member = action_of("." + text.substr(1, text.size() - 2));
    if (!member) return Failed(member.error());
    for (auto& node : member->nodes) list.nodes.push_back(std::move(node));
    return {};
  }
  static const std::regex kSlice(R"(^(-?\d*)(:-?\d*)?(:-?\d*)?$)");
  std::smatch match;
  if (!std::regex_match(text, match, kSlice)) return fail("invalid array index " + text);
  PathNode node{.kind = Kind::kArray};
  for (size_t i = 0; i < 3; ++i) {
    auto& bound = node.bounds[i];
    std::string word = match[i + 1].str();
    if (word.empty()) {
      if (i == 1) bound = {node.bounds[0].value + 1, true, true};
      continue;
    }
    if (i > 0) word.erase(0, 1);
    if (word.empty()) continue;
    bound.known = true;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), bound.value);
    if (error != std::errc() || end != word.data() + word.size())
      return fail(fmt::format("array index {} is not a number", word));
  }
  list.nodes.push_back(std::move(node));
  return {};
}

Try<void> Parser::filter(PathNode& list) {
  at_ += 3;
  const size_t from = at_;
  for (char pair = 0;; ++at_) {
    const int c = peek();
    if (c < 0 || c == '\n') return fail("unterminated filter");
    if (pair == 0 && (c == '"' || c == '\''))
      pair = static_cast<char>(c);
    else if (pair != 0 && c == pair && text_[at_ - 1] != '\\')
      pair = 0;
    else if (pair == 0 && c == ')')
      break;
  }
  const std::string text(text_.substr(from, at_ - from));
  ++at_;
  if (peek() != ']') return fail("unclosed array expect ]");
  ++at_;
  PathNode node{.kind = Kind::kFilter, .text = "exists"};
  const size_t sign = text.find_first_of("!<>=");
  const size_t after = sign == std::string::npos ? sign : text.find_first_not_of("!<>=", sign);
  std::vector<std::string> sides{text};
  if (sign != std::string::npos && sign > 0 && after != std::string::npos) {
    node.text = text.substr(sign, after - sign);
    sides = {text.substr(0, sign), text.substr(after)};
  }
  for (const auto& side : sides) {
    auto parsed = action_of(side);
    if (!parsed) return Failed(parsed.error());
    node.nodes.push_back(std::move(*parsed));
  }
  list.nodes.push_back(std::move(node));
  return {};
}

}  // namespace

Try<JsonPath> JsonPath::parse(std::string_view text) {
  auto root = Parser(text).run();
  if (!root) return Failed(root.error());
  JsonPath path;
  path.root_ = std::move(*root);
  return path;
}

Try<std::string> relaxed_path(const std::string& text) {
  if (text.empty()) return std::string();
  std::string inner = text;
  if (inner.size() > 2 && inner.front() == '{' && inner.back() == '}') inner = inner.substr(1, inner.size() - 2);
  if (inner.starts_with('.')) inner.erase(0, 1);
  if (inner.empty() || inner.find_first_of("{}") != std::string::npos)
    return fail(
        "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or "
        "'{.name1.name2}'");
  return "{." + inner + "}";
}

}  // namespace proa::cli::kubectl
