// IntOrString values as maxSurge and maxUnavailable use them.
#pragma once

#include <optional>

#include "object/view.h"

namespace proa::object {

/// An int is itself; "25%" is that part of `total`, rounded up or down. nullopt: neither (a wrong string).
std::optional<int64_t> scaled_value(View int_or_percent, int64_t total, bool round_up);

}  // namespace proa::object
