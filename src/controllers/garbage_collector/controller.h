// The loop of the garbage collector: deletes objects whose owners are gone, holds or orphans dependents as the deletion of
// their owner asks.
//
// It has an informer on every kind that is stored (they share the store's documents, so an object costs a map entry) and a
// graph from owners' uids to their dependents. An object is looked at when
//   - it appears with owner references of which one is not in the caches,
//   - an owner of it is gone, or begins to wait for its dependents (foreground),
//   - it waits for its dependents itself and one of these is gone or no longer blocks it.
// Before an object is deleted for want of an owner, the API is asked for that owner: a cache that lags must not cost an
// object. Names do not suffice: the uid must match, and an owner must be in the same namespace or have none.
//
// What is deleted carries the uid and resourceVersion that were read, so that an object that changed meanwhile is looked
// at again. Failures come again with growing delay.
#pragma once

#include <memory>

#include "controllers/controller.h"
#include "schema/registry.h"

namespace proa::controllers::garbage_collector {

std::unique_ptr<Controller> make_controller(const Parts& parts, const schema::Registry& registry);

}  // namespace proa::controllers::garbage_collector
