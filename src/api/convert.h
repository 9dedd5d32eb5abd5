// Between the version that a client names and the version that is kept. Most kinds are kept as they are asked for;
// the exceptions are few and stand in convert.cc. Pure; any thread.
#pragma once

#include "object/value.h"
#include "schema/registry.h"

namespace proa::api {

/// In place. REQUIRES: both serve the same storage.
void convert(object::Value& object, const schema::KindInfo& from, const schema::KindInfo& to);

}  // namespace proa::api
