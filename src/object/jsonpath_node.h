// A parsed JSONPath template, for jsonpath.cc and jsonpath_parser.cc alone.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/value.h"

namespace proa::object {

struct JsonPathNode {
  enum class Type { kList, kLiteral, kText, kField, kIdentifier, kArray, kFilter, kWildcard, kRecursive, kUnion };
  /// One of the numbers in [start:end:step].
  struct Bound {
    int64_t value = 0;
    bool known = false;
    bool derived = false;  // the end that an index alone implies
  };

  Type type = Type::kList;
  std::string name;  // of a field or identifier; a filter's operator
  Value literal;     // a text, number or bool
  std::array<Bound, 3> bounds;
  std::vector<JsonPathNode> children;  // of a list or union; of a filter: left and right
};

Result<JsonPathNode> parse_jsonpath(std::string_view text);

}  // namespace proa::object
