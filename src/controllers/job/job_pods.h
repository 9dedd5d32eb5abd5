// What a Job asks of its pods, and how it makes them. Pure; any thread.
//
// A pod carries a finalizer until the job has counted how it ended; so no end is lost or counted twice, whoever deletes the
// pod. "Tracked" means: it still carries it.
//
// Source: k8s.io/kubernetes pkg/controller/job (job_controller.go, indexed_job_utils.go, backoff_utils.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::job {

inline constexpr std::string_view kTrackingFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr std::string_view kCompletionIndex =
    "batch.kubernetes.io/job-completion-index";  // annotation and label

bool is_indexed(object::View job);
bool is_suspended(object::View job);
/// Complete or Failed.
bool is_finished(object::View job);
/// Another controller than this one sees to it (spec.managedBy).
bool is_managed_elsewhere(object::View job);
/// Pods are replaced when they have ended, not already when their deletion has begun.
bool replaces_only_failed(object::View job);

bool is_tracked(object::View pod);
/// A strategic merge patch that ends the tracking of a pod.
object::Value untracking_patch();
/// Failed, or deleted before it ended (unless the job waits for the end of deleted pods).
bool has_failed(object::View pod, object::View job);
std::optional<int64_t> completion_index(object::View pod);
/// Failures of the index before this pod: those that count, and all of them.
int64_t counted_failures(object::View pod);
int64_t all_failures(object::View pod);
/// When it ended, as well as that can be told.
object::TimeNs finish_time(object::View pod);

/// A pod of the job, with `index` one for that index. `replaced`: the failed pod of the index whose count of failures it goes on
/// with; absent when there is none.
object::Value make_pod(object::View job, std::optional<int64_t> index, object::View replaced);

}  // namespace proa::controllers::job
