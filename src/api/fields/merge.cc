#include "api/fields/merge.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/fields/field_diff.h"
#include "object/json.h"

namespace proa::api::fields {
namespace {

using object::Value;
using object::View;
using schema::Field;
using schema::Form;
using schema::Type;

Type struct_of(Field field) {
  const Type type = field ? field.type() : Type();
  return type && type.form() == Form::kStruct && !type.is_atomic() ? type : Type();
}

void merge_place(Value& live, View config, Field field);

void merge_item(Value& live, View config, Field field) {
  if (const Type type = struct_of(field); type && live.is_object() && config.is_object())
    merge_into(live, config, type);
  else
    live = config.to_value();
}

void merge_list(Value& live, View config, Field field) {
  TextArena arena;
  std::vector<std::string_view> names;
  for (const Value& item : live.items()) names.push_back(item_element(item, field, arena).text);
  for (const View item : config.items()) {
    const std::string_view name = item_element(item, field, arena).text;
    const auto at = std::ranges::find(names, name);
    if (at == names.end())
      live.push_back(item.to_value());
    else
      merge_item(live.items()[static_cast<size_t>(at - names.begin())], item, field);
  }
}

void merge_place(Value& live, View config, Field field) {
  const bool same_kind = View(live).kind() == config.kind();
  if (!field || !same_kind || !(is_associative(field) || is_granular(field))) {
    live = config.to_value();
  } else if (field.is_list()) {
    merge_list(live, config, field);
  } else if (field.shape() == schema::Shape::kMap) {
    for (const auto [name, value] : config.members()) {
      Value* old = live.find(name);
      old == nullptr ? void(live.set(name, value.to_value())) : merge_item(*old, value, field);
    }
  } else {
    merge_into(live, config, field.type());
  }
}

void remove_below(Value& value, const Node& gone, const FieldSet& kept, Field field);

void remove_items(Value& list, const FieldSet& gone, const FieldSet& kept, Field field) {
  TextArena arena;
  auto& items = list.items();
  for (size_t i = items.size(); i-- > 0;) {
    const Element element = item_element(items[i], field, arena);
    const Node* node = element.kind == 0 ? nullptr : find(gone, element);
    if (node == nullptr) continue;
    const Node* keep = find(kept, element);
    if (node->member && keep == nullptr)
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
    else
      remove_fields(items[i], node->children, keep == nullptr ? FieldSet() : keep->children, field.type());
  }
}

void remove_below(Value& value, const Node& gone, const FieldSet& kept, Field field) {
  if (gone.children.empty()) return;
  if (field && field.is_list() && value.is_array()) return remove_items(value, gone.children, kept, field);
  if (field && field.shape() == schema::Shape::kMap) {
    for (const Node& child : gone.children) {
      const Node* keep = find(kept, child.element);
      if (child.member && keep == nullptr) value.erase(child.element.text);
    }
    return;
  }
  remove_fields(value, gone.children, kept, field ? field.type() : Type());
}

/// `.spec`, `[name="web"]`, `[="a.b/c"]`.
std::string step_of(const Element& element) {
  if (element.kind == 'f') return fmt::format(".{}", element.text);
  if (element.kind == 'i') return fmt::format("[{}]", element.text);
  if (element.kind == 'v') return fmt::format("[={}]", element.text);
  std::vector<std::string> parts;
  if (const auto keys = object::parse_json(element.text))
    for (const auto [name, value] : View(*keys).members())
      parts.push_back(fmt::format("{}={}", name, object::to_json(value)));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

/// Of each level first what ends there, then what goes on.
void add_paths(const FieldSet& set, const std::string& prefix, std::vector<std::string>& out) {
  for (const Node& node : set)
    if (node.member) out.push_back(prefix + step_of(node.element));
  for (const Node& node : set)
    if (!node.children.empty()) add_paths(node.children, prefix + step_of(node.element), out);
}

}  // namespace

void merge_into(Value& live, View config, Type type) {
  for (const auto [name, value] : config.members()) {
    Value* old = live.find(name);
    if (old == nullptr)
      live.set(name, value.to_value());
    else
      merge_place(*old, value, type ? type.field(name) : Field());
  }
}

void remove_fields(Value& value, const FieldSet& gone, const FieldSet& kept, Type type) {
  if (!value.is_object()) return;
  for (const Node& node : gone) {
    Value* member = value.find(node.element.text);
    if (member == nullptr) continue;
    const Node* keep = find(kept, node.element);
    if (node.member && keep == nullptr)
      value.erase(node.element.text);
    else
      remove_below(*member, node, keep == nullptr ? FieldSet() : keep->children,
                   type ? type.field(node.element.text) : Field());
  }
}

std::vector<std::string> to_paths(const FieldSet& set) {
  std::vector<std::string> out;
  add_paths(set, "", out);
  return out;
}

}  // namespace proa::api::fields
