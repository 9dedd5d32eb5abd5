// Validation that follows from data alone: enum values, required members, bounds, formats and list sizes, as the
// overlays tell them. What needs two members at once is the api room's business (src/api/kinds/).
#pragma once

#include "object/view.h"
#include "schema/field_error.h"
#include "schema/type.h"

namespace proa::schema {

/// Appends the errors of `value` and everything below. REQUIRES: decoded and defaulted. Any thread.
void validate_by_schema(object::View value, Type type, const Path& path, ErrorList& errors);

}  // namespace proa::schema
