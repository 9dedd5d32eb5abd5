#include "object/value.h"

#include <cstdlib>

namespace proa::object {

Value::Value(Array items) : data_(std::move(items)) {}
Value::Value(Object members) : data_(std::move(members)) {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Value& Value::operator=(const Value& other) {
  // By way of a copy: `other` may lie inside the tree that is replaced.
  Value copy(other);
  data_ = std::move(copy.data_);
  return *this;
}

Value Value::object() { return Value(Object{}); }

Value Value::object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Object made;
  made.reserve(members.size());
  for (const auto& [name, value] : members) made.push_back({Name(Key(name)), value});
  return Value(std::move(made));
}

Value Value::array() { return Value(Array{}); }
Value Value::array(std::initializer_list<Value> items) { return Value(Array(items)); }

Kind Value::kind() const {
  constexpr Kind kKinds[] = {Kind::kNull,   Kind::kBool, Kind::kInt,   Kind::kDouble,
                             Kind::kString, Kind::kRaw,  Kind::kArray, Kind::kObject};
  return kKinds[data_.index()];
}

Value& Value::operator[](Key name) {
  if (!is_object()) data_.emplace<Object>();
  if (Value* found = find(name)) return *found;
  Object& all = std::get<Object>(data_);
  all.push_back({Name(name), Value()});
  return all.back().value;
}

const Value* Value::find(Key name) const {
  const auto* all = std::get_if<Object>(&data_);
  if (all == nullptr) return nullptr;
  for (const Member& member : *all) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Value* Value::find(Key name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

Value& Value::set(Key name, Value value) {
  Value& place = (*this)[name];
  place = std::move(value);
  return place;
}

bool Value::erase(Key name) {
  auto* all = std::get_if<Object>(&data_);
  if (all == nullptr) return false;
  for (auto at = all->begin(); at != all->end(); ++at) {
    if (at->name == name) {
      all->erase(at);
      return true;
    }
  }
  return false;
}

Value& Value::push_back(Value item) {
  if (is_null()) data_.emplace<Array>();
  Array& all = items();
  all.push_back(std::move(item));
  return all.back();
}

Value::Array& Value::items() { return const_cast<Array&>(std::as_const(*this).items()); }
Value::Object& Value::members() { return const_cast<Object&>(std::as_const(*this).members()); }
std::string& Value::string() { return const_cast<std::string&>(std::as_const(*this).string()); }

const Value::Array& Value::items() const {
  const auto* all = std::get_if<Array>(&data_);
  if (all == nullptr) std::abort();
  return *all;
}

const Value::Object& Value::members() const {
  const auto* all = std::get_if<Object>(&data_);
  if (all == nullptr) std::abort();
  return *all;
}

const std::string& Value::string() const {
  const auto* text = std::get_if<std::string>(&data_);
  if (text == nullptr) std::abort();
  return *text;
}

}  // namespace proa::object
