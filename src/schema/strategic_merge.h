// Strategic merge patch: a merge patch that knows which lists are sets of named things. The schema tells each list's
// merge key; directives in the patch ($patch, $retainKeys, $deleteFromPrimitiveList/, $setElementOrder/) say the rest.
// Source of the rules and error texts: k8s.io/apimachinery pkg/util/strategicpatch.
#pragma once

#include "base/status.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/type.h"

namespace proa::schema {

/// The original with the patch applied. Neither is changed. An empty `type` merges objects and replaces lists.
/// Errors are 400 with upstream's text. Any thread.
Result<object::Value> strategic_merge(object::View original, object::View patch, Type type);

/// Go's %v of a decoded JSON value, `map[a:1 b:[x y]]`: how upstream shows a patch in an error.
std::string go_value(object::View value);
/// The name of its type there: `[]interface {}`, `int64`.
std::string_view go_type(object::View value);
/// As its JSON reader names it: `array`, `number`.
std::string_view json_type(object::View value);

}  // namespace proa::schema
