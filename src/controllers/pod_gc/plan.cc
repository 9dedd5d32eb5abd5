#include "controllers/pod_gc/plan.h"

#include <algorithm>

#include "controllers/workload/pod_conditions.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::pod_gc {

using object::Document;
using object::Value;
using object::View;

Reason judge(View pod, View node, bool gone_for_long) {
  const bool assigned = !pod["spec"]["nodeName"].as_string().empty();
  if (!assigned) return object::is_deleting(pod) ? Reason::kUnscheduledTerminating : Reason::kNone;
  if (!node.exists()) return gone_for_long ? Reason::kOrphaned : Reason::kNone;
  if (!object::is_deleting(pod) || condition_of(node, "Ready")["status"].as_string() == "True") return Reason::kNone;
  for (const View taint : node["spec"]["taints"].items())
    if (taint["key"].as_string() == "node.kubernetes.io/out-of-service") return Reason::kOutOfService;
  return Reason::kNone;
}

std::optional<Value> marked_failed(View pod, Reason reason, object::TimeNs now) {
  if (is_pod_finished(pod)) return std::nullopt;
  Value changed = pod.to_value();
  changed["status"]["phase"] = "Failed";
  if (const int64_t generation = object::generation_of(pod); generation != 0)
    changed["status"]["observedGeneration"] = generation;
  if (reason == Reason::kOrphaned)
    set_pod_condition(changed, "DisruptionTarget", "True", "DeletionByPodGC", "PodGC: node no longer exists", now);
  return changed;
}

std::vector<Document> excess_finished(const std::vector<Document>& pods, size_t limit) {
  std::vector<Document> finished;
  for (const Document& pod : pods)
    if (is_pod_finished(pod.root()) && !object::is_deleting(pod.root())) finished.push_back(pod);
  if (finished.size() <= limit) return {};
  std::stable_sort(finished.begin(), finished.end(), [](const Document& a, const Document& b) {
    const bool evicted_a = a["status"]["reason"].as_string() == "Evicted";
    const bool evicted_b = b["status"]["reason"].as_string() == "Evicted";
    if (evicted_a != evicted_b) return evicted_a;
    return creation_time(a.root()) < creation_time(b.root());
  });
  finished.resize(finished.size() - limit);
  return finished;
}

}  // namespace proa::controllers::pod_gc
