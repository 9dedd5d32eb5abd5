// The loop that frees pods of jobs that no longer count them: pods whose job is gone or over, or that were released, lose the
// tracking finalizer; without that they could never be removed.
// Source: k8s.io/kubernetes pkg/controller/job/job_controller.go (syncOrphanPod).
#pragma once

#include <memory>

#include "controllers/controller.h"
#include "object/document.h"
#include "object/view.h"

namespace proa::controllers::job {

/// The pod is tracked, and nobody will count it. `job`: the one that its controller reference names, if it is there.
bool is_orphan(object::View pod, const object::Document& job);

std::unique_ptr<Controller> make_orphan_controller(const Parts& parts);

}  // namespace proa::controllers::job
