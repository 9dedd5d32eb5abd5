#include "cli/kubectl/three_way_patch.h"

#include <algorithm>
#include <string>
#include <vector>

namespace proa::cli::kubectl {
namespace {

using object::Kind;
using object::Value;
using object::View;
using schema::Field;
using schema::Type;

constexpr std::string_view kDirective = "$patch";

/// Numbers are one kind, whether they have a fraction or not.
Kind kind_of(View value) {
  const Kind kind = value.kind();
  return kind == Kind::kDouble ? Kind::kInt : kind;
}

void sort_members(Value& value) {
  if (value.is_array())
    for (Value& item : value.items()) sort_members(item);
  if (!value.is_object()) return;
  auto& members = value.members();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.name.text() < b.name.text(); });
  for (auto& member : members) sort_members(member.value);
}

View item_with(View list, std::string_view key, View wanted) {
  for (View item : list.items())
    if (item[key].exists() && item[key] == wanted) return item;
  return {};
}

bool has_item(View list, View wanted) {
  for (View item : list.items())
    if (item == wanted) return true;
  return false;
}

/// Has `from` a member that `other` lacks?
bool has_more(View from, View other) {
  for (auto [name, value] : from.members())
    if (!value.is_null() && !other[name].exists()) return true;
  return false;
}

bool same_order(View a, View b, std::string_view key) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!(a.at(i)[key] == b.at(i)[key])) return false;
  return true;
}

/// What changed against `current`, and what is missing against `original`.
struct States {
  View original, modified, current;
};

class Differ {
 public:
  /// `retain`: the patch lists the members that are to stay.
  Value diff_object(const States& s, Type type, bool retain) const;

 private:
  void diff_member(Value& patch, const States& s, std::string_view name, Type type) const;
  void diff_list(Value& patch, const States& s, std::string_view name, Field field) const;
  void diff_named_list(Value& patch, const States& s, std::string_view name, Field field) const;
  void diff_plain_list(Value& patch, const States& s, std::string_view name) const;
};

void Differ::diff_named_list(Value& patch, const States& s, std::string_view name, Field field) const {
  const std::string_view key = field.patch_merge_key();
  const bool retain = field.retains_keys();
  Value changes = Value::array();
  bool reorder = false;
  for (View wanted : s.modified.items()) {
    const View live = item_with(s.current, key, wanted[key]);
    if (!live.exists()) {
      changes.push_back(wanted.to_value());
      continue;
    }
    Value change = diff_object({item_with(s.original, key, wanted[key]), wanted, live}, field.type(), retain);
    if (change.members().empty()) continue;
    change.set(key, wanted[key].to_value());
    changes.push_back(std::move(change));
  }
  const bool live_empty = s.current.empty();
  reorder = !live_empty && (!changes.items().empty() || !same_order(s.current, s.modified, key));
  for (View gone : s.original.items()) {
    if (item_with(s.modified, key, gone[key]).exists()) continue;
    changes.push_back(Value::object({{kDirective, "delete"}, {key, gone[key].to_value()}}));
    reorder = true;
  }
  if (!changes.items().empty()) patch.set(name, std::move(changes));
  if (!reorder) return;
  Value order = Value::array();
  for (View item : s.modified.items()) order.push_back(Value::object({{key, item[key].to_value()}}));
  patch.set("$setElementOrder/" + std::string(name), std::move(order));
}

void Differ::diff_plain_list(Value& patch, const States& s, std::string_view name) const {
  Value added = Value::array(), gone = Value::array();
  for (View item : s.modified.items())
    if (!has_item(s.current, item)) added.push_back(item.to_value());
  for (View item : s.original.items())
    if (!has_item(s.modified, item)) gone.push_back(item.to_value());
  const bool reorder = !gone.items().empty() || (!s.current.empty() && !(s.current == s.modified));
  if (!added.items().empty()) patch.set(name, std::move(added));
  if (!gone.items().empty()) patch.set("$deleteFromPrimitiveList/" + std::string(name), std::move(gone));
  if (reorder) patch.set("$setElementOrder/" + std::string(name), s.modified.to_value());
}

void Differ::diff_list(Value& patch, const States& s, std::string_view name, Field field) const {
  if (!field || !field.merges()) {
    if (!(s.current == s.modified)) patch.set(name, s.modified.to_value());
    return;
  }
  if (field.patch_merge_key().empty())
    diff_plain_list(patch, s, name);
  else
    diff_named_list(patch, s, name, field);
}

void Differ::diff_member(Value& patch, const States& s, std::string_view name, Type type) const {
  const View wanted = s.modified[name], live = s.current[name];
  if (!live.exists() || kind_of(live) != kind_of(wanted)) {
    patch.set(name, wanted.to_value());
    return;
  }
  View before = s.original[name];
  if (before.kind() != wanted.kind()) before = View();
  const Field field = type ? type.field(name) : Field();
  if (wanted.is_object()) {
    Value inner = diff_object({before, wanted, live}, field && !field.is_map() ? field.type() : Type(),
                              field && field.retains_keys());
    if (!inner.members().empty()) patch.set(name, std::move(inner));
  } else if (wanted.is_array()) {
    diff_list(patch, {before, wanted, live}, name, field);
  } else if (!(live == wanted)) {
    patch.set(name, wanted.to_value());
  }
}

Value Differ::diff_object(const States& s, Type type, bool retain) const {
  Value patch = Value::object();
  for (auto [name, value] : s.modified.members()) diff_member(patch, s, name, type);
  for (auto [name, value] : s.original.members())
    if (!s.modified[name].exists()) patch.set(name, nullptr);
  if (!retain) return patch;
  std::vector<std::string> kept;
  for (auto [name, value] : s.modified.members())
    if (!value.is_null()) kept.emplace_back(name);
  std::sort(kept.begin(), kept.end());
  const bool due = !patch.members().empty() || has_more(s.current, s.modified) || has_more(s.original, s.modified);
  if (!kept.empty() && due) {
    Value list = Value::array();
    for (auto& name : kept) list.push_back(std::move(name));
    patch.set("$retainKeys", std::move(list));
  }
  return patch;
}

/// Members that are null go: a JSON merge patch would delete them.
void drop_nulls(Value& value) {
  if (!value.is_object()) return;
  std::erase_if(value.members(), [](const auto& member) { return member.value.is_null(); });
  for (auto& member : value.members()) drop_nulls(member.value);
}

Value merge_diff(const States& s) {
  Value patch = Value::object();
  for (auto [name, wanted] : s.modified.members()) {
    const View live = s.current[name];
    if (wanted.is_null()) continue;
    if (wanted.is_object() && live.is_object()) {
      Value inner = merge_diff({s.original[name], wanted, live});
      if (!inner.members().empty()) patch.set(name, std::move(inner));
    } else if (!live.exists() || !(live == wanted)) {
      Value value = wanted.to_value();
      drop_nulls(value);
      patch.set(name, std::move(value));
    }
  }
  for (auto [name, value] : s.original.members())
    if (!s.modified[name].exists()) patch.set(name, nullptr);
  return patch;
}

}  // namespace

Value three_way_patch(View original, View modified, View current, Type type) {
  Value patch = Differ().diff_object({original, modified, current}, type, false);
  sort_members(patch);
  return patch;
}

Value two_way_patch(View before, View after, Type type) { return three_way_patch(before, after, before, type); }

Value three_way_merge_patch(View original, View modified, View current) {
  Value patch = merge_diff({original, modified, current});
  sort_members(patch);
  return patch;
}

Value two_way_merge_patch(View before, View after) { return three_way_merge_patch(before, after, before); }

}  // namespace proa::cli::kubectl
