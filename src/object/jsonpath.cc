#include "object/jsonpath.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "object/go_text.h"
#include "object/json.h"
#include "object/jsonpath_node.h"

namespace proa::object {
namespace {

using Node = JsonPathNode;
using Type = Node::Type;
using Views = std::vector<View>;

std::string_view go_type(View view) {
  switch (view.kind()) {
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int64";
    case Kind::kDouble: return "float64";
    case Kind::kString: return "string";
    default: return "map[string]interface {}";
  }
}

/// Go's %v: `map[a:1 b:[x y]]`.
void write_go_value(View view, std::string& out) {
  if (view.is_array()) {
    out += '[';
    bool first = true;
    for (const View item : view.items()) {
      if (!first) out += ' ';
      first = false;
      write_go_value(item, out);
    }
    out += ']';
  } else if (view.is_object()) {
    std::vector<View::Member> members;
    for (const auto member : view.members()) members.push_back(member);
    std::ranges::sort(members, {}, &View::Member::name);
    out += "map[";
    for (size_t i = 0; i < members.size(); ++i) {
      if (i != 0) out += ' ';
      out += members[i].name;
      out += ':';
      write_go_value(members[i].value, out);
    }
    out += ']';
  } else if (view.is_null() || !view.exists()) {
    out += "<nil>";
  } else {
    write_jsonpath_text(view, out);
  }
}

/// -1, 0, 1, or nothing where the values cannot be compared: `why` says so.
std::optional<int> compared(View a, View b, bool ordered, std::string_view& why) {
  const auto basic = [](View v) {
    return v.is_string() || v.is_int() || v.kind() == Kind::kDouble || v.kind() == Kind::kBool;
  };
  why = "invalid type for comparison";
  if (!basic(a) || !basic(b)) return std::nullopt;
  if (a.kind() != b.kind()) {
    why = "incompatible types for comparison";
    return std::nullopt;
  }
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : x == y ? 0 : 1; };
  switch (a.kind()) {
    case Kind::kBool:
      if (ordered) return std::nullopt;
      return order(a.as_bool(), b.as_bool());
    case Kind::kInt: return order(a.as_int(), b.as_int());
    case Kind::kDouble: return order(a.as_double(), b.as_double());
    default: return order(a.as_string(), b.as_string());
  }
}

class Evaluation {
 public:
  Evaluation(const Node& root, const JsonPathOptions& options) : nodes_(root.children), options_(options) {}

  /// The nodes from `from` on, to the end of the template or of the range that they stand in.
  bool find(View data, size_t from, std::vector<Views>& out) {
    for (size_t i = from; i < nodes_.size(); ++i) {
      Views results;
      if (!walk({data}, nodes_[i], results)) return false;
      if (ends_ > 0 && ends_ <= inside_) {
        --ends_;
        last_end_ = i;
        return true;
      }
      if (begins_ == 0) {
        out.push_back(std::move(results));
        continue;
      }
      if (!loop(results, i, out)) return false;
    }
    return true;
  }

  std::string take_error() { return std::move(error_); }
  std::deque<Value> take_made() { return std::move(made_); }

 private:
  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  /// What stands between range and end, for each result; `i` is moved to the end.
  bool loop(const Views& results, size_t& i, std::vector<Views>& out) {
    --begins_;
    ++inside_;
    for (const View result : results) {
      if (!find(result, i + 1, out)) return false;
    }
    if (results.empty()) {
      // Goes through once all the same, to find the end.
      std::vector<Views> ignored;
      if (!find(View(), i + 1, ignored)) return false;
    }
    --inside_;
    if (last_end_ > i && last_end_ < nodes_.size()) i = last_end_;
    return true;
  }

  /// On failure `out` is what upstream hands back beside its error: filters look at it.
  bool walk(Views input, const Node& node, Views& out) {
    switch (node.type) {
      case Type::kList: return walk_list(std::move(input), node, out);
      case Type::kText: out = {View(node.literal)}; return true;
      case Type::kLiteral: out.assign(input.size(), View(node.literal)); return true;
      case Type::kField: return walk_field(input, node, out);
      case Type::kIdentifier: return walk_identifier(std::move(input), node, out);
      case Type::kArray: return walk_array(std::move(input), node, out);
      case Type::kFilter: return walk_filter(std::move(input), node, out);
      case Type::kWildcard:
        for (const View view : input) add_children(view, out);
        return true;
      case Type::kRecursive:
        for (const View view : input) add_descendants(view, out);
        return true;
      case Type::kUnion: return walk_union(std::move(input), node, out);
    }
    return true;
  }

  bool walk_list(Views input, const Node& node, Views& out) {
    out = std::move(input);
    for (const Node& step : node.children) {
      Views results;
      const bool good = walk(std::move(out), step, results);
      out = std::move(results);
      if (!good) return false;
    }
    return true;
  }

  bool walk_identifier(Views input, const Node& node, Views& out) {
    if (node.name == "range") {
      ++begins_;
      out = std::move(input);
      return true;
    }
    if (node.name == "end") {
      if (inside_ == 0) return fail("not in range, nothing to end");
      ++ends_;
      return true;
    }
    out = std::move(input);
    return fail("unrecognized identifier " + node.name);
  }

  bool walk_field(const Views& input, const Node& node, Views& out) {
    if (input.empty()) return true;
    for (const View view : input) {
      const View member = view[Key(node.name)];
      if (member.exists()) out.push_back(member);
    }
    if (!out.empty() || options_.allow_missing_keys) return true;
    return fail(node.name + " is not found");
  }

  /// The items that [start:end:step] names. False: error_ is set.
  bool slice(View array, const Node& node, Views& out, bool& empty) {
    const auto size = static_cast<int64_t>(array.size());
    const auto& [first, last, stride] = node.bounds;
    int64_t start = first.known ? first.value : 0;
    if (start < 0) start += size;
    int64_t end = last.known ? last.value : size;
    if (end < 0 || (end == 0 && last.derived)) end += size;
    empty = start == end;
    if (empty) return true;
    const auto out_of_bounds = [&](int64_t index) {
      return fail(fmt::format("array index out of bounds: index {}, length {}", index, size));
    };
    if (start >= size || start < 0) return out_of_bounds(start);
    if (end > size || end < 0) return out_of_bounds(end - 1);
    if (start > end) return fail(fmt::format("starting index {} is greater than ending index {}", start, end));
    if (stride.known && stride.value <= 0) return fail("step must be > 0");
    const int64_t step = stride.known ? stride.value : 1;
    for (int64_t i = start; i < end; i += std::min(step, size)) out.push_back(array.at(static_cast<size_t>(i)));
    return true;
  }

  bool walk_array(Views input, const Node& node, Views& out) {
    for (const View view : input) {
      if (view.is_null() || !view.exists()) continue;
      bool empty = false;
      const bool good = view.is_array() ? slice(view, node, out, empty)
                                        : fail(fmt::format("{} is not array or slice", go_type(view)));
      if (!good) {
        out = std::move(input);
        return false;
      }
      if (empty) return true;
    }
    return true;
  }

  bool walk_union(Views input, const Node& node, Views& out) {
    for (const Node& list : node.children) {
      Views results;
      if (!walk_list(input, list, results)) {
        out = std::move(input);
        return false;
      }
      out.insert(out.end(), results.begin(), results.end());
    }
    return true;
  }

  bool add_children(View view, Views& out) {
    const size_t before = out.size();
    for (const auto [name, value] : view.members()) out.push_back(value);
    for (const View item : view.items()) out.push_back(item);
    // Go sees a string as a list of bytes.
    for (const char c : view.as_string()) out.push_back(made_.emplace_back(static_cast<unsigned char>(c)));
    return out.size() != before;
  }

  void add_descendants(View view, Views& out) {
    if (view.empty() && view.as_string().empty()) return;
    out.push_back(view);
    for (const auto [name, value] : view.members()) add_descendants(value, out);
    for (const View item : view.items()) add_descendants(item, out);
  }

  bool walk_filter(Views input, const Node& node, Views& out) {
    for (const View view : input) {
      if (!view.is_array()) {
        std::string shown;
        write_go_value(view, shown);
        out = std::move(input);
        return fail(shown + " is not array or slice and cannot be filtered");
      }
      for (const View item : view.items()) {
        bool passes = false;
        if (!holds(item, node, passes)) {
          out = std::move(input);
          return false;
        }
        if (passes) out.push_back(item);
      }
    }
    return true;
  }

  bool holds(View item, const Node& node, bool& passes) {
    Views left, right;
    const bool good = walk_list({item}, node.children[0], left);
    if (node.name == "exists") {
      passes = !left.empty();
      return true;
    }
    if (!good) return false;
    if (left.empty()) return true;
    if (left.size() > 1) return fail("can only compare one element at a time");
    if (!walk_list({item}, node.children[1], right)) return false;
    if (right.empty()) return true;
    if (right.size() > 1) return fail("can only compare one element at a time");
    return compare(left[0], node.name, right[0], passes);
  }

  bool compare(View left, std::string_view op, View right, bool& passes) {
    if (op != "==" && op != "!=" && op != "<" && op != "<=" && op != ">" && op != ">=") {
      return fail(fmt::format("unrecognized filter operator {}", op));
    }
    const bool ordered = op[0] == '<' || op[0] == '>';
    std::string_view why;
    const std::optional<int> order = compared(left, right, ordered, why);
    if (!order) return fail(std::string(why));
    passes = op == "=="   ? *order == 0
             : op == "!=" ? *order != 0
             : op == "<"  ? *order < 0
             : op == "<=" ? *order <= 0
             : op == ">"  ? *order > 0
                          : *order >= 0;
    return true;
  }

  const std::vector<Node>& nodes_;
  const JsonPathOptions& options_;
  std::deque<Value> made_;
  std::string error_;
  size_t begins_ = 0, inside_ = 0, ends_ = 0, last_end_ = 0;
};

void print_as_json(const Views& results, std::string& out) {
  Value all = Value::array();
  for (const View result : results) all.push_back(result.to_value());
  write_json_indented(all, out, 4, true);
  out += '\n';
}

}  // namespace

void write_jsonpath_text(View view, std::string& out) {
  switch (view.kind()) {
    case Kind::kString: out += view.as_string(); return;
    case Kind::kDouble: write_go_float(view.as_double(), out); return;
    case Kind::kAbsent: out += "<no value>"; return;
    case Kind::kObject:
    case Kind::kArray:
    case Kind::kRaw: out += to_sorted_json(view); return;
    default: write_json(view, out); return;
  }
}

Result<JsonPath> JsonPath::parse(std::string_view text) {
  Result<JsonPathNode> root = parse_jsonpath(text);
  if (!root) return Error(root.error());
  JsonPath path;
  path.root_ = std::make_shared<const JsonPathNode>(std::move(*root));
  return path;
}

Result<JsonPathResults> JsonPath::find(View data, const JsonPathOptions& options) const {
  JsonPathResults results;
  if (root_ == nullptr) return results;
  Evaluation evaluation(*root_, options);
  if (!evaluation.find(data, 0, results.blocks)) return Error(base::bad_request(evaluation.take_error()));
  results.made = evaluation.take_made();
  return results;
}

Result<void> JsonPath::print(View data, const JsonPathOptions& options, std::string& out) const {
  const Result<JsonPathResults> results = find(data, options);
  if (!results) return Error(results.error());
  for (const Views& block : results->blocks) {
    if (options.as_json) {
      print_as_json(block, out);
      continue;
    }
    for (size_t i = 0; i < block.size(); ++i) {
      if (i != 0) out += ' ';
      write_jsonpath_text(block[i], out);
    }
  }
  return {};
}

Result<std::string> relaxed_jsonpath(std::string_view text) {
  // ^\{\.?([^{}]+)\}$|^\.?([^{}]+)$
  if (text.empty()) return std::string();
  std::string_view inner = text;
  if (inner.starts_with('{') && inner.ends_with('}')) inner = inner.substr(1, inner.size() - 2);
  if (inner.starts_with('.') && inner.size() > 1) inner.remove_prefix(1);
  if (inner.empty() || inner.find_first_of("{}") != std::string_view::npos) {
    return Error(base::bad_request(
        "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"));
  }
  return fmt::format("{{.{}}}", inner);
}

}  // namespace proa::object
