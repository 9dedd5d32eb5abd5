// The loop of EndpointSlices.
//
// A Service's key enters the queue when the Service changes, when a pod that it selects (or did) changes in a way that
// endpoints show, when one of its slices is changed by somebody else, and when a node comes or changes its zone. The loop waits until the
// caches show what it wrote, asks make_plan() for the slices that the Service should have, and writes the difference.
// A failure is told as an Event and retried with growing delay.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::endpointslice {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::endpointslice
