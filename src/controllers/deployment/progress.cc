// Status: counts, and the conditions Available, Progressing and ReplicaFailure.
#include <string>

#include <fmt/format.h>

#include "controllers/deployment/round.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::TimeNs;
using object::View;

constexpr std::string_view kProgressing = "Progressing";
constexpr std::string_view kReplicaFailure = "ReplicaFailure";

bool has_progressed(const DeploymentStatus& before, const DeploymentStatus& after) {
  return after.updated > before.updated || after.replicas - after.updated < before.replicas - before.updated ||
         after.ready > before.ready || after.available > before.available;
}

TimeNs deadline_of(const Round& round, const Condition& progressing) {
  return object::parse_time(progressing.last_update).value_or(0) +
         round.deployment["spec"]["progressDeadlineSeconds"].as_int() * object::kSecondNs;
}

bool has_timed_out(const Round& round) {
  const Condition* progressing = round.status.condition(kProgressing);
  if (!progressing || progressing->reason == "NewReplicaSetAvailable") return false;
  if (progressing->reason == "ProgressDeadlineExceeded") return true;
  return deadline_of(round, *progressing) < round.known.now;
}

/// `ReplicaSet "web-5d4" has ...`, or `Deployment "web" has ...` while there is none.
std::string subject(const Round& round) {
  return round.newest ? fmt::format("ReplicaSet \"{}\"", round.newest->name())
                      : fmt::format("Deployment \"{}\"", object::name_of(round.deployment));
}

/// Progress is told anew each time (lastUpdateTime moves on), also when the reason stays.
void tell_progress(Round& round) {
  Condition condition =
      make_condition(kProgressing, "True", "ReplicaSetUpdated", subject(round) + " is progressing.", round.known.now);
  if (const Condition* current = round.status.condition(kProgressing)) {
    if (current->status == "True") condition.last_transition = current->last_transition;
    round.status.remove(kProgressing);
  }
  round.status.set(std::move(condition));
}

void copy_failure(Round& round) {
  ReplicaSets order = round.all();
  if (round.newest) order.insert(order.begin(), round.newest);
  for (const ReplicaSet* set : order) {
    for (const View c : set->view()["status"]["conditions"].items()) {
      if (c["type"].as_string() != kReplicaFailure) continue;
      const std::string time = c["lastTransitionTime"].str();
      return round.status.set(
          {std::string(kReplicaFailure), c["status"].str(), c["reason"].str(), c["message"].str(), time, time});
    }
  }
  round.status.remove(kReplicaFailure);
}

}  // namespace

bool has_deadline(View deployment) {
  const View seconds = deployment["spec"]["progressDeadlineSeconds"];
  return seconds.is_int() && seconds.as_int() != INT32_MAX;
}

bool is_complete(View deployment, const DeploymentStatus& status) {
  const int64_t wanted = deployment["spec"]["replicas"].as_int(1);
  return status.updated == wanted && status.replicas == wanted && status.available == wanted &&
         status.observed_generation >= object::generation_of(deployment);
}

void count(Round& round) {
  const ReplicaSets all = round.all();
  DeploymentStatus& status = round.status;
  status.observed_generation = object::generation_of(round.deployment);
  status.replicas = sum_actual(all);
  status.updated = round.newest ? round.newest->actual() : 0;
  status.ready = sum_ready(all);
  status.available = sum_available(all);
  status.unavailable = std::max<int64_t>(0, sum_replicas(all) - status.available);
  status.terminating = sum_terminating(all);
  const bool enough = status.available >= round.replicas - round.bounds.unavailable;
  status.set(make_condition(
      "Available", enough ? "True" : "False", enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
      round.known.now));
}

void estimate_progress(Round& round) {
  const DeploymentStatus before = DeploymentStatus::read(round.deployment["status"]);
  DeploymentStatus& status = round.status;
  const bool timed = has_deadline(round.deployment);
  const Condition* current = status.condition(kProgressing);
  // The condition must be about this ReplicaSet: where the write that began the rollout was refused (a conflict), it
  // still tells of the one before.
  const bool was_complete = status.replicas == status.updated && current &&
                            current->reason == "NewReplicaSetAvailable" && current->message.starts_with(subject(round));
  if (!timed) status.remove(kProgressing);
  if (timed && !was_complete) {
    if (is_complete(round.deployment, status)) {
      status.set(make_condition(kProgressing, "True", "NewReplicaSetAvailable",
                                subject(round) + " has successfully progressed.", round.known.now));
    } else if (has_progressed(before, status)) {
      tell_progress(round);
    } else if (has_timed_out(round)) {
      status.set(make_condition(kProgressing, "False", "ProgressDeadlineExceeded",
                                subject(round) + " has timed out progressing.", round.known.now));
    }
  }
  copy_failure(round);
}

void check_paused_condition(Round& round) {
  if (!has_deadline(round.deployment)) return;
  const Condition* current = round.status.condition(kProgressing);
  if (current && current->reason == "ProgressDeadlineExceeded") return;
  const bool told = current && current->reason == "DeploymentPaused";
  const bool paused = round.deployment["spec"]["paused"].as_bool();
  if (paused == told) return;
  round.status.set(make_condition(kProgressing, "Unknown", paused ? "DeploymentPaused" : "DeploymentResumed",
                                  paused ? "Deployment is paused" : "Deployment is resumed", round.known.now));
}

std::optional<int64_t> deadline_check_ns(const Round& round) {
  const Condition* current = round.status.condition(kProgressing);
  if (!has_deadline(round.deployment) || !current || round.deployment["spec"]["paused"].as_bool()) return {};
  if (is_complete(round.deployment, round.status) || current->reason == "ProgressDeadlineExceeded") return {};
  // A second more, since the deadline counts in whole seconds.
  return std::max<int64_t>(0, deadline_of(round, *current) - round.known.now) + object::kSecondNs;
}

}  // namespace proa::controllers::deployment
