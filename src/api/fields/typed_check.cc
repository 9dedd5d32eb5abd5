#include "api/fields/typed_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "object/json.h"
#include "schema/field_error.h"
#include "schema/strategic_merge.h"

namespace proa::api::fields {
namespace {

using object::View;
using schema::Field;
using schema::Form;
using schema::Scalar;
using schema::Type;

/// A value as it stands in Go's source (%#v).
std::string go_source(View value) {
  std::vector<std::string> parts;
  if (value.is_null()) return "interface {}(nil)";
  if (value.is_string()) return schema::go_quote(value.as_string());
  if (value.is_array()) {
    for (const View item : value.items()) parts.push_back(go_source(item));
    return fmt::format("[]interface {{}}{{{}}}", fmt::join(parts, ", "));
  }
  if (!value.is_object()) return object::to_json(value);
  for (const auto [name, member] : value.members())
    parts.push_back(fmt::format("{}:{}", schema::go_quote(name), go_source(member)));
  std::ranges::sort(parts);
  return fmt::format("map[string]interface {{}}{{{}}}", fmt::join(parts, ", "));
}

std::string in_source(View value) { return fmt::format("&value.valueUnstructured{{Value:{}}}", go_source(value)); }
std::string in_print(View value) { return fmt::format("&{{{}}}", schema::go_value(value)); }

class Check {
 public:
  std::vector<std::string> errors;

  void members(View object, Type type, const std::string& path) {
    if (!object.is_object()) return wrong(path, "expected map, got " + in_print(object));
    for (const auto [name, value] : object.members()) {
      const std::string at = fmt::format("{}.{}", path, name);
      const Field field = type.field(name);
      if (!field)
        wrong(at, "field not declared in schema");
      else if (!value.is_null())
        whole(value, field, at);
    }
  }

 private:
  void wrong(const std::string& path, const std::string& why) { errors.push_back(fmt::format("{}: {}", path, why)); }

  void whole(View value, Field field, const std::string& path) {
    if (field.is_list()) return list(value, field, path);
    if (!field.is_map()) return one(value, field, path);
    if (!value.is_object()) return wrong(path, "expected map, got " + in_print(value));
    for (const auto [name, item] : value.members())
      if (!item.is_null()) one(item, field, fmt::format("{}.{}", path, name));
  }

  void one(View value, Field field, const std::string& path) {
    const Type type = field.type();
    if (type && type.form() == Form::kStruct) return members(value, type, path);
    if (type) return;
    const Scalar scalar = field.scalar();
    if (scalar == Scalar::kString || scalar == Scalar::kBytes) {
      if (!value.is_string()) wrong(path, "expected string, got " + in_source(value));
    } else if (scalar == Scalar::kBool) {
      if (value.kind() != object::Kind::kBool) wrong(path, "expected boolean, got " + in_print(value));
    } else if (value.is_string() || value.is_object() || value.is_array() || value.kind() == object::Kind::kBool) {
      wrong(path, fmt::format("expected numeric (int or float), got {}", schema::go_type(value)));
    }
  }

  void list(View value, Field field, const std::string& path) {
    if (!value.is_array()) return wrong(path, "expected list, got " + in_print(value));
    const bool keyed = field.list_type() == schema::ListType::kMap && field.list_key_count() > 0;
    const bool set = field.list_type() == schema::ListType::kSet;
    std::vector<std::string> seen;
    size_t index = 0;
    for (const View item : value.items()) {
      const size_t at = index++;
      if (keyed && !item.is_object()) {
        wrong(path, fmt::format("element {}: associative list with keys may not have non-map elements", at));
        continue;
      }
      std::string key = keyed ? key_of(item, field, path, at)
                        : set ? fmt::format("[={}]", object::to_json(item))
                              : fmt::format("[{}]", at);
      if (key.empty()) continue;
      if ((keyed || set) && std::ranges::find(seen, key) != seen.end()) wrong(path, "duplicate entries for key " + key);
      one(item, field, path + key);
      seen.push_back(std::move(key));
    }
  }

  /// `[name="web"]`, `[containerPort=80,protocol="TCP"]`; empty where a key without a default is missing.
  std::string key_of(View item, Field field, const std::string& path, size_t index) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < field.list_key_count(); ++i) {
      const std::string_view name = field.list_key(i);
      const View value = item[name];
      const Field key = field.type().field(name);
      const std::string_view standard = key ? key.openapi_default() : "";
      if (!value.exists() && standard.empty()) {
        wrong(path, fmt::format("element {}: associative list with keys has an element that omits key field {} (and "
                                "doesn't have default value)",
                                index, schema::go_quote(name)));
        return "";
      }
      parts.push_back(fmt::format("{}={}", name, value.exists() ? object::to_json(value) : std::string(standard)));
    }
    std::ranges::sort(parts);
    return fmt::format("[{}]", fmt::join(parts, ","));
  }
};

}  // namespace

std::vector<std::string> typed_errors(View object, Type type) {
  Check check;
  check.members(object, type, "");
  return std::move(check.errors);
}

}  // namespace proa::api::fields
