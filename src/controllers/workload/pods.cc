#include "controllers/workload/pods.h"

#include <algorithm>

#include "object/meta.h"

namespace proa::controllers {

using object::Document;
using object::TimeNs;
using object::View;

bool is_pod_finished(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Succeeded" || phase == "Failed";
}

bool is_pod_active(View pod) { return !is_pod_finished(pod) && !object::is_deleting(pod); }

bool is_pod_terminating(View pod) { return !is_pod_finished(pod) && object::is_deleting(pod); }

View condition_of(View object, std::string_view type) {
  for (const View condition : object["status"]["conditions"].items())
    if (condition["type"].as_string() == type) return condition;
  return {};
}

bool is_pod_ready(View pod) { return condition_of(pod, "Ready")["status"].as_string() == "True"; }

std::optional<TimeNs> pod_ready_time(View pod) {
  const View ready = condition_of(pod, "Ready");
  if (ready["status"].as_string() != "True") return std::nullopt;
  return object::time_of(ready["lastTransitionTime"]);
}

bool is_pod_available(View pod, int64_t min_ready_seconds, TimeNs now) {
  if (!is_pod_ready(pod)) return false;
  if (min_ready_seconds == 0) return true;
  const auto since = pod_ready_time(pod);
  return since && *since + min_ready_seconds * object::kSecondNs <= now;
}

std::optional<int64_t> next_availability_ns(const std::vector<Document>& pods, int64_t min_ready_seconds, TimeNs now) {
  std::optional<int64_t> first;
  for (const Document& pod : pods) {
    const auto since = pod_ready_time(pod.root());
    if (!since) continue;
    const int64_t wait = *since + min_ready_seconds * object::kSecondNs - now;
    if (wait > 0) first = first ? std::min(*first, wait) : wait;
  }
  return first;
}

TimeNs creation_time(View object) { return object::time_of(object["metadata"]["creationTimestamp"]).value_or(0); }

}  // namespace proa::controllers
