// Validation that follows from data alone: required members, values, bounds, formats and list sizes, as far as the
// overlays tell them under `facts`. What they don't tell is not checked (an enum of the API's documentation neither):
// kinds whose validation is code (pods, and all that holds a pod template) tell no facts, so that no error comes
// twice. What needs two members at once is the api room's business (src/api/kinds/).
#pragma once

#include "object/view.h"
#include "schema/field_error.h"
#include "schema/type.h"

namespace proa::schema {

/// Appends the errors of `value` and everything below. REQUIRES: decoded and defaulted. Any thread.
void validate_by_schema(object::View value, Type type, const Path& path, ErrorList& errors);

}  // namespace proa::schema
