// What a job's podFailurePolicy says of a pod that failed. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/job/pod_failure_policy.go.
#pragma once

#include <optional>
#include <string>

#include "object/view.h"

namespace proa::controllers::job {

struct FailureMatch {
  bool counts = true;                      // towards backoffLimit and backoffLimitPerIndex
  bool fails_index = false;                // its index is not tried again
  std::optional<std::string> fails_job{};  // why
};

/// By the first rule that matches; of a job without a policy, and where none does: it counts.
FailureMatch match_failure_policy(object::View job, object::View pod);

}  // namespace proa::controllers::job
