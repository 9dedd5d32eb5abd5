// What controllers ask of a pod. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/controller_utils.go, pkg/api/v1/pod.
#pragma once

#include <optional>
#include <vector>

#include "object/document.h"
#include "object/time.h"
#include "object/view.h"

namespace proa::controllers {

/// Neither finished (phase Succeeded, Failed) nor being deleted.
bool is_pod_active(object::View pod);
bool is_pod_finished(object::View pod);
/// Being deleted, and not finished yet.
bool is_pod_terminating(object::View pod);
/// A condition of status.conditions by type; absent when there is none. Of any object.
object::View condition_of(object::View object, std::string_view type);
bool is_pod_ready(object::View pod);
/// When the pod became ready; nothing when it isn't.
std::optional<object::TimeNs> pod_ready_time(object::View pod);
/// Ready for at least `min_ready_seconds`.
bool is_pod_available(object::View pod, int64_t min_ready_seconds, object::TimeNs now);
/// How long until the first of the ready pods becomes available; nothing when none is waiting.
std::optional<int64_t> next_availability_ns(const std::vector<object::Document>& pods, int64_t min_ready_seconds,
                                            object::TimeNs now);
object::TimeNs creation_time(object::View object);

}  // namespace proa::controllers
