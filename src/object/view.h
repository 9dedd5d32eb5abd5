// View reads one node of an object, whether it lies in a mutable Value (a draft) or in a frozen Document. All
// reading code (validation, selectors, plans, encoders, printers) takes Views, so it serves both.
//
// A View is two pointers, passed by value, owning nothing: it is good as long as the Value is not changed or
// destroyed, or as long as a Document handle lives. Reading is safe from many threads as long as nobody edits.
//
// Reading never fails: what is absent, or of another kind, reads as the default. A member that is missing gives
// a View for which exists() is false; JSON's null exists and is_null(). `if (view["spec"]["replicas"].exists())`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "object/names.h"

namespace proa::object {

class Value;
struct Node;  // of a Document's block: see document.cc

/// What a node is. Raw is JSON text kept as it is (managedFields' fieldsV1), shared and never looked into.
enum class Kind : uint8_t { kAbsent, kNull, kBool, kInt, kDouble, kString, kArray, kObject, kRaw };

class View {
 public:
  View() = default;
  View(const Value& value);  // NOLINT(google-explicit-constructor)

  Kind kind() const;
  bool exists() const { return node_ != nullptr; }
  explicit operator bool() const { return exists(); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_array() const { return kind() == Kind::kArray; }

  bool as_bool(bool otherwise = false) const;
  /// Of a double: truncated.
  int64_t as_int(int64_t otherwise = 0) const;
  double as_double(double otherwise = 0) const;
  std::string_view as_string(std::string_view otherwise = {}) const;
  std::string str() const { return std::string(as_string()); }
  /// The JSON text of a Raw node.
  std::string_view as_raw() const;

  /// Number of members or items; 0 of anything else.
  size_t size() const;
  bool empty() const { return size() == 0; }

  /// A member of an object by name; absent when there is none.
  View operator[](Key name) const;
  /// An item of an array; absent when out of range.
  View at(size_t index) const;
  bool has(Key name) const { return (*this)[name].exists(); }

  struct Member;
  class MemberIterator;
  class ItemIterator;
  struct Members;
  struct Items;
  /// `for (auto [name, value] : view.members())`, in the order of the document. Nothing for non-objects.
  Members members() const;
  /// `for (View item : view.items())`. Nothing for non-arrays.
  Items items() const;

  /// Deep equality; the order of object members does not matter. An int equals a double of the same number.
  bool operator==(const View& other) const;

  /// A deep, mutable copy. Of an absent view: null.
  Value to_value() const;

 private:
  friend class Document;
  View(const char* block, const Node* node) : block_(block), node_(node) {}
  const Value* value() const { return static_cast<const Value*>(node_); }

  const char* block_ = nullptr;  // nullptr: node_ is a Value
  const void* node_ = nullptr;   // nullptr: absent
};

class View::MemberIterator {
 public:
  MemberIterator(const char* block, const void* at) : block_(block), at_(at) {}
  Member operator*() const;
  MemberIterator& operator++();
  bool operator!=(const MemberIterator& other) const { return at_ != other.at_; }

 private:
  const char* block_;
  const void* at_;
};

class View::ItemIterator {
 public:
  ItemIterator(const char* block, const void* at) : block_(block), at_(at) {}
  View operator*() const;
  ItemIterator& operator++();
  bool operator!=(const ItemIterator& other) const { return at_ != other.at_; }

 private:
  const char* block_;
  const void* at_;
};

struct View::Member {
  std::string_view name;
  View value;
};

struct View::Members {
  MemberIterator first, last;
  MemberIterator begin() const { return first; }
  MemberIterator end() const { return last; }
};

struct View::Items {
  ItemIterator first, last;
  ItemIterator begin() const { return first; }
  ItemIterator end() const { return last; }
};

}  // namespace proa::object
