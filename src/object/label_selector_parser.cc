// Reads label selectors as labels.Parse does: a lexer that knows keywords only where they can stand, and a
// recursive descent whose complaints are upstream's.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/label_syntax.h"
#include "object/selector.h"

namespace proa::object {
namespace {

using Requirement = LabelSelector::Requirement;
using Op = LabelSelector::Op;

enum class Token {
  kError,
  kEnd,
  kClose,
  kComma,
  kNot,
  kDoubleEquals,
  kEquals,
  kGreater,
  kIdentifier,
  kIn,
  kLess,
  kNotEquals,
  kNotIn,
  kOpen
};

struct Item {
  Token token;
  std::string text;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_symbol(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }

Token symbol_token(std::string_view text) {
  constexpr std::pair<std::string_view, Token> kSymbols[] = {
      {")", Token::kClose},         {",", Token::kComma},      {"!", Token::kNot},
      {"==", Token::kDoubleEquals}, {"=", Token::kEquals},     {">", Token::kGreater},
      {"<", Token::kLess},          {"!=", Token::kNotEquals}, {"(", Token::kOpen}};
  for (const auto& [symbol, token] : kSymbols) {
    if (symbol == text) return token;
  }
  return Token::kError;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Item> all() {
    std::vector<Item> items;
    do items.push_back(next());
    while (items.back().token != Token::kEnd);
    return items;
  }

 private:
  Item next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size() || text_[at_] == '\0') return {Token::kEnd, ""};
    return is_symbol(text_[at_]) ? symbol() : word();
  }

  /// The longest run of symbols that is an operator: `==` before `=`.
  Item symbol() {
    size_t size = 0;
    Item found{Token::kError, ""};
    while (at_ + size < text_.size() && is_symbol(text_[at_ + size])) {
      ++size;
      const Token token = symbol_token(text_.substr(at_, size));
      if (token == Token::kError) {
        if (found.token == Token::kError) continue;
        --size;
        break;
      }
      found = {token, std::string(text_.substr(at_, size))};
    }
    if (found.token == Token::kError) {
      found.text = fmt::format("error expected: keyword found '{}'", text_.substr(at_, size));
    }
    at_ += size;
    return found;
  }

  Item word() {
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '\0' && !is_symbol(text_[at_]) && !is_blank(text_[at_])) ++at_;
    const std::string_view found = text_.substr(start, at_ - start);
    const Token token = found == "in" ? Token::kIn : found == "notin" ? Token::kNotIn : Token::kIdentifier;
    return {token, std::string(found)};
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : items_(Lexer(text).all()) {}

  /// False: error() says why.
  bool parse(std::vector<Requirement>& out) {
    while (true) {
      const Item& first = look();
      if (first.token == Token::kEnd) return true;
      if (first.token != Token::kIdentifier && first.token != Token::kNot) {
        return fail(fmt::format("found '{}', expected: !, identifier, or 'end of string'", first.text));
      }
      if (!requirement(out.emplace_back())) {
        return fail("unable to parse requirement: " + error_);
      }
      const Item& after = take();
      if (after.token == Token::kEnd) return true;
      if (after.token != Token::kComma) {
        return fail(fmt::format("found '{}', expected: ',' or 'end of string'", after.text));
      }
      const Item& then = look();
      if (then.token != Token::kIdentifier && then.token != Token::kNot) {
        return fail(fmt::format("found '{}', expected: identifier after ','", then.text));
      }
    }
  }

  const std::string& error() const { return error_; }

 private:
  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  /// Where values stand, `in` and `notin` are words like others. The end is never passed.
  const Item& at(size_t position) {
    Item& item = items_[std::min(position, items_.size() - 1)];
    if (item.token == Token::kIn || item.token == Token::kNotIn) {
      word_ = {Token::kIdentifier, item.text};
      return word_;
    }
    return item;
  }
  const Item& look() { return at(position_); }
  const Item& take() { return at(position_++); }

  bool requirement(Requirement& out) {
    bool absent = false;
    Item first = take();
    if (first.token == Token::kNot) {
      absent = true;
      first = take();
    }
    if (first.token != Token::kIdentifier) {
      return fail(fmt::format("found '{}', expected: identifier", first.text));
    }
    out.key = first.text;
    if (!check_key(out.key)) return false;
    if (absent) {
      // Upstream asks for nothing more; what follows is judged by parse().
      out.op = Op::kDoesNotExist;
      return true;
    }
    const Token next = look().token;
    if (next == Token::kEnd || next == Token::kComma) {
      out.op = Op::kExists;
      return true;
    }
    return operation(out) && check_values(out);
  }

  bool operation(Requirement& out) {
    const Item& item = items_[std::min(position_++, items_.size() - 1)];
    switch (item.token) {
      case Token::kIn: out.op = Op::kIn; return values(out.values);
      case Token::kNotIn: out.op = Op::kNotIn; return values(out.values);
      case Token::kEquals:
      case Token::kDoubleEquals: out.op = Op::kIn; break;
      case Token::kNotEquals: out.op = Op::kNotIn; break;
      case Token::kGreater: out.op = Op::kGreaterThan; break;
      case Token::kLess: out.op = Op::kLessThan; break;
      default: return fail(fmt::format("found '{}', expected: in, notin, =, ==, !=, gt, lt", item.text));
    }
    out.exact = out.op == Op::kIn || out.op == Op::kNotIn;
    return exact_value(out.values);
  }

  bool exact_value(std::vector<std::string>& out) {
    const Token next = look().token;
    if (next == Token::kEnd || next == Token::kComma) {
      out.emplace_back();
      return true;
    }
    const Item& item = take();
    if (item.token != Token::kIdentifier) return fail(fmt::format("found '{}', expected: identifier", item.text));
    out.push_back(item.text);
    return true;
  }

  bool values(std::vector<std::string>& out) {
    const Item open = take();
    if (open.token != Token::kOpen) return fail(fmt::format("found '{}' expected: '('", open.text));
    const Item first = look();
    if (first.token == Token::kClose) {
      take();
      out.emplace_back();
      return true;
    }
    if (first.token != Token::kIdentifier && first.token != Token::kComma) {
      return fail(fmt::format("found '{}', expected: ',', ')' or identifier", first.text));
    }
    if (!value_list(out)) return false;
    if (take().token != Token::kClose) return fail(fmt::format("found '{}', expected: ')'", first.text));
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return true;
  }

  bool value_list(std::vector<std::string>& out) {
    while (true) {
      const Item item = take();
      if (item.token == Token::kIdentifier) {
        out.push_back(item.text);
        const Item& next = look();
        if (next.token == Token::kClose) return true;
        if (next.token != Token::kComma) return fail(fmt::format("found '{}', expected: ',' or ')'", next.text));
      } else if (item.token == Token::kComma) {
        if (out.empty()) out.emplace_back();
        const Token next = look().token;
        if (next == Token::kClose || next == Token::kComma) out.emplace_back();
        if (next == Token::kClose) return true;
      } else {
        return fail(fmt::format("found '{}', expected: ',', or identifier", item.text));
      }
    }
  }

  bool check_key(const std::string& key) {
    const std::vector<std::string> errors = label_key_errors(key);
    if (errors.empty()) return true;
    return fail(fmt::format("<nil>: Invalid value: {}: {}", go_quoted(key), joined(errors, "; ")));
  }

  bool check_values(const Requirement& requirement) {
    std::vector<std::string> errors;
    const auto complain = [&](std::string_view path, const std::string& value, const std::string& why) {
      errors.push_back(fmt::format("{}: Invalid value: {}: {}", path, go_quoted(value), why));
    };
    const auto& values = requirement.values;
    if (requirement.op == Op::kGreaterThan || requirement.op == Op::kLessThan) {
      int64_t number = 0;
      const char* end = values[0].data() + values[0].size();
      // Go reads a plus sign too: that it cannot stand in a label is another complaint.
      const auto [stop, ec] = std::from_chars(values[0].data() + (values[0].starts_with('+') ? 1 : 0), end, number);
      if (ec != std::errc() || stop != end) {
        complain("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer");
      }
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const std::vector<std::string> wrong = label_value_errors(values[i]);
      if (wrong.empty()) continue;
      complain(fmt::format("values[{}][{}]", i, requirement.key), values[i], joined(wrong, "; "));
    }
    if (errors.empty()) return true;
    return fail(errors.size() == 1 ? errors[0] : "[" + joined(errors, ", ") + "]");
  }

  std::vector<Item> items_;
  size_t position_ = 0;
  Item word_{Token::kEnd, ""};
  std::string error_;
};

}  // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  Parser parser(text);
  if (!parser.parse(selector.requirements_)) return Error(base::bad_request(parser.error()));
  std::ranges::stable_sort(selector.requirements_, {}, &Requirement::key);
  return selector;
}

}  // namespace proa::object
