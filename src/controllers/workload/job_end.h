// How a job ended. Pure; any thread.
#pragma once

#include "object/view.h"

namespace proa::controllers {

/// The condition Complete or Failed that is true, the first of them; absent while the job runs.
object::View job_end(object::View job);

}  // namespace proa::controllers
