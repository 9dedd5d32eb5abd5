// JSON Patch (RFC 6902) and JSON merge patch (RFC 7386), with the habits of the library that Kubernetes uses
// (evanphx/json-patch v4): `replace` makes a member that was missing, `copy` of a missing member gives null, indexes
// below zero count from the end.
#pragma once

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::object {

/// The original with the operations applied in order: all of them or none. Errors: 400 for a patch of a wrong form,
/// 413 for more than 10,000 operations, 422 for one that does not apply (a test fails, a path is missing), in the
/// words of Kubernetes, which do not say which.
Result<Value> apply_json_patch(View original, View operations);

/// Members are merged, null deletes, everything else replaces. Errors: 400 for a patch that is no object.
Result<Value> merge_patch(View original, View patch);

}  // namespace proa::object
