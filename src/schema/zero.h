// Go's zero values as JSON shows them. Private to this room, but for is_zero() of decode.h.
#pragma once

#include "object/value.h"
#include "schema/decode.h"
#include "schema/type.h"

namespace proa::schema {

/// Does Go leave the field out when it is zero? If not, zero_value() is written.
bool is_left_out(Field field);
/// `null` of pointers, lists and maps; "", 0, false; `{...}` of structs with what they always write.
object::Value zero_value(Field field);
/// The same of one item of a list or value of a map: what JSON's null turns into.
object::Value zero_element(Field field);
object::Value zero_struct(Type type);

}  // namespace proa::schema
