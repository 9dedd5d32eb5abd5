// What server-side apply refuses to take, before anything is merged: members that the schema does not know, values of
// the wrong kind, keyed lists that name an item twice or leave its key out. Source of the rules and words:
// sigs.k8s.io/structured-merge-diff, typed/validate.go.
#pragma once

#include <string>
#include <vector>

#include "object/view.h"
#include "schema/type.h"

namespace proa::api::fields {

/// One text per fault, ".spec.replicas: expected ...", in the order of the object. Pure.
std::vector<std::string> typed_errors(object::View object, schema::Type type);

}  // namespace proa::api::fields
