// The value side of server-side apply: a configuration laid over an object, and fields taken out of it again.
#pragma once

#include "api/fields/field_set.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/type.h"

namespace proa::api::fields {

/// `config` over `live`: members and associative items are merged, what is atomic is replaced.
void merge_into(object::Value& live, object::View config, schema::Type type);

/// Removes what `gone` names (members of the set) and `kept` does not.
void remove_fields(object::Value& value, const FieldSet& gone, const FieldSet& kept, schema::Type type);

/// `.spec.containers[name="web"].image`, one per member of the set.
std::vector<std::string> to_paths(const FieldSet& set);

}  // namespace proa::api::fields
