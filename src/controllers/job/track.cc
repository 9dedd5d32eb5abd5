// The status of a job: what it tells before its pods lose their finalizer, and after that.
#include <algorithm>

#include "controllers/job/ends.h"
#include "controllers/job/failure_policy.h"
#include "controllers/job/job_pods.h"
#include "controllers/job/plan.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::job {
namespace {

using object::Document;
using object::TimeNs;
using object::Value;
using object::View;

Value condition(std::string_view type, std::string_view status, std::string_view reason, std::string_view message,
                TimeNs now) {
  const std::string time = object::format_time(now);
  return Value::object({{"type", type},
                        {"status", status},
                        {"lastProbeTime", time},
                        {"lastTransitionTime", time},
                        {"reason", reason},
                        {"message", message}});
}

/// True when the list changed. A condition that was never there does not come as False.
bool set_condition(Value& status, Value wanted) {
  const View now(wanted);
  if (Value* conditions = status.find("conditions"); conditions != nullptr && conditions->is_array())
    for (Value& each : conditions->items()) {
      const View old(each);
      if (!(old["type"] == now["type"])) continue;
      if (old["status"] == now["status"] && old["reason"] == now["reason"] && old["message"] == now["message"])
        return false;
      each = std::move(wanted);
      return true;
    }
  if (now["status"].as_string() == "False") return false;
  status["conditions"].push_back(std::move(wanted));
  return true;
}

/// A counter that is left out when it is 0.
void set_count(Value& status, object::Key name, int64_t count) {
  if (count == 0)
    status.erase(name);
  else
    status.set(name, count);
}

/// A list of uids that is left out when it is empty.
void set_uids(Value& uncounted, object::Key name, const std::vector<std::string>& uids) {
  uncounted.erase(name);
  for (const std::string& uid : uids) uncounted[name].push_back(uid);
}

std::vector<std::string> uids_in(View list) {
  std::vector<std::string> uids;
  for (const View uid : list.items()) uids.push_back(uid.str());
  return uids;
}

/// Counts those listed ends whose pods are no longer tracked.
bool count_listed(Value& status, const std::set<std::string>& tracked) {
  bool changed = false;
  for (const std::string_view end : {"succeeded", "failed"}) {
    const std::vector<std::string> listed = uids_in(View(status)["uncountedTerminatedPods"][end]);
    std::vector<std::string> left;
    std::ranges::copy_if(listed, std::back_inserter(left),
                         [&](const std::string& uid) { return tracked.contains(uid); });
    if (left.size() == listed.size()) continue;
    set_count(status, object::Key(end), View(status)[end].as_int() + static_cast<int64_t>(listed.size() - left.size()));
    set_uids(status["uncountedTerminatedPods"], object::Key(end), left);
    changed = true;
  }
  return changed;
}

class Tracker {
 public:
  Tracker(const Known& known, const Plan& plan, const Effects& effects)
      : job_(known.job.root()),
        known_(known),
        plan_(plan),
        effects_(effects),
        status_(View(job_)["status"].to_value()),
        uncounted_(job_),
        verdict_(effects.failed ? std::nullopt : plan.verdict) {}

  Tracking run();

 private:
  void start();
  void count_pods();
  void look_for_completion();
  void tell_suspension();
  bool may_untrack(View pod) const;
  void list_ends();
  void list_end(View pod);
  void tell_indexes();
  void tell_verdict();

  View job_;
  const Known& known_;
  const Plan& plan_;
  const Effects& effects_;
  Value status_;
  Uncounted uncounted_;
  std::optional<Verdict> verdict_;
  std::set<int64_t> new_indexes_;
  std::vector<std::string> succeeded_, failed_;  // listed
  int64_t active_ = 0;
  bool full_ = false;  // no more can be listed
  Tracking out_;
};

void Tracker::start() {
  if (status_.is_null()) status_ = Value::object();
  if (!View(status_)["startTime"].is_string() && !is_suspended(job_))
    status_.set("startTime", object::format_time(known_.now));
  if (!View(status_)["uncountedTerminatedPods"].is_object()) status_.set("uncountedTerminatedPods", Value::object());
}

void Tracker::count_pods() {
  const int64_t removed = effects_.failed ? 0 : static_cast<int64_t>(plan_.remove.size());
  const int64_t created = effects_.failed ? 0 : static_cast<int64_t>(plan_.create.size());
  const int64_t ready = plan_.ready - (effects_.failed ? 0 : effects_.removed_ready);
  active_ = plan_.active - removed + created;
  const auto set = [this](object::Key name, int64_t count) {
    const View old = View(status_)[name];
    if (old.is_int() && old.as_int() == count) return;
    status_.set(name, count);
    out_.changed = true;
  };
  if (active_ != View(status_)["active"].as_int()) out_.changed = true;
  set_count(status_, "active", active_);
  set("ready", ready);
  set("terminating", plan_.terminating + removed);
}

/// Enough pods succeeded, and none is left.
void Tracker::look_for_completion() {
  if (plan_.verdict) return;
  const View completions = job_["spec"]["completions"];
  const bool enough = completions.is_int() ? plan_.succeeded >= completions.as_int() : plan_.succeeded > 0;
  if (enough && active_ == 0)
    verdict_ = Verdict{"SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"};
  else if (plan_.managed)
    tell_suspension();
}

void Tracker::tell_suspension() {
  const bool suspended = is_suspended(job_);
  if (!set_condition(status_, suspended ? condition("Suspended", "True", "JobSuspended", "Job suspended", known_.now)
                                        : condition("Suspended", "False", "JobResumed", "Job resumed", known_.now)))
    return;
  out_.changed = true;
  if (suspended) {
    status_.erase("startTime");
    out_.events.push_back({"Normal", "Suspended", "Job suspended"});
  } else {
    status_.set("startTime", object::format_time(known_.now));  // activeDeadlineSeconds count anew
    out_.events.push_back({"Normal", "Resumed", "Job resumed"});
  }
}

bool Tracker::may_untrack(View pod) const {
  if (object::is_deleting(job_) || verdict_ || pod["status"]["phase"].as_string() == "Succeeded") return true;
  if (!has_failed(pod, job_)) return false;
  const auto index = completion_index(pod);
  const auto heir = index ? plan_.heirs.find(*index) : plan_.heirs.end();
  return heir == plan_.heirs.end() || object::uid_of(heir->second.root()) != object::uid_of(pod);
}

void Tracker::list_end(View pod) {
  const std::string_view uid = object::uid_of(pod);
  const auto index = completion_index(pod);
  const bool is_wanted = !is_indexed(job_) || (index && *index < job_["spec"]["completions"].as_int());
  if (pod["status"]["phase"].as_string() == "Succeeded" && !uncounted_.failed.contains(uid)) {
    if (is_indexed(job_)) {
      if (is_wanted && !plan_.done_before.has(*index)) new_indexes_.insert(*index);
    } else if (!uncounted_.succeeded.contains(uid)) {
      succeeded_.emplace_back(uid);
    }
    return;
  }
  // When a job has failed, what has not ended yet has failed too.
  if (!has_failed(pod, job_) && !(verdict_ && verdict_->type != "SuccessCriteriaMet")) return;
  if (!uncounted_.failed.contains(uid) && is_wanted && match_failure_policy(job_, pod).counts)
    failed_.emplace_back(uid);
}

void Tracker::list_ends() {
  Value& uncounted = status_["uncountedTerminatedPods"];
  succeeded_ = uids_in(View(uncounted)["succeeded"]);
  failed_ = uids_in(View(uncounted)["failed"]);
  const size_t before = succeeded_.size() + failed_.size();
  for (const Document& pod : plan_.pods) {
    if (!is_tracked(pod.root()) || !may_untrack(pod.root())) continue;
    out_.untrack.push_back(pod);
    list_end(pod.root());
    full_ = new_indexes_.size() + succeeded_.size() + failed_.size() >= kMostUncounted;
    if (full_) break;
  }
  if (succeeded_.size() + failed_.size() != before || !new_indexes_.empty()) out_.changed = true;
  set_uids(uncounted, "succeeded", succeeded_);
  set_uids(uncounted, "failed", failed_);
}

void Tracker::tell_indexes() {
  if (!is_indexed(job_)) return;
  const Indexes done = plan_.done_before.merged(Indexes(new_indexes_));
  set_count(status_, "succeeded", done.count());
  if (const std::string text = done.str(); View(status_)["completedIndexes"].as_string() != text) {
    status_.erase("completedIndexes");
    if (!text.empty()) status_.set("completedIndexes", text);
    out_.changed = true;
  }
  if (!plan_.failed) return;
  const std::string text = plan_.failed->str();  // told also when it is empty
  const View told = View(status_)["failedIndexes"];
  if (told.is_string() && told.as_string() == text) return;
  status_.set("failedIndexes", text);
  out_.changed = true;
}

/// What the job comes to is told before its pods lose their finalizer; that it has come to it, after that.
void Tracker::tell_verdict() {
  if (!verdict_) return;
  const bool is_standing = verdict_->type == "Failed";  // told by an earlier round
  if (!is_standing)
    out_.changed |=
        set_condition(status_, condition(verdict_->type, "True", verdict_->reason, verdict_->message, known_.now));
  if (full_) return;
  out_.ending =
      Verdict{verdict_->type == "SuccessCriteriaMet" ? "Complete" : "Failed", verdict_->reason, verdict_->message};
}

Tracking Tracker::run() {
  start();
  count_pods();
  look_for_completion();
  std::set<std::string> tracked;
  for (const Document& pod : plan_.pods)
    if (is_tracked(pod.root())) tracked.emplace(object::uid_of(pod.root()));
  out_.changed |= count_listed(status_, tracked);
  list_ends();
  tell_indexes();
  tell_verdict();
  out_.job = job_.to_value();
  out_.job.set("status", std::move(status_));
  return std::move(out_);
}

}  // namespace

Tracking track(const Known& known, const Plan& plan, const Effects& effects) {
  return Tracker(known, plan, effects).run();
}

Conclusion conclude(Value job, const std::optional<Verdict>& ending, const std::set<std::string>& tracked, TimeNs now) {
  Conclusion out;
  Value& status = job["status"];
  out.changed = count_listed(status, tracked);
  const View told(status);
  const bool is_over = ending && told["uncountedTerminatedPods"].empty() && told["terminating"].as_int() == 0;
  if (is_over) {
    set_condition(status, condition(ending->type, "True", ending->reason, ending->message, now));
    const View completions = View(job)["spec"]["completions"];
    if (ending->type != "Complete") {
      out.events.push_back({"Warning", ending->reason, ending->message});
    } else {
      status.set("completionTime", object::format_time(now));
      if (completions.is_int() && View(status)["succeeded"].as_int() > completions.as_int())
        out.events.push_back(
            {"Warning", "TooManySucceededPods", "Too many succeeded pods running after completion count reached"});
      out.events.push_back({"Normal", "Completed", "Job completed"});
    }
    out.changed = true;
  }
  out.job = std::move(job);
  return out;
}

}  // namespace proa::controllers::job
