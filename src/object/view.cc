#include "object/view.h"

#include <cmath>

#include "object/block.h"
#include "object/value.h"

namespace proa::object {
namespace {

const Node& node_at(const void* at) { return *static_cast<const Node*>(at); }

/// A double as Go converts it: cut, and the ends of int64 instead of undefined behaviour.
int64_t cut(double number) {
  if (!(number > -9.3e18)) return std::isnan(number) ? 0 : INT64_MIN;
  if (number >= 9223372036854775807.0) return INT64_MAX;
  if (number < -9223372036854775808.0) return INT64_MIN;
  return static_cast<int64_t>(number);
}

bool same_number(View a, View b) {
  if (a.kind() == Kind::kInt && b.kind() == Kind::kInt) return a.as_int() == b.as_int();
  return a.as_double() == b.as_double();
}

bool is_number(View view) { return view.kind() == Kind::kInt || view.kind() == Kind::kDouble; }

bool same_items(View a, View b) {
  auto other = b.items().begin();
  for (const View item : a.items()) {
    if (!(item == *other)) return false;
    ++other;
  }
  return true;
}

bool same_members(View a, View b) {
  auto other = b.members().begin();
  for (const auto [name, value] : a.members()) {
    const auto [other_name, other_value] = *other;
    ++other;
    // Most often both have the same order.
    const View found = other_name == name ? other_value : b[Key(name)];
    if (!found.exists() || !(value == found)) return false;
  }
  return true;
}

}  // namespace

View::View(const Value& value) : node_(&value) {}

Kind View::kind() const {
  if (node_ == nullptr) return Kind::kAbsent;
  return block_ == nullptr ? value()->kind() : node_at(node_).kind();
}

bool View::as_bool(bool otherwise) const {
  if (kind() != Kind::kBool) return otherwise;
  return block_ == nullptr ? std::get<bool>(value()->data_) : node_at(node_).payload != 0;
}

int64_t View::as_int(int64_t otherwise) const {
  const Kind is = kind();
  if (is == Kind::kDouble) return cut(as_double());
  if (is != Kind::kInt) return otherwise;
  if (block_ == nullptr) return std::get<int64_t>(value()->data_);
  const Node& node = node_at(node_);
  if (node.length() != 0) return wide_number<int64_t>(block_, node);
  return static_cast<int32_t>(node.payload);
}

double View::as_double(double otherwise) const {
  const Kind is = kind();
  if (is == Kind::kInt) return static_cast<double>(as_int());
  if (is != Kind::kDouble) return otherwise;
  if (block_ == nullptr) return std::get<double>(value()->data_);
  return wide_number<double>(block_, node_at(node_));
}

std::string_view View::as_string(std::string_view otherwise) const {
  if (kind() != Kind::kString) return otherwise;
  if (block_ == nullptr) return std::get<std::string>(value()->data_);
  return node_text(block_, node_at(node_));
}

std::string_view View::as_raw() const {
  if (kind() != Kind::kRaw) return {};
  if (block_ == nullptr) return *std::get<Value::Raw>(value()->data_).json;
  return raw_text(block_, node_at(node_));
}

size_t View::size() const {
  const Kind is = kind();
  if (is != Kind::kObject && is != Kind::kArray) return 0;
  if (block_ != nullptr) return node_at(node_).length();
  return is == Kind::kObject ? value()->members().size() : value()->items().size();
}

View View::operator[](Key name) const {
  if (kind() != Kind::kObject) return {};
  if (block_ == nullptr) {
    const Value* found = value()->find(name);
    return found == nullptr ? View() : View(*found);
  }
  const Node& object = node_at(node_);
  const Node* child = child_nodes(block_, object);
  for (const Node* end = child + object.length(); child != end; ++child) {
    if (child->name == name.hash) {
      // A name of the schema; the text is compared because another name may have the same hash.
      if (known_name(name.hash) == name.text) return {block_, child};
    } else if ((child->name & kTextName) != 0 && node_name(block_, *child) == name.text) {
      return {block_, child};
    }
  }
  return {};
}

View View::at(size_t index) const {
  if (kind() != Kind::kArray || index >= size()) return {};
  if (block_ == nullptr) return View(value()->items()[index]);
  return {block_, child_nodes(block_, node_at(node_)) + index};
}

View::Members View::members() const {
  const void* first = nullptr;
  const void* last = nullptr;
  if (kind() == Kind::kObject) {
    if (block_ == nullptr) {
      const Value::Object& all = value()->members();
      first = all.data();
      last = all.data() + all.size();
    } else {
      const Node& node = node_at(node_);
      first = child_nodes(block_, node);
      last = child_nodes(block_, node) + node.length();
    }
  }
  return {{block_, first}, {block_, last}};
}

View::Items View::items() const {
  const void* first = nullptr;
  const void* last = nullptr;
  if (kind() == Kind::kArray) {
    if (block_ == nullptr) {
      const Value::Array& all = value()->items();
      first = all.data();
      last = all.data() + all.size();
    } else {
      const Node& node = node_at(node_);
      first = child_nodes(block_, node);
      last = child_nodes(block_, node) + node.length();
    }
  }
  return {{block_, first}, {block_, last}};
}

View::Member View::MemberIterator::operator*() const {
  if (block_ == nullptr) {
    const auto* member = static_cast<const Value::Member*>(at_);
    return {member->name.text(), View(member->value)};
  }
  const auto* node = static_cast<const Node*>(at_);
  return {node_name(block_, *node), View(block_, node)};
}

View::MemberIterator& View::MemberIterator::operator++() {
  if (block_ == nullptr) {
    at_ = static_cast<const Value::Member*>(at_) + 1;
  } else {
    at_ = static_cast<const Node*>(at_) + 1;
  }
  return *this;
}

View View::ItemIterator::operator*() const {
  if (block_ == nullptr) return View(*static_cast<const Value*>(at_));
  return {block_, static_cast<const Node*>(at_)};
}

View::ItemIterator& View::ItemIterator::operator++() {
  if (block_ == nullptr) {
    at_ = static_cast<const Value*>(at_) + 1;
  } else {
    at_ = static_cast<const Node*>(at_) + 1;
  }
  return *this;
}

bool View::operator==(const View& other) const {
  if (node_ == other.node_ && block_ == other.block_) return true;
  const Kind is = kind();
  if (is_number(*this) && is_number(other)) return same_number(*this, other);
  if (is != other.kind()) return false;
  switch (is) {
    case Kind::kBool: return as_bool() == other.as_bool();
    case Kind::kString: return as_string() == other.as_string();
    case Kind::kRaw: return as_raw() == other.as_raw();
    case Kind::kArray: return size() == other.size() && same_items(*this, other);
    case Kind::kObject: return size() == other.size() && same_members(*this, other);
    default: return true;  // absent or null
  }
}

Value View::to_value() const {
  if (!exists()) return {};
  if (block_ == nullptr) return *value();
  switch (kind()) {
    case Kind::kBool: return as_bool();
    case Kind::kInt: return as_int();
    case Kind::kDouble: return as_double();
    case Kind::kString: return as_string();
    case Kind::kRaw: return Value::raw(std::string(as_raw()));
    case Kind::kArray: {
      Value::Array all;
      all.reserve(size());
      for (const View item : items()) all.push_back(item.to_value());
      return Value(std::move(all));
    }
    case Kind::kObject: {
      Value::Object all;
      all.reserve(size());
      for (const auto [name, member] : members()) all.push_back({Name(Key(name)), member.to_value()});
      return Value(std::move(all));
    }
    default: return {};
  }
}

}  // namespace proa::object
