// Which fields of an object changed, by its type: granular where the schema says so, whole where it says atomic.
// Source of the rules: sigs.k8s.io/structured-merge-diff, typed (compare, toFieldSet).
#pragma once

#include "api/fields/field_set.h"
#include "object/view.h"
#include "schema/type.h"

namespace proa::api::fields {

struct Diff {
  FieldSet changed;  // added or modified
  FieldSet removed;
};

/// metadata.managedFields is left out. Views and `arena` must outlive the result. Any thread.
Diff diff(object::View before, object::View after, schema::Type type, TextArena& arena);

/// The paths that an applied configuration sets.
FieldSet to_field_set(object::View value, schema::Type type, TextArena& arena);

/// The element that names an item of an associative list (`k:` or `v:`); kind 0 when the item has none.
Element item_element(object::View item, schema::Field list, TextArena& arena);
/// Lists whose items have names of their own (listType map or set).
bool is_associative(schema::Field field);
/// Structs and maps that are looked into.
bool is_granular(schema::Field field);

}  // namespace proa::api::fields
