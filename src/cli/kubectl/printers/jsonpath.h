// JSONPath templates: `{.items[*].metadata.name}`, `{range .items[*]}...{end}`, filters, slices, unions, `..`.
// Source: k8s.io/client-go util/jsonpath (grammar, what is printed how, error texts).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "cli/kubectl/failure.h"
#include "object/value.h"

namespace proa::cli::kubectl {

struct PathNode {
  enum class Kind { kText, kNumber, kBool, kIdentifier, kField, kWildcard, kArray, kFilter, kRecursive, kUnion, kList };
  struct Bound {
    int64_t value = 0;
    bool known = false, derived = false;
  };

  Kind kind = Kind::kList;
  std::string text;             // of a text, identifier, field, or a filter's operator
  object::Value value;          // of a number or bool
  Bound bounds[3];              // of an array: from, to, step
  std::vector<PathNode> nodes;  // of a list or union; of a filter: left and right
};

class JsonPath {
 public:
  /// Error: what is wrong, without saying in which template.
  static Try<JsonPath> parse(std::string_view text);
  /// Missing members give nothing instead of an error.
  JsonPath& allow_missing(bool allow) {
    allow_missing_ = allow;
    return *this;
  }
  /// One group of values per action of the template. They live as long as `object` and this.
  Try<std::vector<std::vector<object::View>>> find(object::View object) const;
  /// The text that the template makes. `as_json`: every group as indented JSON.
  Try<std::string> print(object::View object, bool as_json = false) const;

 private:
  PathNode root_;
  bool allow_missing_ = false;
  mutable std::deque<object::Value> made_;  // values that stand in the template
  friend class PathWalk;
};

/// `metadata.name`, `.metadata.name`, `{.metadata.name}`: all as `{.metadata.name}`.
Try<std::string> relaxed_path(const std::string& text);
/// A value as Go's fmt prints it within text: strings bare, objects as JSON.
std::string path_text(object::View value);
/// %v of what JSON decodes to: `map[a:b]`, `[a b]`, `<nil>`.
std::string go_print(object::View value);
/// %#v of the same.
std::string go_syntax(object::View value);

}  // namespace proa::cli::kubectl
