// Random objects of any type of the schema, for tests: what a client may send, wild but well-formed. Nulls, zero
// values, members in any order, texts that are not in their canonical form.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "base/base64.h"
#include "object/random_tree.h"
#include "object/value.h"
#include "schema/type.h"

namespace proa::schema {

class RandomObject {
 public:
  explicit RandomObject(uint64_t seed) : random_(seed), tree_(seed) {}

  /// `fullness`: how many of ten members are there.
  object::Value of(Type type, int depth = 7, unsigned fullness = 4) {
    fullness_ = fullness;
    return message(type, depth);
  }

 private:
  using Value = object::Value;

  Value message(Type type, int depth) {
    switch (type.form()) {
      case Form::kStruct: return structure(type, depth);
      case Form::kTime: return one_of({"2024-04-28T16:36:14+02:00", "1969-12-31T23:59:59.5Z", "9999-12-31T23:59:59Z"});
      case Form::kMicroTime: return one_of({"2024-04-28T14:36:14.123456Z", "2024-04-28T16:36:14.000000+02:00"});
      case Form::kDuration: return one_of({"1h", "90s", "1.5h", "0s", "-3ms", "100us"});
      case Form::kIntOrString: return pick(2) == 0 ? Value(number(int64_t{1} << 31)) : one_of({"25%", "http", ""});
      case Form::kQuantity: return one_of({"1", "500m", "1.5Gi", "0", "1024Ki", "1e3", "-2", "0.1", " 7 ", "1000k"});
      case Form::kRawExtension:
      case Form::kFieldsV1:
      case Form::kJson: return Value::object({{"a", number(9)}, {"b", Value::array({"x", nullptr, true})}});
      case Form::kStrings: return Value::array({text(), text()});
      case Form::kSchemaOrBool:
        return pick(2) == 0 ? Value(pick(2) == 0) : structure(type.field("schema").type(), depth > 0 ? 1 : 0);
      case Form::kSchemaOrArray: return structure(type.field("schema").type(), depth > 0 ? 1 : 0);
      case Form::kSchemaOrStringArray: return Value::array({text(), text()});
    }
    return nullptr;
  }

  Value structure(Type type, int depth) {
    Value::Object members;
    if (depth > 0) {
      for (const Field field : type.fields()) {
        if (pick(10) < fullness_) members.push_back({object::Name(field.key()), member(field, depth - 1)});
      }
    }
    std::shuffle(members.begin(), members.end(), random_);
    return Value(std::move(members));
  }

  Value member(Field field, int depth) {
    if (pick(20) == 0) return nullptr;
    if (field.is_list()) {
      Value list = Value::array();
      for (uint64_t i = pick(3); i > 0; --i) list.push_back(element(field, depth));
      return list;
    }
    if (!field.is_map()) return element(field, depth);
    Value map = Value::object();
    for (uint64_t i = pick(3); i > 0; --i) map.set(text(), element(field, depth));
    return map;
  }

  Value element(Field field, int depth) {
    switch (field.scalar()) {
      case Scalar::kMessage: return message(field.type(), depth);
      case Scalar::kString: return text();
      case Scalar::kBool: return pick(2) == 0;
      case Scalar::kInt32: return number(int64_t{1} << 31);
      case Scalar::kUint32: return static_cast<int64_t>(pick(uint64_t{1} << 32));
      case Scalar::kInt64: return number(int64_t{1} << 62);
      case Scalar::kUint64: return static_cast<int64_t>(pick(uint64_t{1} << 62));
      case Scalar::kFloat:
      case Scalar::kDouble: return static_cast<double>(pick(1000)) / 8;
      case Scalar::kBytes: return base::base64_encode(tree_.text());
    }
    return nullptr;
  }

  /// Often zero and often small.
  Value number(int64_t below) {
    if (pick(3) == 0) return 0;
    const auto size = static_cast<int64_t>(pick(pick(2) == 0 ? 100 : static_cast<uint64_t>(below)));
    return pick(4) == 0 ? -size : size;
  }

  std::string text() { return pick(4) == 0 ? "" : pick(3) == 0 ? tree_.text() : "t" + std::to_string(pick(100)); }

  Value one_of(std::initializer_list<const char*> texts) { return *(texts.begin() + pick(texts.size())); }

  uint64_t pick(uint64_t below) { return random_() % below; }

  std::mt19937_64 random_;
  object::RandomTree tree_;
  unsigned fullness_ = 4;
};

}  // namespace proa::schema
