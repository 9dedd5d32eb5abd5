// What Go writes where nothing was said, and what it leaves out.
#include "schema/zero.h"

namespace proa::schema {

using object::Value;
using object::View;

namespace {

Value zero_message(Type type) {
  switch (type.form()) {
    case Form::kStruct: return zero_struct(type);
    case Form::kDuration: return "0s";
    case Form::kIntOrString: return 0;
    case Form::kQuantity: return "0";
    default: return nullptr;
  }
}

bool is_zero_message(View value, Type type) {
  switch (type.form()) {
    case Form::kStruct:
      for (const auto [name, member] : value.members()) {
        const Field f = type.field(name);
        if (f && !is_zero(member, f)) return false;
      }
      return true;
    case Form::kDuration: return value.is_null() || value.as_string() == "0s";
    case Form::kIntOrString: return value.is_null() || (value.is_int() && value.as_int() == 0);
    case Form::kQuantity: return value.is_null() || value.as_string() == "0";
    default: return value.is_null();
  }
}

}  // namespace

bool is_zero(View value, Field field) {
  if (!value.exists() || value.is_null()) return true;
  if (field.shape() != Shape::kSingle) return value.empty() && !value.is_string();
  if (field.has(Field::kPointer)) return false;
  switch (field.scalar()) {
    case Scalar::kMessage:
      if (field.type().form() == Form::kStrings) return value.empty();
      return is_zero_message(value, field.type());
    case Scalar::kString:
    case Scalar::kBytes: return value.is_string() && value.as_string().empty();
    case Scalar::kBool: return !value.as_bool();
    default: return value.as_double() == 0;
  }
}

bool is_left_out(Field field) {
  if (field.has(Field::kOmitZero)) return true;
  if (!field.has(Field::kOmitEmpty)) return false;
  // To Go a struct is never empty, so omitempty does nothing for one that is no pointer.
  const bool is_struct = field.shape() == Shape::kSingle && !field.has(Field::kPointer) &&
                         field.scalar() == Scalar::kMessage && field.type().form() != Form::kStrings;
  return !is_struct;
}

Value zero_element(Field field) {
  switch (field.scalar()) {
    case Scalar::kMessage: return zero_message(field.type());
    case Scalar::kString:
    case Scalar::kBytes: return "";
    case Scalar::kBool: return false;
    default: return 0;
  }
}

Value zero_value(Field field) {
  const bool is_null =
      field.shape() != Shape::kSingle || field.has(Field::kPointer) || field.scalar() == Scalar::kBytes;
  if (is_null) return nullptr;
  return zero_element(field);
}

Value zero_struct(Type type) {
  Value out = Value::object();
  for (const Field f : type.fields()) {
    if (!is_left_out(f)) out.set(f.key(), zero_value(f));
  }
  return out;
}

}  // namespace proa::schema
