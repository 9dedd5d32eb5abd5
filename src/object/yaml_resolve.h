// What a YAML scalar means, for the reader and the writer of YAML: the rules of go-yaml v2, which are those of
// YAML 1.1 without numbers of base 60.
#pragma once

#include <string_view>

#include "base/status.h"
#include "object/value.h"

namespace proa::object {

inline constexpr std::string_view kYamlTagPrefix = "tag:yaml.org,2002:";

enum class ScalarType { kString, kBool, kInt, kFloat, kNull, kTimestamp, kBinary, kOther };

struct Scalar {
  ScalarType type = ScalarType::kString;
  Value value;  // a timestamp is its text; of an int beyond int64 the nearest double
  bool beyond_int64 = false;
};

/// Of an untagged plain scalar.
Scalar resolve_scalar(std::string_view text);

/// Does untagged plain text mean itself?
bool reads_as_string(std::string_view text);

/// Of a scalar with a tag ("tag:yaml.org,2002:int"); an unknown tag gives the text. Error: `cannot decode !!str
/// `x` as a !!int`.
Result<Scalar> resolve_scalar(std::string_view text, std::string_view tag);

/// Plain text that YAML 1.1 readers may take for a number of base 60 (`1:30`): written in quotes.
bool is_base60(std::string_view text);

}  // namespace proa::object
