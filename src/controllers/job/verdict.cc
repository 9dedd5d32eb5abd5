#include "controllers/job/verdict.h"

#include <fmt/format.h>

#include "controllers/job/failure_policy.h"
#include "controllers/job/job_pods.h"
#include "controllers/workload/pods.h"

namespace proa::controllers::job {
namespace {

using object::Document;
using object::View;

Verdict failure(std::string reason, std::string message) {
  return {"FailureTarget", std::move(reason), std::move(message)};
}

/// Containers that are started again in place count like failed pods.
bool restarted_too_often(View job, const std::vector<Document>& pods) {
  if (job["spec"]["template"]["spec"]["restartPolicy"].as_string() != "OnFailure") return false;
  int64_t restarts = 0;
  for (const Document& pod : pods) {
    const std::string_view phase = pod["status"]["phase"].as_string();
    if (phase != "Running" && phase != "Pending") continue;
    for (const std::string_view list : {"initContainerStatuses", "containerStatuses"})
      for (const View status : pod["status"][list].items()) restarts += status["restartCount"].as_int();
  }
  const int64_t limit = job["spec"]["backoffLimit"].as_int();
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

bool rule_is_met(View rule, int64_t completions, const Indexes& done) {
  const View count = rule["succeededCount"];
  if (!rule["succeededIndexes"].is_string()) return count.is_int() && done.count() >= count.as_int();
  const Indexes wanted = Indexes::parse(rule["succeededIndexes"].as_string(), completions);
  if (wanted.empty()) return false;
  const int64_t reached = wanted.common(done);
  return reached == wanted.count() || (count.is_int() && reached >= count.as_int());
}

}  // namespace

std::optional<Verdict> standing_verdict(View job, const std::vector<Document>& pods) {
  const auto standing = [job](std::string_view type, std::string_view as) -> std::optional<Verdict> {
    const View condition = condition_of(job, type);
    if (condition["status"].as_string() != "True") return std::nullopt;
    return Verdict{std::string(as), condition["reason"].str(), condition["message"].str()};
  };
  if (auto met = standing("SuccessCriteriaMet", "SuccessCriteriaMet")) return met;
  if (auto failed = standing("FailureTarget", "Failed")) return failed;
  if (!job["spec"]["podFailurePolicy"].is_object()) return std::nullopt;
  for (const Document& pod : pods)
    if (has_failed(pod.root(), job))
      if (auto why = match_failure_policy(job, pod.root()).fails_job) return failure("PodFailurePolicy", *why);
  return std::nullopt;
}

std::optional<int64_t> deadline_ns(View job, object::TimeNs now) {
  const View seconds = job["spec"]["activeDeadlineSeconds"];
  const auto started = object::time_of(job["status"]["startTime"]);
  if (!seconds.is_int() || is_suspended(job)) return std::nullopt;
  return started.value_or(now) + seconds.as_int() * object::kSecondNs - now;
}

std::optional<Verdict> limit_verdict(View job, const std::vector<Document>& pods, int64_t failed, object::TimeNs now) {
  if (failed > job["spec"]["backoffLimit"].as_int() || restarted_too_often(job, pods))
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  if (const auto left = deadline_ns(job, now); left && *left <= 0)
    return failure("DeadlineExceeded", "Job was active longer than specified deadline");
  return std::nullopt;
}

std::optional<Verdict> index_failure_verdict(View job, const Indexes& done, const Indexes& failed) {
  const View most = job["spec"]["maxFailedIndexes"];
  if (most.is_int() && failed.count() > most.as_int())
    return failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  if (!failed.empty() && failed.count() + done.count() >= job["spec"]["completions"].as_int())
    return failure("FailedIndexes", "Job has failed indexes");
  return std::nullopt;
}

std::optional<Verdict> success_policy_verdict(View job, const Indexes& done) {
  if (done.empty()) return std::nullopt;
  int index = -1;
  for (const View rule : job["spec"]["successPolicy"]["rules"].items()) {
    ++index;
    if (rule_is_met(rule, job["spec"]["completions"].as_int(), done))
      return Verdict{"SuccessCriteriaMet", "SuccessPolicy", fmt::format("Matched rules at index {}", index)};
  }
  return std::nullopt;
}

}  // namespace proa::controllers::job
