#include "controllers/cronjob/plan.h"

#include <algorithm>
#include <tuple>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "controllers/cronjob/timing.h"
#include "controllers/workload/job_end.h"
#include "controllers/workload/ownership.h"
#include "object/meta.h"

namespace proa::controllers::cronjob {
namespace {

using object::Document;
using object::TimeNs;
using object::Value;
using object::View;

/// `Complete` or `Failed`; empty while it runs.
std::string_view end_of(View job) { return job_end(job)["type"].as_string(); }

class Planner {
 public:
  explicit Planner(const Known& known) : known_(known), cron_(known.cron_job.root()) {
    plan_.status = cron_["status"].to_value();
    if (plan_.status.is_null()) plan_.status = Value::object();
  }
  Plan run();

 private:
  void expire_history();
  void expire(std::string_view end, View limit);
  void see_jobs();
  void see_job(View job);
  void drop_missing();
  void look_at_schedule();
  void start(TimeNs time, const object::CronSchedule& schedule);
  bool may_start(TimeNs time);
  Value make_job(TimeNs time) const;

  bool is_active(std::string_view uid) const {
    for (const View job : View(plan_.status)["active"].items())
      if (job["uid"].as_string() == uid) return true;
    return false;
  }
  void event(std::string type, std::string reason, std::string message) {
    plan_.events.push_back({std::move(type), std::move(reason), std::move(message)});
  }

  const Known& known_;
  View cron_;
  Plan plan_;
};

void remove_active(Value& status, const auto& is_gone) {
  Value kept = Value::array();
  for (const View job : View(status)["active"].items())
    if (!is_gone(job["uid"].as_string())) kept.push_back(job.to_value());
  status.erase("active");
  if (!View(kept).empty()) status.set("active", std::move(kept));
}

std::string job_name(View cron_job, TimeNs time) {
  return fmt::format("{}-{}", object::name_of(cron_job), time / (60 * object::kSecondNs));
}

void Planner::expire(std::string_view end, View limit) {
  if (!limit.is_int()) return;
  std::vector<Document> ended;
  std::ranges::copy_if(known_.jobs, std::back_inserter(ended),
                       [&](const Document& job) { return end_of(job.root()) == end; });
  if (std::cmp_less_equal(ended.size(), limit.as_int())) return;
  std::ranges::sort(ended, {}, [](const Document& job) {
    const auto start = object::time_of(job["status"]["startTime"]);
    return std::tuple(!start, start.value_or(0), object::name_of(job.root()));
  });
  ended.resize(ended.size() - static_cast<size_t>(limit.as_int()));
  plan_.expire.insert(plan_.expire.end(), ended.begin(), ended.end());
}

void Planner::expire_history() {
  expire("Complete", cron_["spec"]["successfulJobsHistoryLimit"]);
  expire("Failed", cron_["spec"]["failedJobsHistoryLimit"]);
}

void Planner::see_job(View job) {
  const std::string_view end = end_of(job), uid = object::uid_of(job);
  const std::string name(object::name_of(job));
  if (end.empty()) {
    if (!is_active(uid))
      event("Warning", "UnexpectedJob", "Saw a job that the controller did not create or forgot: " + name);
    return;
  }
  if (is_active(uid)) {
    remove_active(plan_.status, [uid](std::string_view each) { return each == uid; });
    event("Normal", "SawCompletedJob", fmt::format("Saw completed job: {}, condition: {}", name, end));
  }
  const auto completed = object::time_of(job["status"]["completionTime"]);
  if (end != "Complete" || !completed) return;
  const auto last = object::time_of(View(plan_.status)["lastSuccessfulTime"]);
  if (!last || *last < *completed) plan_.status.set("lastSuccessfulTime", object::format_time(*completed));
}

void Planner::drop_missing() {
  std::set<std::string_view> there, gone;
  for (const Document& job : known_.jobs) there.insert(object::uid_of(job.root()));
  for (const View job : cron_["status"]["active"].items()) {
    const std::string_view uid = job["uid"].as_string();
    if (there.contains(uid)) continue;
    gone.insert(uid);
    event("Normal", "MissingJob", fmt::format("Active job went missing: {}", job["name"].as_string()));
  }
  if (!gone.empty()) remove_active(plan_.status, [&gone](std::string_view uid) { return gone.contains(uid); });
}

void Planner::see_jobs() {
  for (const Document& job : known_.jobs) see_job(job.root());
  drop_missing();
}

/// Only jobs named by hand, or a policy, keep it from starting one.
bool Planner::may_start(TimeNs time) {
  const View active = View(plan_.status)["active"];
  const std::string name = job_name(cron_, time);
  for (const View job : active.items())
    if (job["name"].as_string() == name) return false;
  if (object::time_of(cron_["status"]["lastScheduleTime"]) == time) return false;
  if (cron_["spec"]["concurrencyPolicy"].as_string() != "Forbid" || active.empty()) return true;
  event("Normal", "JobAlreadyActive",
        "Not starting job because prior execution is running and concurrency policy is Forbid");
  return false;
}

void Planner::start(TimeNs time, const object::CronSchedule& schedule) {
  plan_.look_again_ns = until_next_ns(last_scheduled(cron_), schedule, known_.now);
  const View deadline = cron_["spec"]["startingDeadlineSeconds"];
  if (deadline.is_int() && time + deadline.as_int() * object::kSecondNs < known_.now) {
    const std::time_t seconds = time / object::kSecondNs;
    event("Warning", "MissSchedule",
          fmt::format("Missed scheduled time to start a job: {:%a, %d %b %Y %H:%M:%S} UTC", fmt::gmtime(seconds)));
    return;
  }
  if (!may_start(time)) return;
  if (cron_["spec"]["concurrencyPolicy"].as_string() == "Replace")
    std::ranges::copy_if(known_.jobs, std::back_inserter(plan_.replace),
                         [this](const Document& job) { return is_active(object::uid_of(job.root())); });
  plan_.create = make_job(time);
  plan_.scheduled = time;
  plan_.look_again_ns = until_next_ns(time, schedule, known_.now);
}

void Planner::look_at_schedule() {
  const std::string zone = cron_["spec"]["timeZone"].str(), text = cron_["spec"]["schedule"].str();
  if (!zone_of(cron_))
    return event("Warning", "UnknownTimeZone", fmt::format("invalid timeZone: \"{0}\": unknown time zone {0}", zone));
  if (cron_["spec"]["suspend"].as_bool()) return;
  if (text.find("TZ") != std::string::npos)
    event("Warning", "UnsupportedSchedule",
          fmt::format("CRON_TZ or TZ used in schedule \"{}\" is not officially supported, see "
                      "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
                      text));
  const auto schedule = schedule_of(cron_);
  if (!schedule)
    return event("Warning", "UnparseableSchedule",
                 fmt::format("unparseable schedule: \"{}\" : {}", text, schedule.error().message));
  const Due due = last_due(cron_, *schedule, known_.now);
  if (!due.problem.empty())
    return event("Warning", "InvalidSchedule", fmt::format("invalid schedule: {} : {}", text, due.problem));
  if (due.many_missed)
    event("Warning", "TooManyMissedTimes",
          "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
  if (due.time) return start(*due.time, *schedule);
  plan_.look_again_ns = until_next_ns(last_scheduled(cron_), *schedule, known_.now);
}

Value Planner::make_job(TimeNs time) const {
  const View from = cron_["spec"]["jobTemplate"];
  Value meta = Value::object({{"name", job_name(cron_, time)}, {"namespace", object::namespace_of(cron_)}});
  if (!from["metadata"]["labels"].empty()) meta.set("labels", from["metadata"]["labels"].to_value());
  Value annotations = from["metadata"]["annotations"].to_value();
  annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      zone_of(cron_).value_or(object::TimeZone()).format(time);
  meta.set("annotations", std::move(annotations));
  meta["ownerReferences"].push_back(controller_reference(cron_));
  return Value::object(
      {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", std::move(meta)}, {"spec", from["spec"].to_value()}});
}

Plan Planner::run() {
  expire_history();
  see_jobs();
  if (!object::is_deleting(cron_)) look_at_schedule();
  return std::move(plan_);
}

}  // namespace

Plan make_plan(const Known& known) { return Planner(known).run(); }

std::optional<Value> next_status(const Known& known, const Plan& plan, const Effects& effects) {
  Value status = plan.status;
  remove_active(status, [&](std::string_view uid) { return effects.removed.contains(std::string(uid)); });
  if (effects.created) {
    const View job = effects.created.root();
    status["active"].push_back(Value::object({{"kind", "Job"},
                                              {"namespace", object::namespace_of(job)},
                                              {"name", object::name_of(job)},
                                              {"uid", object::uid_of(job)},
                                              {"apiVersion", "batch/v1"},
                                              {"resourceVersion", job["metadata"]["resourceVersion"].as_string()}}));
    status.set("lastScheduleTime", object::format_time(*plan.scheduled));
  }
  const View old = known.cron_job["status"];
  if (old == View(status) || (old.empty() && View(status).empty())) return std::nullopt;
  Value changed = known.cron_job.root().to_value();
  changed.set("status", std::move(status));
  return changed;
}

}  // namespace proa::controllers::cronjob
