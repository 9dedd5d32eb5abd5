// The order of a list after a strategic merge, and what both lists of one must be for that. Private to this room.
// Source: normalizeElementOrder and validatePatchWithSetOrderList of k8s.io/apimachinery pkg/util/strategicpatch.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::schema {

/// Upstream knows no reason for these: they are answered as 500.
Error merge_error(std::string text);
Error no_merge_key(object::View item, std::string_view merge_key);
Error wrong_kind_of_argument(std::string_view expected, object::View actual);

/// Same item? Named items by merge key, plain values (no merge key) by value.
bool same_item(object::View a, object::View b, std::string_view merge_key);

/// All items of both lists are of one type, and that is no list. Error: also when there are none.
Result<void> check_items(object::View original, object::View patch);

/// What a patch changes stands in the order that `order` tells for the whole list; what it deletes needs no place.
Result<void> check_order(object::View patch, object::View order, std::string_view merge_key);

/// `merged` in its final order: items that `order` names come in that order, the others as `original` has them;
/// between the two `original` decides where it knows both, and what is named comes first where not.
Result<object::Value> in_order(object::Value::Array merged, object::View order, object::View original,
                               std::string_view merge_key);

}  // namespace proa::schema
