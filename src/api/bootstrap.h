// The objects that every cluster has. Made where missing, left alone where they are.
#pragma once

#include <functional>

#include "api/core.h"

namespace proa::api {

/// `done` once all are durable. Also fills the allocators from the Services that there are.
void bootstrap(Core& core, std::function<void(Result<void>)> done);

}  // namespace proa::api
