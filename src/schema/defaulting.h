// Defaults, as the API server applies them to every object that it reads: simple ones are data in schema/*.yaml,
// the few that need thought are named rules in defaulting_rules.cc.
#pragma once

#include "object/time.h"
#include "object/value.h"
#include "schema/type.h"

namespace proa::schema {

/// Fills in what is missing, everywhere below `object`. Idempotent.
/// REQUIRES: decode()d by the same Type. Any thread. `now` is for the one default that is a time (a device
/// taint's timeAdded).
void apply_defaults(object::Value& object, Type type, object::TimeNs now = 0);

}  // namespace proa::schema
