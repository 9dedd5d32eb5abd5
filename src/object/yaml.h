// YAML in (libfyaml) and out (the form of sigs.k8s.io/yaml: keys sorted, block style, strings quoted only where
// they would read as something else, `|` for text of several lines). YAML is read as sigs.k8s.io/yaml does:
// as JSON data; a bare yes/no/on/off is a bool, as YAML 1.1 says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/json.h"
#include "object/value.h"

namespace proa::object {

/// One document. Error: `error converting YAML to JSON: yaml: line 3: ...`.
Result<Value> parse_yaml(std::string_view text, const ParseOptions& options = {});
/// A stream of documents separated by `---`, empty ones left out; JSON is YAML too.
Result<std::vector<Value>> parse_yaml_stream(std::string_view text, const ParseOptions& options = {});

void write_yaml(View view, std::string& out);

}  // namespace proa::object
