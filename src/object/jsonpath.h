// Kubernetes' JSONPath templates: `kubectl get -o jsonpath=`, custom columns, `wait --for=jsonpath=`, a CRD's
// printer columns. Text around `{...}`, fields with escaped dots, indexes, slices, unions, wildcards, recursive
// descent, filters, `{range}...{end}`. Source: k8s.io/client-go util/jsonpath; messages and oddities are its own.
//
//   auto path = JsonPath::parse("{range .items[*]}{.metadata.name}{'\\n'}{end}");
//   std::string out;
//   auto done = path->print(list, {}, out);
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::object {

struct JsonPathNode;

struct JsonPathOptions {
  /// A field that is missing gives nothing, instead of the error `x is not found`. kubectl's default.
  bool allow_missing_keys = true;
  /// All results as one indented JSON array (`-o jsonpath-as-json`).
  bool as_json = false;
};

/// What a template found, a list for each `{...}` and each text in turn. Views are good as long as the data, the
/// JsonPath and this live.
struct JsonPathResults {
  std::vector<std::vector<View>> blocks;
  std::deque<Value> made;
};

class JsonPath {
 public:
  /// Error: `unclosed action`, `unterminated array`, ...
  static Result<JsonPath> parse(std::string_view text);

  Result<JsonPathResults> find(View data, const JsonPathOptions& options = {}) const;
  /// Appends: results of a block with a blank between, objects and arrays as JSON. Nothing on error.
  Result<void> print(View data, const JsonPathOptions& options, std::string& out) const;

 private:
  std::shared_ptr<const JsonPathNode> root_;
};

/// How one result is printed: strings bare, objects and arrays as JSON with sorted keys, null as `null`.
void write_jsonpath_text(View view, std::string& out);

/// What kubectl takes for a path in custom columns and sort keys: `x.y`, `.x.y`, `{x.y}`, `{.x.y}`, made `{.x.y}`.
Result<std::string> relaxed_jsonpath(std::string_view text);

}  // namespace proa::object
