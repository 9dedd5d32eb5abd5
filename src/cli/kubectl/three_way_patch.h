// The patch that takes a live object to what a user wants, without touching what others own: what the user changed or
// added against the live object, plus what the user took away since the last apply. Pure.
// Source: k8s.io/apimachinery pkg/util/strategicpatch (CreateThreeWayMergePatch) and pkg/util/jsonmergepatch.
#pragma once

#include "object/value.h"
#include "schema/type.h"

namespace proa::cli::kubectl {

/// A strategic merge patch, by the merge keys that the type tells. `original` is what was applied last (absent: never).
/// An empty object when there is nothing to do. Members come sorted.
object::Value three_way_patch(object::View original, object::View modified, object::View current, schema::Type type);

/// The strategic merge patch from one state of an object to another.
object::Value two_way_patch(object::View before, object::View after, schema::Type type);

/// The same three states, as a JSON merge patch: for kinds without merge keys.
object::Value three_way_merge_patch(object::View original, object::View modified, object::View current);

/// A JSON merge patch from one state to another.
object::Value two_way_merge_patch(object::View before, object::View after);

}  // namespace proa::cli::kubectl
