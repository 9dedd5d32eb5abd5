// The loop of Jobs. For one key at a time, once the caches show all that was written for it:
//
//   1. adopts and releases pods; if there were any, that was the round
//   2. makes pods, or removes some
//   3. writes the status that lists the ends it is about to count
//   4. takes the finalizer off the pods listed
//   5. writes the status that counts them, and whether the job is over
//
// A failure ends the round, to be tried again with growing delay.
#pragma once

#include <memory>

#include "controllers/controller.h"

namespace proa::controllers::job {

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::job
