// How Go shows decoded JSON in its messages.
#include <algorithm>
#include <string>
#include <vector>

#include "object/go_text.h"
#include "object/json.h"
#include "schema/strategic_merge.h"

namespace proa::schema {
namespace {

using object::Kind;
using object::View;

void write_go_value(View value, std::string& out) {
  if (value.is_object()) {
    std::vector<std::pair<std::string_view, View>> members;
    for (const auto [name, member] : value.members()) members.emplace_back(name, member);
    std::ranges::sort(members, {}, &std::pair<std::string_view, View>::first);
    out += "map[";
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ' ';
      out += members[i].first;
      out += ':';
      write_go_value(members[i].second, out);
    }
    out += ']';
  } else if (value.is_array()) {
    out += '[';
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ' ';
      write_go_value(value.at(i), out);
    }
    out += ']';
  } else if (value.is_string()) {
    out += value.as_string();
  } else if (value.is_null()) {
    out += "<nil>";
  } else if (value.kind() == Kind::kDouble) {
    object::write_go_float(value.as_double(), out);
  } else {
    object::write_json(value, out);
  }
}

}  // namespace

std::string_view json_type(View value) {
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  return value.is_string() ? "string" : value.kind() == Kind::kBool ? "bool" : "number";
}

std::string_view go_type(View value) {
  switch (value.kind()) {
    case Kind::kObject: return "map[string]interface {}";
    case Kind::kArray: return "[]interface {}";
    case Kind::kString: return "string";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int64";
    case Kind::kDouble: return "float64";
    default: return "<nil>";
  }
}

std::string go_value(View value) {
  std::string out;
  write_go_value(value, out);
  return out;
}

}  // namespace proa::schema
