// The loop of CronJobs. A key is looked at when its CronJob or one of its jobs changes, and when the next time of its schedule
// has come; a schedule that changes waits for its next time, and meets none that it missed under the old one.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::cronjob {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::cronjob
