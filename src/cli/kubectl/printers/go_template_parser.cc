// The parser of Go's templates.
#include <charconv>

#include <fmt/format.h>

#include "cli/kubectl/printers/go_template.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {
namespace {

using Expression = TemplateExpression;
using Node = TemplateNode;

bool is_word(char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The inside of one `{{ }}`.
class ActionParser {
 public:
  explicit ActionParser(std::string_view text) : text_(trim(text)) {}

  std::string keyword() {
    size_t end = 0;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string word(text_.substr(0, end));
    for (const char* known : {"if", "else", "range", "with", "end"})
      if (word == known) {
        at_ = end;
        return word;
      }
    return "";
  }
  std::vector<std::string> variables() {
    const size_t before = at_;
    std::vector<std::string> names;
    blanks();
    while (peek() == '$') {
      names.push_back(word());
      blanks();
      if (peek() == ',') ++at_;
      blanks();
    }
    if (!names.empty() && (text_.substr(at_).starts_with(":=") || text_.substr(at_).starts_with("= "))) {
      at_ += peek() == ':' ? 2 : 1;
      return names;
    }
    at_ = before;
    return {};
  }
  bool done() {
    blanks();
    return at_ >= text_.size();
  }
  Try<Expression> pipeline();

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  std::string word() {
    const size_t from = at_++;
    while (is_word(peek())) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }
  std::vector<std::string> path() {
    std::vector<std::string> out;
    while (peek() == '.' && at_ + 1 < text_.size() && is_word(text_[at_ + 1])) out.push_back(word().substr(1));
    return out;
  }
  Try<Expression> command();
  Try<Expression> operand();
  Try<Expression> quoted(char end);

  std::string_view text_;
  size_t at_ = 0;
};

Try<Expression> ActionParser::quoted(char end) {
  std::string out;
  for (++at_; peek() != end; ++at_) {
    if (at_ >= text_.size()) return fail("unterminated quoted string");
    if (end == '"' && peek() == '\\' && at_ + 1 < text_.size()) {
      const char c = text_[++at_];
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    } else {
      out += peek();
    }
  }
  ++at_;
  Expression made;
  made.kind = Expression::Kind::kLiteral;
  made.literal = out;
  return made;
}

Try<Expression> ActionParser::operand() {
  Expression made;
  const char c = peek();
  if (c == '"' || c == '`') return quoted(c);
  if (c == '(') {
    ++at_;
    auto inner = pipeline();
    if (!inner) return inner;
    blanks();
    if (peek() != ')') return fail("unclosed left paren");
    ++at_;
    inner->path = path();
    return inner;
  }
  if (c == '.') {
    made.path = path();
    if (made.path.empty()) ++at_;
    return made;
  }
  if (c == '$') {
    made.kind = Expression::Kind::kVariable;
    made.name = word();
    made.path = path();
    return made;
  }
  if ((c >= '0' && c <= '9') || c == '-' || c == '+') {
    const size_t from = at_++;
    while (is_word(peek()) || peek() == '.') ++at_;
    const auto digits = text_.substr(from, at_ - from);
    made.kind = Expression::Kind::kLiteral;
    int64_t whole = 0;
    double real = 0;
    const char* first = digits.data() + (digits[0] == '+' ? 1 : 0);
    const char* last = digits.data() + digits.size();
    if (std::from_chars(first, last, whole).ptr == last)
      made.literal = whole;
    else if (std::from_chars(first, last, real).ptr == last)
      made.literal = real;
    else
      return fail(fmt::format("bad number syntax: \"{}\"", digits));
    return made;
  }
  if (!is_word(c)) return fail(fmt::format("unexpected \"{}\" in operand", std::string(1, c)));
  made.name = word();
  made.kind = Expression::Kind::kLiteral;
  if (made.name == "true" || made.name == "false")
    made.literal = made.name == "true";
  else if (made.name != "nil")
    made.kind = Expression::Kind::kCall;
  return made;
}

Try<Expression> ActionParser::command() {
  auto first = operand();
  if (!first) return first;
  for (;;) {
    blanks();
    if (at_ >= text_.size() || peek() == '|' || peek() == ')') return first;
    auto next = operand();
    if (!next) return next;
    if (first->kind != Expression::Kind::kCall) return fail("can't give argument to non-function");
    first->parts.push_back(std::move(*next));
  }
}

Try<Expression> ActionParser::pipeline() {
  Expression made;
  made.kind = Expression::Kind::kPipeline;
  for (;;) {
    blanks();
    if (at_ >= text_.size() || peek() == ')')
      return made.parts.empty() ? Try<Expression>(fail("missing value for command")) : made;
    auto next = command();
    if (!next) return next;
    made.parts.push_back(std::move(*next));
    blanks();
    if (peek() == '|') ++at_;
  }
}

/// Text and actions into a tree.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  /// Until the end, or the `else` or `end` that closes a block; `stop` is that word, and `rest` what followed it.
  Try<std::vector<Node>> list(std::string& stop, std::string& rest) {
    std::vector<Node> nodes;
    for (;;) {
      const size_t open = text_.find("{{", at_);
      std::string plain(text_.substr(at_, open == std::string_view::npos ? open : open - at_));
      if (trim_next_) plain.erase(0, plain.find_first_not_of(" \t\r\n"));
      trim_next_ = false;
      std::string inside;
      if (open != std::string_view::npos) {
        const size_t close = text_.find("}}", open);
        if (close == std::string_view::npos) return fail("unclosed action");
        inside = text_.substr(open + 2, close - open - 2);
        at_ = close + 2;
        if (inside.starts_with("- ")) {
          inside.erase(0, 2);
          plain.erase(plain.find_last_not_of(" \t\r\n") + 1);
        }
        if (inside.ends_with(" -")) {
          inside.resize(inside.size() - 2);
          trim_next_ = true;
        }
      }
      if (!plain.empty()) nodes.push_back({.kind = Node::Kind::kText, .text = std::move(plain)});
      if (open == std::string_view::npos) return nodes;
      if (std::string_view(trim(inside)).starts_with("/*")) continue;
      ActionParser action(inside);
      const std::string word = action.keyword();
      if (word == "else" || word == "end") {
        stop = word;
        rest = word == "else" ? std::string(trim(trim(inside).substr(4))) : "";
        return nodes;
      }
      auto node = one(action, word);
      if (!node) return Failed(node.error());
      nodes.push_back(std::move(*node));
    }
  }

 private:
  Try<Node> one(ActionParser& action, const std::string& word) {
    Node node;
    node.kind = word == "if"      ? Node::Kind::kIf
                : word == "range" ? Node::Kind::kRange
                : word == "with"  ? Node::Kind::kWith
                                  : Node::Kind::kAction;
    node.variables = action.variables();
    auto pipeline = action.pipeline();
    if (!pipeline) return Failed(pipeline.error());
    node.pipeline = std::move(*pipeline);
    if (!action.done()) return fail("unexpected text in command");
    if (node.kind == Node::Kind::kAction) return node;
    std::string stop, rest;
    auto body = list(stop, rest);
    if (!body) return Failed(body.error());
    node.body = std::move(*body);
    if (stop == "else" && rest.empty()) {
      auto otherwise = list(stop, rest);
      if (!otherwise) return Failed(otherwise.error());
      node.otherwise = std::move(*otherwise);
    } else if (stop == "else") {
      // `else if`: a node of its own, which the same `end` closes.
      ActionParser inner(rest);
      const std::string again = inner.keyword();
      auto nested = one(inner, again);
      if (!nested) return nested;
      node.otherwise.push_back(std::move(*nested));
      return node;
    }
    if (stop != "end") return fail("unexpected EOF");
    return node;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool trim_next_ = false;
};

}  // namespace

Try<GoTemplate> GoTemplate::parse(std::string_view text) {
  std::string stop, rest;
  auto nodes = Parser(text).list(stop, rest);
  if (!nodes) return Failed(nodes.error());
  if (!stop.empty()) return fail(fmt::format("unexpected {{{{{}}}}}", stop));
  GoTemplate made;
  made.nodes_ = std::move(*nodes);
  return made;
}

}  // namespace proa::cli::kubectl
