#include "controllers/job/job_pods.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "controllers/job/failure_policy.h"
#include "controllers/workload/job_end.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::job {
namespace {

using object::TimeNs;
using object::Value;
using object::View;

constexpr std::string_view kFailures = "batch.kubernetes.io/job-index-failure-count";
constexpr std::string_view kIgnoredFailures = "batch.kubernetes.io/job-index-ignored-failure-count";
constexpr size_t kLongestGeneratedName = 58;  // five characters are added to it

/// A number that is not negative in an annotation.
std::optional<int64_t> annotated(View pod, std::string_view name) {
  const std::string_view text = object::annotations_of(pod)[name].as_string();
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// The latest end among those statuses; nothing while one has not ended, or when there is none.
std::optional<TimeNs> containers_finish_time(View pod) {
  const auto is_sidecar = [&](View status) {
    for (const View container : pod["spec"]["initContainers"].items())
      if (container["name"] == status["name"]) return container["restartPolicy"].as_string() == "Always";
    return false;
  };
  std::optional<TimeNs> latest;
  for (const std::string_view list : {"containerStatuses", "initContainerStatuses"})
    for (const View status : pod["status"][list].items()) {
      if (list == "initContainerStatuses" && !is_sidecar(status)) continue;
      const auto ended = object::time_of(status["state"]["terminated"]["finishedAt"]);
      if (!ended) return std::nullopt;
      latest = std::max(latest.value_or(*ended), *ended);
    }
  return latest;
}

/// The variable that tells a container the index of its pod.
void add_index_variable(Value& containers) {
  constexpr std::string_view kVariable = "JOB_COMPLETION_INDEX";
  for (Value& container : containers.items()) {
    bool has = false;
    for (const View variable : View(container)["env"].items()) has |= variable["name"].as_string() == kVariable;
    if (has) continue;
    const Value field = Value::object({{"fieldPath", fmt::format("metadata.labels['{}']", kCompletionIndex)}});
    container["env"].push_back(
        Value::object({{"name", kVariable}, {"valueFrom", Value::object({{"fieldRef", field}})}}));
  }
}

std::string generate_name(std::string_view job, int64_t index) {
  const std::string ending = fmt::format("-{}-", index);
  return std::string(job.substr(0, std::min(job.size(), kLongestGeneratedName - ending.size()))) + ending;
}

/// The new pod of an index goes on with the count of the failed one that it replaces.
void set_failure_counts(Value& annotations, View job, View replaced) {
  int64_t counted = 0, ignored = 0;
  if (replaced) {
    counted = counted_failures(replaced);
    ignored = all_failures(replaced) - counted;
    ++(match_failure_policy(job, replaced).counts ? counted : ignored);
  }
  annotations.set(kFailures, std::to_string(counted));
  if (ignored > 0) annotations.set(kIgnoredFailures, std::to_string(ignored));
}

void give_index(Value& pod, View job, int64_t index, View replaced) {
  Value& metadata = pod["metadata"];
  metadata.set("generateName", generate_name(object::name_of(job), index));
  metadata["labels"].set(kCompletionIndex, std::to_string(index));
  metadata["annotations"].set(kCompletionIndex, std::to_string(index));
  if (job["spec"]["backoffLimitPerIndex"].is_int()) set_failure_counts(metadata["annotations"], job, replaced);
  Value& spec = pod["spec"];
  spec.set("hostname", fmt::format("{}-{}", object::name_of(job), index));
  for (const std::string_view list : {"initContainers", "containers"})
    if (Value* containers = spec.find(list); containers != nullptr && containers->is_array())
      add_index_variable(*containers);
}

}  // namespace

bool is_indexed(View job) { return job["spec"]["completionMode"].as_string() == "Indexed"; }

bool is_suspended(View job) { return job["spec"]["suspend"].as_bool(); }

bool is_finished(View job) { return job_end(job).exists(); }

bool is_managed_elsewhere(View job) {
  const View manager = job["spec"]["managedBy"];
  return manager.is_string() && manager.as_string() != "kubernetes.io/job-controller";
}

bool replaces_only_failed(View job) {
  return job["spec"]["podReplacementPolicy"].as_string() == "Failed" || job["spec"]["podFailurePolicy"].is_object();
}

bool is_tracked(View pod) { return object::has_finalizer(pod, kTrackingFinalizer); }

Value untracking_patch() {
  const Value gone = Value::array({kTrackingFinalizer});
  return Value::object({{"metadata", Value::object({{"$deleteFromPrimitiveList/finalizers", gone}})}});
}

bool has_failed(View pod, View job) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  if (phase == "Failed") return true;
  return !replaces_only_failed(job) && object::is_deleting(pod) && phase != "Succeeded";
}

std::optional<int64_t> completion_index(View pod) { return annotated(pod, kCompletionIndex); }

int64_t counted_failures(View pod) { return annotated(pod, kFailures).value_or(0); }

int64_t all_failures(View pod) { return counted_failures(pod) + annotated(pod, kIgnoredFailures).value_or(0); }

TimeNs finish_time(View pod) {
  if (const auto ended = containers_finish_time(pod)) return *ended;
  const View ready = condition_of(pod, "Ready");
  if (ready["status"].as_string() == "False")
    if (const auto since = object::time_of(ready["lastTransitionTime"])) return *since;
  if (const auto deleted = object::time_of(pod["metadata"]["deletionTimestamp"]))
    return *deleted - pod["metadata"]["deletionGracePeriodSeconds"].as_int() * object::kSecondNs;
  return creation_time(pod);
}

Value make_pod(View job, std::optional<int64_t> index, View replaced) {
  Value pod = pod_from_template(job["spec"]["template"], job);
  if (index) give_index(pod, job, *index, replaced);
  if (!is_tracked(pod)) pod["metadata"]["finalizers"].push_back(kTrackingFinalizer);
  return pod;
}

}  // namespace proa::controllers::job
