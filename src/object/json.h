// JSON in and out. The writer's text is Go's encoding/json to the byte: no blanks, <, > and & escaped as
// \u003c, \u003e, \u0026, U+2028/9 escaped, invalid UTF-8 replaced, floats in Go's form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::object {

struct ParseOptions {
  /// Filled with a message per repeated member (`duplicate field "spec.replicas"`), the last one wins.
  std::vector<std::string>* duplicates = nullptr;
  /// Members whose path ends so become Raw: `fieldsV1` below metadata.managedFields stays one piece of text.
  bool keep_fields_v1_raw = true;
  size_t max_depth = 512;
};

/// Errors are Go's texts where upstream shows them (`invalid character 'x' looking for beginning of value`).
/// Integers that fit 64 bits stay integers; a number with a fraction or exponent is a double.
Result<Value> parse_json(std::string_view text, const ParseOptions& options = {});

/// The value at the start of `text`, which is cut off; blanks in front are passed over. For a stream of values.
/// Error: as parse_json(), but an end too early is `unexpected EOF`; the text is then cut up to and with the
/// character that is wrong, which is how upstream counts an error's offset.
Result<Value> parse_json_prefix(std::string_view& text, const ParseOptions& options = {});

/// Appends.
void write_json(View view, std::string& out);
std::string to_json(View view);
/// With members in the order of their names at every level, as Go writes a map.
std::string to_sorted_json(View view);
/// As json.MarshalIndent does, for people (`kubectl get -o json` uses four blanks; keys sorted where asked).
void write_json_indented(View view, std::string& out, int indent, bool sort_keys);

/// Appends `text` as a JSON string literal, quotes included.
void write_json_string(std::string_view text, std::string& out);

}  // namespace proa::object
