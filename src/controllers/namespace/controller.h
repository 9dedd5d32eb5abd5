// The loop that empties namespaces that are being deleted.
//
// A namespace enters the queue when it is deleted and whenever an object in it goes. The loop deletes what the caches show
// (pods first), tells in the conditions what remains, and waits. When the caches show nothing any more, it asks the
// API for each kind once more, since a cache may lag; when that shows nothing either, it takes the finalizer away.
// New objects cannot come: the API refuses to create in a namespace that ends.
#pragma once

#include <memory>

#include "controllers/controller.h"
#include "schema/registry.h"

namespace proa::controllers::ns {

std::unique_ptr<Controller> make_controller(const Parts& parts, const schema::Registry& registry);

}  // namespace proa::controllers::ns
