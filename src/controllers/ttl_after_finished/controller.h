// The loop that deletes Jobs, with their pods, ttlSecondsAfterFinished after they are over.
// Source: k8s.io/kubernetes pkg/controller/ttlafterfinished.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "controllers/controller.h"
#include "object/time.h"
#include "object/view.h"

namespace proa::controllers::ttl_after_finished {

/// How long the job may stay; 0 or less: it goes now. Nothing: it stays.
std::optional<int64_t> time_left_ns(object::View job, object::TimeNs now);

std::unique_ptr<Controller> make_controller(const Parts& parts);

}  // namespace proa::controllers::ttl_after_finished
