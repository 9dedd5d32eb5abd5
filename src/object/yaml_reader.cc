// From YAML's nodes to JSON data, by the rules of go-yaml v2 and sigs.k8s.io/yaml's YAMLToJSON.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.h"
#include "object/go_text.h"
#include "object/member_index.h"
#include "object/yaml.h"
#include "object/yaml_resolve.h"
#include "object/yaml_tree.h"

namespace proa::object {
namespace {

using NodeKind = YamlNode::Kind;

/// Go's %#v of a map or slice that was meant to be a key: what a template's `{{ x }}` leads to.
void write_go_syntax(View view, std::string& out) {
  switch (view.kind()) {
    case Kind::kObject: {
      std::vector<View::Member> members;
      for (const auto member : view.members()) members.push_back(member);
      std::ranges::sort(members, {}, &View::Member::name);
      out += "map[interface {}]interface {}{";
      for (size_t i = 0; i < members.size(); ++i) {
        if (i != 0) out += ", ";
        write_go_quoted(members[i].name, out);
        out += ':';
        write_go_syntax(members[i].value, out);
      }
      out += '}';
      return;
    }
    case Kind::kArray: {
      out += "[]interface {}{";
      bool first = true;
      for (const View item : view.items()) {
        if (!first) out += ", ";
        first = false;
        write_go_syntax(item, out);
      }
      out += '}';
      return;
    }
    case Kind::kString: write_go_quoted(view.as_string(), out); return;
    case Kind::kNull: out += "interface {}(nil)"; return;
    default: out += to_json(view); return;
  }
}

/// What JSON makes of a number that YAML calls a float: a whole one becomes an integer.
Value number_value(double number) {
  if (number == std::floor(number) && std::fabs(number) < 9.2e18) return static_cast<int64_t>(number);
  return number;
}

class Decoder {
 public:
  explicit Decoder(const ParseOptions& options) : options_(options) {}

  Result<Value> decode(const YamlNode* root) {
    Value value;
    if (root != nullptr && !decode_node(*root, value)) {
      return Error(base::bad_request(std::string(kYamlErrorPrefix) + error_));
    }
    return value;
  }

 private:
  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  /// go-yaml's guard against documents that unfold without end.
  bool within_bounds() {
    ++decoded_;
    if (!open_aliases_.empty()) ++from_aliases_;
    constexpr double kLow = 400'000, kHigh = 4'000'000;
    const auto all = static_cast<double>(decoded_);
    const double allowed = all <= kLow ? 0.99 : all >= kHigh ? 0.10 : 0.99 - 0.89 * (all - kLow) / (kHigh - kLow);
    if (from_aliases_ > 100 && decoded_ > 1000 && static_cast<double>(from_aliases_) / all > allowed) {
      return fail("yaml: document contains excessive aliasing");
    }
    return true;
  }

  bool decode_node(const YamlNode& node, Value& out) {
    if (!within_bounds()) return false;
    switch (node.kind) {
      case NodeKind::kAlias: return decode_alias(node, out);
      case NodeKind::kScalar: return decode_scalar(node, out);
      case NodeKind::kMapping: return decode_mapping(node, out);
      case NodeKind::kSequence: {
        Value::Array items(node.children.size());
        for (size_t i = 0; i < items.size(); ++i) {
          if (!decode_node(*node.children[i], items[i])) return false;
        }
        out = Value(std::move(items));
        return true;
      }
    }
    return true;
  }

  bool decode_alias(const YamlNode& node, Value& out) {
    if (std::ranges::find(open_aliases_, &node) != open_aliases_.end()) {
      return fail(fmt::format("yaml: anchor '{}' value contains itself", node.value));
    }
    open_aliases_.push_back(&node);
    const bool good = decode_node(*node.target, out);
    open_aliases_.pop_back();
    return good;
  }

  bool resolve(const YamlNode& node, Scalar& out) {
    if (node.tag.empty()) {
      out = node.plain ? resolve_scalar(node.value) : Scalar{ScalarType::kString, Value(node.value)};
      return true;
    }
    Result<Scalar> scalar = resolve_scalar(node.value, node.tag);
    if (!scalar) return fail("yaml: " + scalar.error().message);
    out = std::move(*scalar);
    if (out.type != ScalarType::kBinary) return true;
    const std::optional<std::string> bytes = base::base64_decode(node.value);
    if (!bytes) return fail("yaml: !!binary value contains invalid base64 data");
    out.value = *bytes;
    return true;
  }

  bool decode_scalar(const YamlNode& node, Value& out) {
    Scalar scalar;
    if (!resolve(node, scalar)) return false;
    out = std::move(scalar.value);
    if (scalar.type != ScalarType::kFloat) return true;
    const double number = View(out).as_double();
    if (!std::isfinite(number)) {
      std::string text;
      write_go_float(number, text);
      return fail("json: unsupported value: " + text);
    }
    out = number_value(number);
    return true;
  }

  bool decode_mapping(const YamlNode& node, Value& out) {
    Value::Object members;
    MemberIndex index(members);
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      const YamlNode& key = *node.children[i];
      const YamlNode& value = *node.children[i + 1];
      if (is_merge(key)) {
        if (!merge(value, index)) return false;
        continue;
      }
      std::string name;
      Value decoded;
      if (!decode_key(key, name)) return false;
      const bool null_key = std::exchange(null_key_, false);
      if (!decode_node(value, decoded)) return false;
      if (null_key) return fail_null_key(decoded);
      Value* found = index.find(Key(name));
      if (found != nullptr && options_.duplicates != nullptr) {
        options_.duplicates->push_back(
            fmt::format("line {}: key {} already set in map", value.line + 1, go_quoted(name)));
      }
      (found != nullptr ? *found : index.add(Key(name))) = std::move(decoded);
    }
    out = Value(std::move(members));
    return true;
  }

  static bool is_merge(const YamlNode& key) {
    return key.kind == NodeKind::kScalar && key.value == "<<" &&
           (key.plain || key.tag == std::string(kYamlTagPrefix) + "merge");
  }

  bool decode_key(const YamlNode& key, std::string& name) {
    const YamlNode& target = key.kind == NodeKind::kAlias ? *key.target : key;
    if (target.kind != NodeKind::kScalar) {
      Value value;
      if (!decode_node(key, value)) return false;
      std::string shown;
      write_go_syntax(value, shown);
      return fail("yaml: invalid map key: " + shown);
    }
    if (!within_bounds()) return false;
    Scalar scalar;
    if (!resolve(target, scalar)) return false;
    const View value = scalar.value;
    switch (scalar.type) {
      case ScalarType::kBool: name = value.as_bool() ? "true" : "false"; return true;
      case ScalarType::kInt: name = to_json(value); return true;
      case ScalarType::kFloat: name = float_key(value.as_double()); return true;
      case ScalarType::kNull: null_key_ = true; return true;
      default: name = value.str(); return true;
    }
  }

  bool fail_null_key(View value) {
    std::string shown;
    write_go_syntax(value, shown);
    if (value.is_null()) shown = "<nil>";
    return fail("unsupported map key of type: %!s(<nil>), key: <nil>, value: " + shown);
  }

  static std::string float_key(double number) {
    if (std::isnan(number)) return ".nan";
    if (std::isinf(number)) return number < 0 ? "-.inf" : ".inf";
    std::string text;
    write_go_float32(static_cast<float>(number), text);
    return text;
  }

  bool want_map() { return fail("yaml: map merge requires map or sequence of maps as the value"); }

  bool merge(const YamlNode& node, MemberIndex& out) {
    if (node.kind == NodeKind::kSequence) {
      // From the back: what stands earlier wins.
      for (auto at = node.children.rbegin(); at != node.children.rend(); ++at) {
        if ((*at)->kind == NodeKind::kSequence || !merge(**at, out)) return error_.empty() ? want_map() : false;
      }
      return true;
    }
    const YamlNode& target = node.kind == NodeKind::kAlias ? *node.target : node;
    if (target.kind != NodeKind::kMapping) return want_map();
    Value merged;
    if (!decode_node(node, merged)) return false;
    for (Value::Member& member : merged.members()) {
      const Key name(member.name.text(), member.name.hash());
      Value* found = out.find(name);
      (found != nullptr ? *found : out.add(name)) = std::move(member.value);
    }
    return true;
  }

  const ParseOptions& options_;
  std::string error_;
  std::vector<const YamlNode*> open_aliases_;
  bool null_key_ = false;
  size_t decoded_ = 0, from_aliases_ = 0;
};

/// fieldsV1 below metadata.managedFields becomes raw text, as the JSON reader keeps it.
void keep_fields_raw(Value& value, bool in_metadata) {
  if (value.is_array()) {
    for (Value& item : value.items()) keep_fields_raw(item, false);
  }
  if (!value.is_object()) return;
  for (Value::Member& member : value.members()) {
    if (in_metadata && member.name.text() == "managedFields" && member.value.is_array()) {
      for (Value& entry : member.value.items()) {
        Value* fields = entry.find("fieldsV1");
        if (fields != nullptr && fields->is_object()) *fields = Value::raw(to_sorted_json(*fields));
      }
    } else {
      keep_fields_raw(member.value, member.name.text() == "metadata");
    }
  }
}

/// Cuts one document off a stream; false at the end. See apimachinery's YAMLReader.
Result<bool> next_document(std::string_view& rest, std::string_view& document) {
  const char* start = rest.data();
  size_t size = 0;
  while (!rest.empty()) {
    const size_t line_size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, line_size);
    if (line.starts_with("---")) {
      std::string_view tail = line.substr(3);
      const size_t first = tail.find_first_not_of(" \t\r\n\v\f");
      if (first != std::string_view::npos && tail[first] != '#') {
        tail = tail.substr(first, tail.find_last_not_of(" \t\r\n\v\f") - first + 1);
        return Error(base::bad_request(fmt::format("invalid Yaml document separator: {}", tail)));
      }
      if (size != 0) {
        rest.remove_prefix(line_size);
        break;
      }
    }
    rest.remove_prefix(line_size);
    size += line_size;
  }
  document = std::string_view(start, size);
  return size != 0;
}

/// JSON values one after the other. False when the rest may be YAML instead; `first_error` then says what JSON
/// had against it.
bool read_json_stream(std::string_view& rest, const ParseOptions& options, std::vector<Value>& out,
                      Status& first_error) {
  const size_t all = rest.size();
  while (true) {
    const size_t blank = rest.find_first_not_of(" \t\r\n");
    if (blank == std::string_view::npos) return true;
    const std::string_view before = rest;
    Result<Value> value = parse_json_prefix(rest, options);
    if (!value) {
      first_error = value.error();
      if (first_error.message != "unexpected EOF") {
        first_error.message = fmt::format("json: offset {}: {}", all - rest.size(), first_error.message);
      }
      rest = before;
      return false;
    }
    if (!value->is_null()) out.push_back(std::move(*value));
  }
}

}  // namespace

Result<Value> parse_yaml(std::string_view text, const ParseOptions& options) {
  const Result<YamlTree> tree = read_yaml_tree(text, options.max_depth);
  if (!tree) return Error(base::bad_request(fmt::format("{}yaml: {}", kYamlErrorPrefix, tree.error().message)));
  Result<Value> value = Decoder(options).decode(tree->root);
  if (value && options.keep_fields_v1_raw) keep_fields_raw(*value, false);
  return value;
}

Result<std::vector<Value>> parse_yaml_stream(std::string_view text, const ParseOptions& options) {
  std::vector<Value> values;
  std::string_view rest = text;
  Status json_error;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    if (read_json_stream(rest, options, values, json_error)) return values;
    if (values.size() > 1) return Error(json_error);
    // Blanks up to the line's end would confuse what comes.
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r')) rest.remove_prefix(1);
    if (rest.starts_with('\n')) rest.remove_prefix(1);
  }
  std::string_view document;
  while (true) {
    const Result<bool> found = next_document(rest, document);
    if (!found) return Error(json_error.message.empty() ? found.error() : json_error);
    if (!*found) return values;
    Result<Value> value = parse_yaml(document, options);
    if (!value) return Error(json_error.message.empty() ? value.error() : json_error);
    if (!value->is_null()) values.push_back(std::move(*value));
  }
}

}  // namespace proa::object
