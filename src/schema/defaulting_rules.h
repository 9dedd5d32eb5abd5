// The defaults that need thought: functions that overlays name under `rule`. Private to this room.
#pragma once

#include <string_view>

#include "object/time.h"
#include "object/value.h"
#include "schema/type.h"

namespace proa::schema {

using DefaultingRule = void (*)(object::Value& object, Type type, object::TimeNs now);

/// nullptr when there is no such rule: a fault of the build, which a test finds.
DefaultingRule find_defaulting_rule(std::string_view name);

}  // namespace proa::schema
