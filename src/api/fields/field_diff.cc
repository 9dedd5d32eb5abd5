#include "api/fields/field_diff.h"

#include <string>

#include "object/json.h"

namespace proa::api::fields {
namespace {

using object::View;
using schema::Field;
using schema::Form;
using schema::ListType;
using schema::Type;

/// What one place adds to the sets of its parent.
struct Place {
  bool changed = false, removed = false;
  FieldSet changed_below, removed_below;
};

bool is_hollow(View value) { return !value.exists() || value.is_null() || value.empty(); }

class Differ {
 public:
  explicit Differ(TextArena& arena) : arena_(arena) {}

  void members(View before, View after, Type type, bool is_metadata, Place& place) {
    if (is_hollow(before)) place.changed_below.reserve(after.size());
    for (const auto [name, value] : after.members()) {
      if (is_metadata && name == "managedFields") continue;
      step({'f', name}, before[name], value, type.field(name), place);
    }
    for (const auto [name, value] : before.members()) {
      if (is_metadata && name == "managedFields") continue;
      if (!after.has(name)) step({'f', name}, value, View(), type.field(name), place);
    }
    finish(place);
  }

 private:
  void step(Element element, View before, View after, Field field, Place& parent) {
    Place place;
    if (!field)
      leaf(before, after, place);
    else
      value(before, after, field, place);
    if (place.changed || !place.changed_below.empty())
      parent.changed_below.push_back({element, place.changed, std::move(place.changed_below)});
    if (place.removed || !place.removed_below.empty())
      parent.removed_below.push_back({element, place.removed, std::move(place.removed_below)});
  }

  static void finish(Place& place) {
    sort_level(place.changed_below);
    sort_level(place.removed_below);
  }

  static void leaf(View before, View after, Place& place) {
    if (!before.exists())
      place.changed = after.exists();
    else if (!after.exists())
      place.removed = true;
    else if (!(before == after))
      place.changed = true;
  }

  void value(View before, View after, Field field, Place& place) {
    const bool hollow = is_hollow(before) && is_hollow(after);
    if (hollow || !(is_associative(field) || is_granular(field))) return leaf(before, after, place);
    if (field.is_list()) {
      list(before, after, field, place);
    } else if (field.shape() == schema::Shape::kMap) {
      map(before, after, field, place);
    } else {
      members(before, after, field.type(), field.type().name() == "ObjectMeta", place);
    }
    if (!before.exists()) place.changed = true;
    if (!after.exists()) place.removed = true;
  }

  /// An item of a list or a value of a map: what the field is, less the list or map around it.
  void item(Element element, View before, View after, Field field, Place& parent) {
    Place place;
    const Type type = field.type();
    const bool hollow = is_hollow(before) && is_hollow(after);
    if (!type || type.form() != Form::kStruct || type.is_atomic() || hollow) {
      leaf(before, after, place);
    } else {
      members(before, after, type, false, place);
      if (!before.exists()) place.changed = true;
      if (!after.exists()) place.removed = true;
    }
    if (place.changed || !place.changed_below.empty())
      parent.changed_below.push_back({element, place.changed, std::move(place.changed_below)});
    if (place.removed || !place.removed_below.empty())
      parent.removed_below.push_back({element, place.removed, std::move(place.removed_below)});
  }

  void map(View before, View after, Field field, Place& place) {
    if (is_hollow(before)) place.changed_below.reserve(after.size());
    for (const auto [name, value] : after.members()) item({'f', name}, before[name], value, field, place);
    for (const auto [name, value] : before.members())
      if (!after.has(name)) item({'f', name}, value, View(), field, place);
    finish(place);
  }

  struct Item {
    Element element;
    View value;
    bool met = false;
  };

  void list(View before, View after, Field field, Place& place) {
    if (is_hollow(before)) place.changed_below.reserve(after.size());
    std::vector<Item> old;
    old.reserve(before.size());
    for (const View value : before.items()) {
      const Element element = item_element(value, field, arena_);
      if (element.kind != 0) old.push_back({element, value});
    }
    size_t guess = 0;  // lists mostly keep their order
    for (const View value : after.items()) {
      const Element element = item_element(value, field, arena_);
      if (element.kind == 0) continue;
      Item* match = find_item(old, element, guess++);
      item(element, match == nullptr ? View() : match->value, value, field, place);
    }
    for (const Item& gone : old)
      if (!gone.met) item(gone.element, gone.value, View(), field, place);
    finish(place);
  }

  static Item* find_item(std::vector<Item>& items, const Element& element, size_t guess) {
    for (size_t i = 0; i < items.size(); ++i) {
      Item& candidate = items[(guess + i) % items.size()];
      if (candidate.met || candidate.element.text != element.text) continue;
      candidate.met = true;
      return &candidate;
    }
    return nullptr;
  }

  TextArena& arena_;
};

class SetMaker {
 public:
  explicit SetMaker(TextArena& arena) : arena_(arena) {}

  void members(View value, Type type, FieldSet& out) {
    for (const auto [name, member] : value.members()) {
      const Field field = type.field(name);
      Node node{{'f', name}, false, {}};
      if (field) place(member, field, node);
      if (!field || member.is_null() || (member.is_object() && member.empty())) node.member = true;
      if (node.member || !node.children.empty()) out.push_back(std::move(node));
    }
    sort_level(out);
  }

 private:
  void place(View value, Field field, Node& node) {
    if (!(is_associative(field) || is_granular(field))) {
      node.member = true;
    } else if (field.is_list()) {
      for (const View entry : value.items()) {
        const Element element = item_element(entry, field, arena_);
        if (element.kind == 0) continue;
        Node child{element, true, {}};
        below(entry, field, child);
        node.children.push_back(std::move(child));
      }
      sort_level(node.children);
    } else if (field.shape() == schema::Shape::kMap) {
      for (const auto [name, entry] : value.members()) {
        Node child{{'f', name}, true, {}};
        below(entry, field, child);
        node.children.push_back(std::move(child));
      }
      sort_level(node.children);
    } else {
      members(value, field.type(), node.children);
    }
  }

  void below(View value, Field field, Node& node) {
    const Type type = field.type();
    if (type && type.form() == Form::kStruct && !type.is_atomic()) members(value, type, node.children);
  }

  TextArena& arena_;
};

}  // namespace

bool is_associative(Field field) {
  return field.is_list() &&
         (field.list_type() == ListType::kSet || (field.list_type() == ListType::kMap && field.list_key_count() > 0));
}

bool is_granular(Field field) {
  if (field.is_list() || field.is_atomic()) return false;
  if (field.shape() == schema::Shape::kMap) return true;
  const Type type = field.type();
  return type && type.form() == Form::kStruct && !type.is_atomic();
}

Element item_element(View value, Field list, TextArena& arena) {
  if (list.list_type() == ListType::kSet) return {'v', arena.keep(object::to_json(value))};
  std::string text = "{";
  bool any = false;
  for (size_t i = 0; i < list.list_key_count(); ++i) {
    const std::string_view key = list.list_key(i);
    const View part = value[key];
    if (text.size() > 1) text += ',';
    const size_t start = text.size();
    object::write_json_string(key, text);
    text += ':';
    if (part.exists()) {
      object::write_json(part, text);
      any = true;
    } else if (const Field field = list.type().field(key); field && !field.openapi_default().empty()) {
      text += field.openapi_default();
    } else {
      text.resize(start);
      if (text.back() == ',') text.pop_back();
    }
  }
  text += '}';
  if (!any) return {0, {}};
  return {'k', arena.keep(std::move(text))};
}

Diff diff(View before, View after, Type type, TextArena& arena) {
  Place place;
  Differ(arena).members(before, after, type, false, place);
  return {std::move(place.changed_below), std::move(place.removed_below)};
}

FieldSet to_field_set(View value, Type type, TextArena& arena) {
  FieldSet set;
  SetMaker(arena).members(value, type, set);
  return set;
}

}  // namespace proa::api::fields
