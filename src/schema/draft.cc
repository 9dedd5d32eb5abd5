#include "schema/draft.h"

#include <cassert>

namespace proa::schema {

using object::Value;
using object::View;

namespace {

/// Cuts the first step off a dotted path.
std::string_view take_step(std::string_view& path) {
  const size_t dot = path.find('.');
  const std::string_view step = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  return step;
}

}  // namespace

Value& set_in_order(Value& object, Type type, Field field, Value value) {
  auto& members = object.members();
  auto at = members.begin();
  for (; at != members.end(); ++at) {
    const Field other = type.field(object::Key(at->name.text(), at->name.hash()));
    if (!other || other.rec() < field.rec()) continue;
    if (other.rec() == field.rec()) {
      at->value = std::move(value);
      return at->value;
    }
    break;
  }
  return members.insert(at, Value::Member{object::Name(field.key()), std::move(value)})->value;
}

Value* find_path(Value& object, std::string_view path) {
  Value* at = &object;
  while (!path.empty() && at != nullptr) at = at->find(take_step(path));
  return at == nullptr || at->is_null() ? nullptr : at;
}

View view_path(View object, std::string_view path) {
  while (!path.empty() && object.exists()) object = object[take_step(path)];
  return object;
}

Value& make_path(Value& object, Type type, std::string_view path) {
  Value* at = &object;
  while (!path.empty()) {
    const Field f = type.field(take_step(path));
    assert(f);
    if (!at->is_object()) *at = Value::object();
    Value* next = at->find(f.key());
    at = next ? next : &set_in_order(*at, type, f, nullptr);
    type = f.type();
  }
  return *at;
}

}  // namespace proa::schema
