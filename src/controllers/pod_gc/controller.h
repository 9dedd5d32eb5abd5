// The loop that removes pods nobody else would: those deleted before they had a node (at once), those of a node that is gone
// (after 40 s, lest a node that is made anew lose them), those of a node that is out of service, and finished ones beyond
// 12,500. Upstream looks at all pods every 20 seconds; here a change of a pod or node starts the look, and one timer waits for
// the quarantine.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::pod_gc {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::pod_gc
