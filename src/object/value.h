// Value is the mutable form of an object: a tree that is built, decoded into, defaulted and patched, and then
// frozen into a Document. It owns everything below it; copying is deep. One thread at a time.
//
//   Value pod = Value::object({{"apiVersion", "v1"}, {"kind", "Pod"}});
//   pod["metadata"]["labels"]["app"] = "web";       // makes the objects on the way
//   pod["spec"]["containers"].push_back(Value::object({{"name", "web"}}));
//   View(pod)["metadata"]["labels"]["app"].as_string();
//
// Reading goes through View (implicitly made from a Value). Members keep the order in which they were added.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "object/names.h"
#include "object/view.h"

namespace proa::object {

struct MemberOf;

class Value {
 public:
  using Member = MemberOf;
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;
  /// JSON text that is passed through as it is; the bytes are shared by all copies.
  struct Raw {
    std::shared_ptr<const std::string> json;
  };

  Value();                    // null
  Value(std::nullptr_t);      // NOLINT(google-explicit-constructor): so that lists of members read well
  Value(bool b);              // NOLINT
  Value(int i);               // NOLINT
  Value(long i);              // NOLINT
  Value(long long i);         // NOLINT
  Value(unsigned i);          // NOLINT
  Value(unsigned long i);     // NOLINT
  Value(double d);            // NOLINT
  Value(std::string s);       // NOLINT
  Value(std::string_view s);  // NOLINT
  Value(const char* s);       // NOLINT
  explicit Value(Array items);
  explicit Value(Object members);
  explicit Value(Raw raw);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  static Value object();
  static Value object(std::initializer_list<std::pair<std::string_view, Value>> members);
  static Value array();
  static Value array(std::initializer_list<Value> items);
  static Value raw(std::string json);

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_array() const { return kind() == Kind::kArray; }

  /// The member of that name, added as null when missing; a null Value becomes an object first. On a Value of
  /// any other kind: it is replaced by an object (check the kind before, where that would lose something).
  Value& operator[](Key name);
  /// nullptr when there is no such member, or this is no object.
  Value* find(Key name);
  const Value* find(Key name) const;
  Value& set(Key name, Value value);
  /// True when there was one.
  bool erase(Key name);
  /// A null Value becomes an array first. REQUIRES: null or array.
  Value& push_back(Value item);

  /// Direct access. REQUIRES: the kind.
  Array& items();
  const Array& items() const;
  Object& members();
  const Object& members() const;
  std::string& string();
  const std::string& string() const;

 private:
  friend class View;
  std::variant<std::monostate, bool, int64_t, double, std::string, Raw, Array, Object> data_;
};

struct MemberOf {
  Name name;
  Value value;
};

// Only here is a vector of members complete.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool b) : data_(b) {}
inline Value::Value(int i) : data_(static_cast<int64_t>(i)) {}
inline Value::Value(long i) : data_(static_cast<int64_t>(i)) {}
inline Value::Value(long long i) : data_(static_cast<int64_t>(i)) {}
inline Value::Value(unsigned i) : data_(static_cast<int64_t>(i)) {}
inline Value::Value(unsigned long i) : data_(static_cast<int64_t>(i)) {}
inline Value::Value(double d) : data_(d) {}
inline Value::Value(std::string s) : data_(std::move(s)) {}
inline Value::Value(std::string_view s) : data_(std::string(s)) {}
inline Value::Value(const char* s) : data_(std::string(s)) {}
inline Value::Value(Raw raw) : data_(std::move(raw)) {}
inline Value Value::raw(std::string json) { return Value(Raw{std::make_shared<const std::string>(std::move(json))}); }

}  // namespace proa::object
