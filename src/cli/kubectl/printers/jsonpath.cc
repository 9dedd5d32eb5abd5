#include "cli/kubectl/printers/jsonpath.h"

#include <algorithm>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/json.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;
using Views = std::vector<View>;
using Kind = PathNode::Kind;

namespace {

std::vector<View::Member> sorted_members(View value) {
  std::vector<View::Member> members;
  for (auto member : value.members()) members.push_back(member);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return members;
}

Views children_of(View value) {
  Views out;
  for (View item : value.items()) out.push_back(item);
  for (const auto& member : sorted_members(value)) out.push_back(member.value);
  return out;
}

bool is_number(View v) { return v.kind() == object::Kind::kInt || v.kind() == object::Kind::kDouble; }

/// <0, 0, >0; nothing when the two can't be compared.
std::optional<int> compared(View a, View b) {
  if (a.is_string() && b.is_string()) return a.as_string().compare(b.as_string());
  if (is_number(a) && is_number(b)) return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double() ? 1 : 0;
  if (a.kind() == object::Kind::kBool && b.kind() == object::Kind::kBool)
    return static_cast<int>(a.as_bool()) - static_cast<int>(b.as_bool());
  return std::nullopt;
}

Try<bool> passes(View left, const std::string& op, View right) {
  const auto order = compared(left, right);
  if (!order) return fail("incompatible types for comparison");
  if (op == "<") return *order < 0;
  if (op == ">") return *order > 0;
  if (op == "==") return *order == 0;
  if (op == "!=") return *order != 0;
  if (op == "<=") return *order <= 0;
  if (op == ">=") return *order >= 0;
  return fail("unrecognized filter operator " + op);
}

void descend(const Views& input, Views& out) {
  for (View value : input) {
    const Views below = children_of(value);
    if (below.empty()) continue;
    out.push_back(value);
    descend(below, out);
  }
}

}  // namespace

/// One evaluation of a template.
class PathWalk {
 public:
  explicit PathWalk(const JsonPath& path) : path_(path) {}

  /// From node `at` on, until the end or the `{end}` of the block; `at` is where it stopped.
  Try<void> block(View current, size_t& at, int depth, std::vector<Views>& out, bool dry) {
    const auto& nodes = path_.root_.nodes;
    for (; at < nodes.size(); ++at) {
      if (is_word(nodes[at], "end")) {
        if (depth > 0) return {};
        return fail("not in range, nothing to end");
      }
      if (is_word(nodes[at], "range")) {
        if (auto done = range(current, at, depth, out, dry); !done) return done;
        continue;
      }
      if (dry) continue;
      auto found = walk({current}, nodes[at]);
      if (!found) return Failed(found.error());
      out.push_back(std::move(*found));
    }
    return {};
  }

 private:
  static bool is_word(const PathNode& node, std::string_view word) {
    return node.kind == Kind::kList && !node.nodes.empty() && node.nodes[0].kind == Kind::kIdentifier &&
           node.nodes[0].text == word;
  }

  Try<void> range(View current, size_t& at, int depth, std::vector<Views>& out, bool dry) {
    Views over;
    if (!dry) {
      PathNode rest = path_.root_.nodes[at];
      rest.nodes.erase(rest.nodes.begin());
      auto found = walk({current}, rest);
      if (!found) return Failed(found.error());
      over = std::move(*found);
    }
    const size_t body = at + 1;
    size_t end = body;
    for (View item : over) {
      end = body;
      if (auto done = block(item, end, depth + 1, out, false); !done) return done;
    }
    if (over.empty())
      if (auto done = block(View(), end, depth + 1, out, true); !done) return done;
    at = end;
    return {};
  }

  Try<Views> walk(Views input, const PathNode& node) {
    switch (node.kind) {
      case Kind::kList:
        for (const auto& inner : node.nodes) {
          auto next = walk(std::move(input), inner);
          if (!next) return next;
          input = std::move(*next);
        }
        return input;
      case Kind::kText: return literal(Value(node.text));
      case Kind::kNumber:
      case Kind::kBool: return literal(node.value);
      case Kind::kIdentifier: return fail("unrecognized identifier " + node.text);
      case Kind::kField: return field(input, node);
      case Kind::kWildcard: return wildcard(input);
      case Kind::kArray: return array(input, node);
      case Kind::kFilter: return filter(input, node);
      case Kind::kUnion: return many(input, node);
      case Kind::kRecursive: {
        Views out;
        descend(input, out);
        return out;
      }
    }
    return input;
  }

  Try<Views> literal(Value value) {
    path_.made_.push_back(std::move(value));
    return Views{path_.made_.back()};
  }

  Try<Views> field(const Views& input, const PathNode& node) {
    Views out;
    for (View value : input)
      if (View member = value[node.text]; member.exists()) out.push_back(member);
    if (out.empty() && !path_.allow_missing_) return fail(node.text + " is not found");
    return out;
  }

  static Try<Views> wildcard(const Views& input) {
    Views out;
    for (View value : input)
      for (View child : children_of(value)) out.push_back(child);
    return out;
  }

  static Try<Views> array(const Views& input, const PathNode& node) {
    Views out;
    for (View value : input) {
      if (!value.exists() || value.is_null()) continue;
      if (!value.is_array())
        return fail(fmt::format("{} is not array or slice", value.is_object()   ? "map[string]interface {}"
                                                            : value.is_string() ? "string"
                                                                                : "int64"));
      const auto size = static_cast<int64_t>(value.size());
      int64_t from = node.bounds[0].known ? node.bounds[0].value : 0;
      int64_t to = node.bounds[1].known ? node.bounds[1].value : size;
      if (from < 0) from += size;
      if (to < 0 || (to == 0 && node.bounds[1].derived)) to += size;
      if (from == to) return out;
      if (from >= size || from < 0)
        return fail(fmt::format("array index out of bounds: index {}, length {}", from, size));
      if (to > size || to < 0) return fail(fmt::format("array index out of bounds: index {}, length {}", to - 1, size));
      if (from > to) return fail(fmt::format("starting index {} is greater than ending index {}", from, to));
      const int64_t step = node.bounds[2].known ? node.bounds[2].value : 1;
      if (step <= 0) return fail("step must be > 0");
      for (int64_t i = from; i < to; i += step) out.push_back(value.at(static_cast<size_t>(i)));
    }
    return out;
  }

  Try<Views> filter(const Views& input, const PathNode& node) {
    Views out;
    for (View value : input) {
      if (!value.is_array()) return fail(path_text(value) + " is not array or slice and cannot be filtered");
      for (View item : value.items()) {
        auto left = walk({item}, node.nodes[0]);
        if (node.text == "exists") {
          if (left && !left->empty()) out.push_back(item);
          continue;
        }
        if (!left) return left;
        if (left->empty()) continue;
        if (left->size() > 1) return fail("can only compare one element at a time");
        auto right = walk({item}, node.nodes[1]);
        if (!right) return right;
        if (right->empty()) continue;
        if (right->size() > 1) return fail("can only compare one element at a time");
        auto pass = passes((*left)[0], node.text, (*right)[0]);
        if (!pass) return Failed(pass.error());
        if (*pass) out.push_back(item);
      }
    }
    return out;
  }

  Try<Views> many(const Views& input, const PathNode& node) {
    Views out;
    for (const auto& one : node.nodes) {
      auto found = walk(input, one);
      if (!found) return found;
      out.insert(out.end(), found->begin(), found->end());
    }
    return out;
  }

  const JsonPath& path_;
};

Try<std::vector<Views>> JsonPath::find(View object) const {
  std::vector<Views> out;
  size_t at = 0;
  if (auto done = PathWalk(*this).block(object, at, 0, out, false); !done) return Failed(done.error());
  return out;
}

Try<std::string> JsonPath::print(View object, bool as_json) const {
  auto found = find(object);
  if (!found) return Failed(found.error());
  std::string out;
  for (const auto& group : *found) {
    if (as_json) {
      Value list = Value::array();
      for (View value : group) list.push_back(value.to_value());
      object::write_json_indented(list, out, 4, true);
      out += '\n';
      continue;
    }
    for (size_t i = 0; i < group.size(); ++i) {
      if (i > 0) out += ' ';
      out += path_text(group[i]);
    }
  }
  return out;
}

std::string path_text(View value) {
  std::string out;
  switch (value.kind()) {
    case object::Kind::kString: return value.str();
    case object::Kind::kAbsent:
    case object::Kind::kNull: return "null";
    case object::Kind::kDouble: object::write_go_float(value.as_double(), out); return out;
    case object::Kind::kObject:
    case object::Kind::kArray: {
      object::write_json_indented(value, out, -1, true);
      return out;
    }
    default: return object::to_json(value);
  }
}

std::string go_print(View value) {
  std::string out;
  if (value.kind() == object::Kind::kRaw) return go_print(object::parse_json(value.as_raw()).value_or(object::Value()));
  if (value.is_object()) {
    for (const auto& member : sorted_members(value))
      out += fmt::format("{}{}:{}", out.empty() ? "" : " ", member.name, go_print(member.value));
    return "map[" + out + "]";
  }
  if (value.is_array()) {
    for (View item : value.items()) out += (out.empty() ? "" : " ") + go_print(item);
    return "[" + out + "]";
  }
  return !value.exists() || value.is_null() ? "<nil>" : path_text(value);
}

std::string go_syntax(View value) {
  std::string out;
  switch (value.kind()) {
    case object::Kind::kString: return object::go_quoted(value.as_string());
    case object::Kind::kObject: {
      out = "map[string]interface {}{";
      const auto members = sorted_members(value);
      for (size_t i = 0; i < members.size(); ++i)
        out += (i > 0 ? ", " : "") + object::go_quoted(members[i].name) + ":" + go_syntax(members[i].value);
      return out + "}";
    }
    case object::Kind::kArray: {
      out = "[]interface {}{";
      bool first = true;
      for (View item : value.items()) out += (std::exchange(first, false) ? "" : ", ") + go_syntax(item);
      return out + "}";
    }
    case object::Kind::kAbsent:
    case object::Kind::kNull: return "interface {}(nil)";
    case object::Kind::kRaw: return go_syntax(object::parse_json(value.as_raw()).value_or(object::Value()));
    default: return path_text(value);
  }
}

}  // namespace proa::cli::kubectl
