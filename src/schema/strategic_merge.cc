#include "schema/strategic_merge.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "object/json.h"

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

/// Upstream knows no reason for these: they are answered as 500.
Error wrong(std::string text) { return Error(Status{.code = 500, .reason = "", .message = std::move(text)}); }

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
  } else {
    object::write_json(value, out);
  }
}

bool is_directive(std::string_view name) {
  return name == kDirective || name == kRetainKeys || name.starts_with(kDeleteFromList) ||
         name.starts_with(kElementOrder);
}

/// What is taken from the patch as it stands must not keep directives and nulls.
Value plain(View patch) {
  if (patch.is_array()) {
    Value out = Value::array();
    for (View item : patch.items()) {
      if (item[kDirective].exists() && item.size() == 1) continue;
      if (item[kDirective].as_string() == "delete") continue;
      out.push_back(plain(item));
    }
    return out;
  }
  if (!patch.is_object()) return patch.to_value();
  Value out = Value::object();
  for (const auto& [name, value] : patch.members())
    if (!is_directive(name) && !value.is_null()) out.set(name, plain(value));
  return out;
}

/// How the items of one list merge.
struct ListRule {
  Type item;
  std::string_view merge_key;  // empty: a list of plain values
};

class Merger {
 public:
  Result<Value> merge_object(View original, View patch, Type type);

 private:
  Result<void> merge_member(Value& into, View original, View patch, std::string_view name, Type type);
  Result<Value> merge_list(View original, View patch, View order, const ListRule& rule);
  Result<Items> merge_named(View original, View patch, const ListRule& rule, bool& replaced);
};

/// Same item? Named items by merge key, plain values by value.
bool same(View a, View b, std::string_view merge_key) {
  return merge_key.empty() ? a == b : a[merge_key].exists() && a[merge_key] == b[merge_key];
}

long index_of(View list, View item, std::string_view merge_key) {
  long index = 0;
  for (View other : list.items()) {
    if (same(other, item, merge_key)) return index;
    ++index;
  }
  return -1;
}

void sort_like(std::vector<Value>& items, View order, std::string_view merge_key) {
  std::stable_sort(items.begin(), items.end(), [&](const Value& a, const Value& b) {
    const long ia = index_of(order, a, merge_key);
    const long ib = index_of(order, b, merge_key);
    return ia >= 0 && ib >= 0 && ia < ib;
  });
}

/// Items that the patch names come in the patch's order, the others keep the server's; between the two the server's
/// order decides where both are known to it.
Value in_order(Items merged, View order, View original, std::string_view merge_key) {
  Items named, others;
  for (Value& item : merged) (index_of(order, item, merge_key) >= 0 ? named : others).push_back(std::move(item));
  sort_like(named, order, merge_key);
  sort_like(others, original, merge_key);
  Value out = Value::array();
  size_t i = 0, j = 0;
  while (i < others.size() || j < named.size()) {
    bool other_first = j >= named.size();
    if (!other_first && i < others.size()) {
      const long a = index_of(original, others[i], merge_key);
      const long b = index_of(original, named[j], merge_key);
      other_first = a >= 0 && b >= 0 && a < b;
    }
    out.push_back(std::move(other_first ? others[i++] : named[j++]));
  }
  return out;
}

/// One list holds values of one type only, on both sides.
Result<void> check_items(View original, View patch) {
  std::string_view seen;
  for (const View list : {original, patch})
    for (const View item : list.items()) {
      if (item.is_array()) return wrong("lists of lists are not supported");
      if (!seen.empty() && go_type(item) != seen)
        return wrong(fmt::format("list element types are not identical: [{} {}]", go_value(original), go_value(patch)));
      seen = go_type(item);
    }
  return {};
}

/// What a patch changes must stand in its own order, which `order` tells for the whole list.
Result<void> check_order(View patch, View order, std::string_view merge_key) {
  size_t at = 0;
  for (const View item : patch.items()) {
    if (!merge_key.empty() && item[kDirective].as_string() == "delete") continue;
    while (at < order.size() && !same(order.at(at), item, merge_key)) ++at;
    if (at++ >= order.size())
      return wrong(fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                               go_value(patch), go_value(order)));
  }
  return {};
}

/// Every `$setElementOrder/NAME` is a list, is about a member of the type, and agrees with the patch of that member.
Result<void> check_orders(View patch, Type type) {
  for (const auto& [directive, order] : patch.members()) {
    if (!directive.starts_with(kElementOrder)) continue;
    const std::string_view name = directive.substr(kElementOrder.size());
    if (!order.is_array()) return wrong(fmt::format("expected a []interface {{}}, but received a {}", go_type(order)));
    const Field field = type ? type.field(name) : Field();
    if (type && !field) {
      const std::string_view model = type.model();
      return wrong(fmt::format("unable to find api field in struct {} for the json field \"{}\"",
                               model.substr(model.rfind('.') + 1), name));
    }
    if (auto ok = check_order(patch[name], order, field ? field.patch_merge_key() : ""); !ok) return ok;
  }
  return {};
}

Result<Items> Merger::merge_named(View original, View patch, const ListRule& rule, bool& replaced) {
  Items merged;
  for (View item : original.items()) merged.push_back(item.to_value());
  for (View item : patch.items()) {
    const std::string_view directive = item[kDirective].as_string();
    if (directive == "replace") {
      replaced = true;
      continue;
    }
    if (!item[rule.merge_key].exists())
      return wrong(fmt::format("map: {} does not contain declared merge key: {}", go_value(item), rule.merge_key));
    const auto at =
        std::find_if(merged.begin(), merged.end(), [&](const Value& old) { return same(old, item, rule.merge_key); });
    if (directive == "delete") {
      std::erase_if(merged, [&](const Value& old) { return same(old, item, rule.merge_key); });
    } else if (at == merged.end()) {
      merged.push_back(plain(item));
    } else {
      auto one = merge_object(*at, item, rule.item);
      if (!one) return Error(one.error());
      *at = std::move(*one);
    }
  }
  return merged;
}

Result<Value> Merger::merge_list(View original, View patch, View order, const ListRule& rule) {
  if (rule.merge_key.empty()) {
    Items merged;
    for (View item : original.items()) merged.push_back(item.to_value());
    for (View item : patch.items())
      if (std::none_of(merged.begin(), merged.end(), [&](const Value& old) { return View(old) == item; }))
        merged.push_back(item.to_value());
    return in_order(std::move(merged), order.exists() ? order : patch, original, "");
  }
  if (auto ok = check_items(original, patch); !ok) return Error(ok.error());
  bool replaced = false;
  auto merged = merge_named(original, patch, rule, replaced);
  if (!merged) return Error(merged.error());
  if (replaced) return plain(patch);
  return in_order(std::move(*merged), order.exists() ? order : patch, original, rule.merge_key);
}

Result<void> Merger::merge_member(Value& into, View original, View patch, std::string_view name, Type type) {
  const View value = patch[name];
  if (value.is_null()) {
    into.erase(name);
    return {};
  }
  const View old = original[name];
  if (!old.exists() || old.is_null() || old.kind() != value.kind()) {
    into.set(name, plain(value));
    return {};
  }
  const Field field = type ? type.field(name) : Field();
  if (value.is_object()) {
    auto merged = merge_object(old, value, field ? field.type() : Type());
    if (!merged) return Error(merged.error());
    into.set(name, std::move(*merged));
    return {};
  }
  if (value.is_array() && field && field.merges()) {
    const View order = patch[std::string(kElementOrder) + std::string(name)];
    auto merged = merge_list(old, value, order, {field.type(), field.patch_merge_key()});
    if (!merged) return Error(merged.error());
    into.set(name, std::move(*merged));
    return {};
  }
  into.set(name, plain(value));
  return {};
}

/// `$deleteFromPrimitiveList/NAME` and `$setElementOrder/NAME` where the patch does not touch NAME itself.
void apply_list_directives(Value& into, View patch, Type type) {
  for (const auto& [directive, value] : patch.members()) {
    if (directive.starts_with(kDeleteFromList)) {
      Value* list = into.find(directive.substr(kDeleteFromList.size()));
      if (list == nullptr || !list->is_array()) continue;
      std::erase_if(list->items(), [&](const Value& item) { return index_of(value, item, "") >= 0; });
    } else if (directive.starts_with(kElementOrder)) {
      const std::string_view name = directive.substr(kElementOrder.size());
      Value* list = into.find(name);
      if (list == nullptr || !list->is_array() || patch[name].exists()) continue;
      const Field field = type ? type.field(name) : Field();
      const std::string_view merge_key = field ? field.patch_merge_key() : "";
      const Value original = *list;
      *list = in_order(std::move(list->items()), value, original, merge_key);
    }
  }
}

/// Takes away what `$retainKeys` does not list.
Result<void> retain_keys(Value& into, View patch) {
  const View keys = patch[kRetainKeys];
  if (!keys.exists()) return {};
  const auto refused = [] { return Error(base::bad_request("invalid patch format of retainKeys")); };
  if (!keys.is_array()) return refused();
  const auto listed = [&](std::string_view name) {
    for (View key : keys.items())
      if (key.as_string() == name) return true;
    return false;
  };
  for (const auto& [name, value] : patch.members())
    if (!is_directive(name) && !value.is_null() && !listed(name)) return refused();
  std::erase_if(into.members(), [&](const auto& member) { return !listed(member.name.text()); });
  return {};
}

Result<Value> Merger::merge_object(View original, View patch, Type type) {
  if (const View directive = patch[kDirective]; directive.exists()) {
    const std::string_view what = directive.as_string();
    if (what == "replace") return plain(patch);
    if (what == "delete") return Value::object();
    return wrong(fmt::format("unknown patch type: {} in map: {}", what, go_value(patch)));
  }
  Value into = original.is_object() ? original.to_value() : Value::object();
  if (auto kept = retain_keys(into, patch); !kept) return Error(kept.error());
  if (auto ok = check_orders(patch, type); !ok) return Error(ok.error());
  const Value base = into;
  for (const auto& [name, value] : patch.members()) {
    if (is_directive(name)) continue;
    if (auto merged = merge_member(into, base, patch, name, type); !merged) return Error(merged.error());
  }
  apply_list_directives(into, patch, type);
  return into;
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

Result<Value> strategic_merge(View original, View patch, Type type) {
  if (!patch.is_object())
    return Error(base::bad_request(
        fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", json_type(patch))));
  return Merger().merge_object(original, patch, type);
}

}  // namespace proa::schema
