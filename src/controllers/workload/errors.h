// Errors that controllers treat in a way of their own. Pure.
#pragma once

#include <algorithm>

#include "base/status.h"

namespace proa::controllers {

/// A create was refused because its namespace is being deleted: to be passed over, not reported.
inline bool namespace_is_ending(const Status& why) {
  return std::any_of(why.details.causes.begin(), why.details.causes.end(),
                     [](const auto& cause) { return cause.reason == "NamespaceTerminating"; });
}

}  // namespace proa::controllers
