#include "object/yaml_tree.h"

#include <map>

#include <fmt/format.h>
#include <yaml.h>

namespace proa::object {
namespace {

std::string text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

/// One of libyaml's events, freed with its scope.
struct Event {
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
  yaml_event_t raw{};
};

class TreeReader {
 public:
  TreeReader(std::string_view text, size_t max_depth) : max_depth_(max_depth) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;
  ~TreeReader() { yaml_parser_delete(&parser_); }

  Result<YamlTree> read() {
    YamlTree tree;
    tree_ = &tree;
    Event start, document, end;
    if (!next(start) || !next(document)) return failure();
    if (document.raw.type == YAML_STREAM_END_EVENT) return tree;
    Event first;
    if (!next(first) || !node(first.raw, tree.root, 1) || !next(end)) return failure();
    return tree;
  }

 private:
  Error failure() const { return Error(base::bad_request(error_)); }

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  bool next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw) != 0) return true;
    // The line is counted as go-yaml counts it: the scanner's marks stand one line before the others'.
    size_t line = parser_.problem_mark.line;
    if (line != 0) {
      if (parser_.error == YAML_SCANNER_ERROR) ++line;
    } else {
      line = parser_.context_mark.line;
    }
    const std::string_view problem =
        parser_.problem == nullptr ? "unknown problem parsing YAML content" : parser_.problem;
    return fail(line == 0 ? std::string(problem) : fmt::format("line {}: {}", line, problem));
  }

  /// Makes the node that begins with `event`, and all below it.
  bool node(const yaml_event_t& event, YamlNode*& out, size_t depth) {
    if (depth > max_depth_) return fail(fmt::format("exceeded max depth of {}", max_depth_));
    YamlNode& made = tree_->nodes.emplace_back();
    made.line = event.start_mark.line;
    out = &made;
    switch (event.type) {
      case YAML_SCALAR_EVENT: return scalar(event, made);
      case YAML_ALIAS_EVENT: return alias(event, made);
      case YAML_SEQUENCE_START_EVENT:
        made.kind = YamlNode::Kind::kSequence;
        anchor(event.data.sequence_start.anchor, made);
        return children(made, YAML_SEQUENCE_END_EVENT, depth);
      case YAML_MAPPING_START_EVENT:
        made.kind = YamlNode::Kind::kMapping;
        anchor(event.data.mapping_start.anchor, made);
        return children(made, YAML_MAPPING_END_EVENT, depth);
      default: return fail("attempted to parse an unknown event");
    }
  }

  bool scalar(const yaml_event_t& event, YamlNode& made) {
    const auto& scalar = event.data.scalar;
    made.value.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    made.tag = text_of(scalar.tag);
    made.plain = scalar.plain_implicit != 0;
    anchor(scalar.anchor, made);
    return true;
  }

  bool alias(const yaml_event_t& event, YamlNode& made) {
    made.kind = YamlNode::Kind::kAlias;
    made.value = text_of(event.data.alias.anchor);
    const auto found = anchors_.find(made.value);
    if (found == anchors_.end()) return fail(fmt::format("unknown anchor '{}' referenced", made.value));
    made.target = found->second;
    return true;
  }

  bool children(YamlNode& parent, yaml_event_type_t end, size_t depth) {
    while (true) {
      Event event;
      if (!next(event)) return false;
      if (event.raw.type == end) return true;
      YamlNode* child = nullptr;
      if (!node(event.raw, child, depth + 1)) return false;
      parent.children.push_back(child);
    }
  }

  void anchor(const yaml_char_t* name, YamlNode& node) {
    if (name != nullptr) anchors_[text_of(name)] = &node;
  }

  yaml_parser_t parser_{};
  size_t max_depth_;
  YamlTree* tree_ = nullptr;
  std::map<std::string, YamlNode*> anchors_;
  std::string error_;
};

}  // namespace

Result<YamlTree> read_yaml_tree(std::string_view text, size_t max_depth) { return TreeReader(text, max_depth).read(); }

}  // namespace proa::object
