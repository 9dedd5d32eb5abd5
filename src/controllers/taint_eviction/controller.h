// The loop that deletes pods from nodes with NoExecute taints, when their tolerations no longer hold.
//
// A pod is looked at when it gets a node, when its tolerations change, and when its node's taints do. A pod that may stay for a while is
// looked at again at the end of that time; if the taint is gone by then, nothing happens but an Event that says so.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::taint_eviction {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::taint_eviction
