// YAML in (libyaml, whose complaints go-yaml inherited) and out (the form of sigs.k8s.io/yaml: keys sorted, block style, strings quoted only where
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

/// What clients put before the reader's own words; a server shows these without.
inline constexpr std::string_view kYamlErrorPrefix = "error converting YAML to JSON: ";

/// The first document; null when there is none. Error: `error converting YAML to JSON: yaml: line 3: ...`.
/// A repeated key is told as `line 5: key "replicas" already set in map`, and the last one wins.
Result<Value> parse_yaml(std::string_view text, const ParseOptions& options = {});

/// A stream of documents as kubectl reads files: separated by lines that begin with `---`, empty ones left out;
/// or JSON objects one after the other. Lines in errors count from the document's start, as upstream's do.
Result<std::vector<Value>> parse_yaml_stream(std::string_view text, const ParseOptions& options = {});

/// Appends; ends with a line break.
void write_yaml(View view, std::string& out);

}  // namespace proa::object
