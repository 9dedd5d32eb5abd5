#include "schema/strategic_merge.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schema/strategic_order.h"

namespace proa::schema {
namespace {

using object::Kind;
using object::Value;
using object::View;
using Items = Value::Array;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
constexpr std::string_view kElementOrder = "$setElementOrder/";
constexpr std::string_view kList = "[]interface {}";

/// What the schema says of a member that both sides have. Without a schema: objects merge, lists are replaced.
struct Rule {
  Type type;
  std::string_view merge_key;
  bool merges = false;
  bool replaces = false;
};

Result<Rule> rule_of(Type type, std::string_view name) {
  if (!type || type.form() != Form::kStruct) return Rule{};
  const Field field = type.field(name);
  if (!field) {
    const std::string_view model = type.model();
    return merge_error(fmt::format("unable to find api field in struct {} for the json field \"{}\"",
                                   model.substr(model.rfind('.') + 1), name));
  }
  // Of a map of structs upstream knows no more.
  return Rule{field.is_map() ? Type() : field.type(), field.patch_merge_key(), field.merges(),
              field.has(Field::kReplace)};
}

/// As Rule, of a member that the patch takes for a list.
Result<Rule> rule_of_list(Type type, std::string_view name) {
  auto rule = rule_of(type, name);
  if (!rule || !type || type.form() != Form::kStruct || type.field(name).is_list()) return rule;
  return merge_error("expected slice or array type, but got: struct");
}

void discard_nulls(Value& value) {
  if (value.is_object()) {
    std::erase_if(value.members(), [](const auto& member) { return member.value.is_null(); });
    for (auto& member : value.members()) discard_nulls(member.value);
  } else if (value.is_array()) {
    for (Value& item : value.items()) discard_nulls(item);
  }
}

/// False: the value is an object with a directive, and goes as a whole. Other directives stay, as upstream has it.
bool remove_directives(Value& value) {
  if (value.is_object()) {
    if (value.find(kDirective) != nullptr) return false;
    std::erase_if(value.members(), [](auto& member) { return !remove_directives(member.value); });
  } else if (value.is_array()) {
    std::erase_if(value.items(), [](Value& item) { return !remove_directives(item); });
  }
  return true;
}

/// Takes a member from the patch where there is nothing to merge it with.
void take(Value& into, std::string_view name, Value value) {
  discard_nulls(value);
  if (remove_directives(value))
    into.set(name, std::move(value));
  else
    into.erase(name);
}

bool listed(View list, View item) {
  for (const View other : list.items()) {
    if (other == item) return true;
  }
  return false;
}

/// %s of what should be a text.
std::string directive_text(View directive) {
  if (directive.is_string()) return directive.str();
  if (directive.is_null()) return "%!s(<nil>)";
  return directive.is_object() || directive.is_array()
             ? go_value(directive)
             : fmt::format("%!s({}={})", go_type(directive), go_value(directive));
}

Result<Value> by_directive(Value patch) {
  const Value& what = *patch.find(kDirective);
  if (View(what).as_string() == "delete") return Value::object();
  if (View(what).as_string() != "replace")
    return merge_error(fmt::format("unknown patch type: {} in map: {}", directive_text(what), go_value(patch)));
  patch.erase(kDirective);
  return patch;
}

/// Takes away what `$retainKeys` does not list.
Result<void> retain_keys(Value& into, Value& patch) {
  if (patch.find(kRetainKeys) == nullptr) return {};
  const Value keys = *patch.find(kRetainKeys);
  patch.erase(kRetainKeys);
  if (!keys.is_array()) return Error(base::bad_request("invalid patch format of retainKeys"));
  for (const auto& [name, value] : View(patch).members()) {
    if (value.is_null() || name.starts_with(kDeleteFromList) || name.starts_with(kElementOrder)) continue;
    if (!listed(keys, Value(name))) return Error(base::bad_request("invalid patch format of retainKeys"));
  }
  std::erase_if(into.members(), [&](const auto& member) { return !listed(keys, Value(member.name.text())); });
  return {};
}

Result<Value> merge_object(Value into, Value patch, Type type);

/// The patch of a list of named items without its directives, which are done to `original`.
Result<void> apply_item_directives(Items& original, Items& patch, std::string_view merge_key) {
  bool replace = false;
  Items rest;
  for (Value& item : patch) {
    const Value* directive = item.find(kDirective);
    const std::string_view what = directive != nullptr ? View(*directive).as_string() : "";
    if (directive == nullptr) {
      rest.push_back(std::move(item));
    } else if (what == "delete") {
      if (!View(item).has(merge_key)) return no_merge_key(item, merge_key);
      std::erase_if(original, [&](const Value& old) { return same_item(old, item, merge_key); });
    } else if (what == "replace") {
      replace = true;
    } else if (what == "merge") {
      return merge_error("merging lists cannot yet be specified in the patch");
    } else {
      return merge_error(fmt::format("unknown patch type: {} in map: {}", directive_text(*directive), go_value(item)));
    }
  }
  if (replace) original = std::exchange(rest, {});
  patch = std::move(rest);
  return {};
}

/// Items of the patch go into those of the same name, or behind all others.
Result<Items> merge_items(Items merged, const Items& patch, const Rule& rule) {
  for (const Value& item : patch) {
    if (!View(item).has(rule.merge_key)) return no_merge_key(item, rule.merge_key);
    const auto at =
        std::ranges::find_if(merged, [&](const Value& old) { return same_item(old, item, rule.merge_key); });
    if (at == merged.end()) {
      merged.push_back(item);
      continue;
    }
    auto one = merge_object(std::move(*at), item, rule.type);
    if (!one) return Error(one.error());
    *at = std::move(*one);
  }
  return merged;
}

/// Plain values: a set, in which the first of equals stays.
Items united(const Items& original, const Items& patch) {
  Items merged;
  for (const Items* list : {&original, &patch}) {
    for (const Value& item : *list) {
      if (std::ranges::none_of(merged, [&](const Value& old) { return View(old) == item; })) merged.push_back(item);
    }
  }
  return merged;
}

Result<Value> merge_list(Value original, Value patch, const Rule& rule) {
  if (!rule.merges) return patch;
  if (original.items().empty() && patch.items().empty()) return original;
  if (auto ok = check_items(original, patch); !ok) return Error(ok.error());
  const bool named = (original.items().empty() ? patch : original).items()[0].is_object();
  if (!named) {
    Items merged = united(original.items(), patch.items());
    return in_order(std::move(merged), patch, original, rule.merge_key);
  }
  if (rule.merge_key.empty()) return merge_error("cannot merge lists without merge key for struct");
  if (auto ok = apply_item_directives(original.items(), patch.items(), rule.merge_key); !ok) return Error(ok.error());
  auto merged = merge_items(original.items(), patch.items(), rule);
  if (!merged) return Error(merged.error());
  return in_order(std::move(*merged), patch, original, rule.merge_key);
}

/// Merges a list together with its `$setElementOrder`, and takes it from the patch.
Result<void> merge_ordered(Value& into, Value& patch, std::string_view name, const Value& order, Type type) {
  if (!order.is_array()) return wrong_kind_of_argument(kList, order);
  Value* const old = into.find(name);
  Value* const change = patch.find(name);
  for (const Value* side : {old, change}) {
    if (side != nullptr && !side->is_array()) return wrong_kind_of_argument(kList, *side);
  }
  const auto rule = rule_of_list(type, name);
  if (!rule) return Error(rule.error());
  if (change != nullptr) {
    if (auto ok = check_order(*change, order, rule->merge_key); !ok) return ok;
  }
  if (old == nullptr && change == nullptr) return {};
  const Value original = old != nullptr ? *old : Value::array(), changed = change != nullptr ? *change : Value::array();
  Result<Value> merged = original;
  if (old == nullptr) {
    merged = changed;
    remove_directives(*merged);
  } else if (change != nullptr) {
    merged = merge_list(original, changed, *rule);
  }
  if (!merged) return Error(merged.error());
  if (auto ok = check_items(original, changed); !ok) return ok;
  auto sorted = in_order(std::move(merged->items()), order, original, rule->merge_key);
  if (!sorted) return Error(sorted.error());
  into.set(name, std::move(*sorted));
  patch.erase(name);
  return {};
}

Result<void> merge_ordered_lists(Value& into, Value& patch, Type type) {
  std::vector<std::pair<std::string, Value>> orders;
  for (const auto& member : patch.members()) {
    if (member.name.text().starts_with(kElementOrder)) orders.emplace_back(member.name.text(), member.value);
  }
  for (const auto& [directive, order] : orders) {
    patch.erase(directive);
    const std::string_view name = std::string_view(directive).substr(kElementOrder.size());
    if (auto ok = merge_ordered(into, patch, name, order, type); !ok) return ok;
  }
  return {};
}

/// `$deleteFromPrimitiveList/NAME`. An item that is deleted and added again may stand on both lists.
Result<void> delete_from_list(Value& into, std::string_view name, const Value& gone, Type type) {
  Value* list = into.find(name);
  if (gone.is_null()) {
    into.erase(name);
    return {};
  }
  if (list == nullptr || !list->is_array() || !gone.is_array()) return {};
  if (const auto rule = rule_of_list(type, name); !rule) return Error(rule.error());
  if (list->items().empty() && gone.items().empty()) return {};
  if (auto ok = check_items(*list, gone); !ok) return ok;
  std::erase_if(list->items(), [&](const Value& item) { return listed(gone, item); });
  return {};
}

Result<void> merge_member(Value& into, std::string_view name, Value value, Type type) {
  Value* const old = into.find(name);
  if (value.is_null()) {
    into.erase(name);
    return {};
  }
  const bool both = old != nullptr && old->kind() == value.kind();
  if (!both || (!value.is_object() && !value.is_array())) {
    take(into, name, std::move(value));
    return {};
  }
  const auto rule = value.is_array() ? rule_of_list(type, name) : rule_of(type, name);
  if (!rule) return Error(rule.error());
  Result<Value> merged = Value();
  if (value.is_array()) {
    merged = merge_list(*old, std::move(value), *rule);
  } else if (rule->replaces) {
    merged = std::move(value);
  } else {
    merged = merge_object(*old, std::move(value), rule->type);
  }
  if (!merged) return Error(merged.error());
  into.set(name, std::move(*merged));
  return {};
}

Result<Value> merge_object(Value into, Value patch, Type type) {
  if (patch.find(kDirective) != nullptr) return by_directive(std::move(patch));
  if (auto kept = retain_keys(into, patch); !kept) return Error(kept.error());
  if (auto ok = merge_ordered_lists(into, patch, type); !ok) return Error(ok.error());
  for (auto& member : patch.members()) {
    const std::string_view name = member.name.text();
    auto ok = name.starts_with(kDeleteFromList)
                  ? delete_from_list(into, name.substr(kDeleteFromList.size()), member.value, type)
                  : merge_member(into, name, std::move(member.value), type);
    if (!ok) return Error(ok.error());
  }
  return into;
}

}  // namespace

Result<Value> strategic_merge(View original, View patch, Type type) {
  if (!patch.is_object())
    return Error(base::bad_request(
        fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", json_type(patch))));
  Value into = original.is_object() ? original.to_value() : Value::object();
  return merge_object(std::move(into), patch.to_value(), type);
}

}  // namespace proa::schema
