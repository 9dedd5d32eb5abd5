// Small edits of a decoded draft that keep the order of the Go struct. Private to this room.
#pragma once

#include <string_view>

#include "object/value.h"
#include "schema/type.h"

namespace proa::schema {

/// Sets a member at the place that its type gives it. REQUIRES: `object` is an object, `field` of `type`.
object::Value& set_in_order(object::Value& object, Type type, Field field, object::Value value);

/// The value at a dotted path, nullptr when something on the way is missing or null.
object::Value* find_path(object::Value& object, std::string_view path);
object::View view_path(object::View object, std::string_view path);

/// The member at a dotted path, made (with objects on the way) when missing. REQUIRES: the type has the path.
object::Value& make_path(object::Value& object, Type type, std::string_view path);

}  // namespace proa::schema
