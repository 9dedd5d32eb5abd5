// Whether a job has reached its aim, or has failed for good. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/job (syncJob, success_policy.go).
#pragma once

#include <optional>
#include <vector>

#include "controllers/job/indexes.h"
#include "controllers/job/plan.h"
#include "object/document.h"
#include "object/time.h"
#include "object/view.h"

namespace proa::controllers::job {

/// By an earlier round (then with the type that ends the job, if it failed), or by its podFailurePolicy.
std::optional<Verdict> standing_verdict(object::View job, const std::vector<object::Document>& pods);
/// By backoffLimit (`failed`: how many failures count) and activeDeadlineSeconds.
std::optional<Verdict> limit_verdict(object::View job, const std::vector<object::Document>& pods, int64_t failed,
                                     object::TimeNs now);
/// Until activeDeadlineSeconds are over.
std::optional<int64_t> deadline_ns(object::View job, object::TimeNs now);
/// Of an indexed job: by the indexes that are given up, and by its successPolicy.
std::optional<Verdict> index_failure_verdict(object::View job, const Indexes& done, const Indexes& failed);
std::optional<Verdict> success_policy_verdict(object::View job, const Indexes& done);

}  // namespace proa::controllers::job
