// The loop of Endpoints: as that of EndpointSlices (endpointslice/controller.h), with one object per Service. When a
// Service with a selector goes, its Endpoints are deleted by name, since they have no owner reference.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::endpoints {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::endpoints
