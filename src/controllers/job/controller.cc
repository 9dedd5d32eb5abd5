#include "controllers/job/controller.h"

#include <algorithm>
#include <map>
#include <utility>

#include "client/event_recorder.h"
#include "controllers/job/job_pods.h"
#include "controllers/job/plan.h"
#include "controllers/job/untrack.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/claiming.h"
#include "controllers/workload/pod_control.h"
#include "controllers/workload/pod_index.h"
#include "controllers/workload/pods.h"
#include "object/selector.h"

namespace proa::controllers::job {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

object::LabelSelector selector_of(View job) { return object::LabelSelector::from_object(job["spec"]["selector"]); }

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 5),
        jobs_(informer(resources::kJobs)),
        pods_(informer(resources::kPods)),
        events_(parts.client, parts.executor, "job-controller"),
        expectations_(parts.executor.clock()),
        pod_control_(parts, pods_, events_, expectations_) {}

  void start() override;

 private:
  struct Round {
    std::string key;
    Finish finish;
    Known known;
    Plan plan;
    Tracking tracking;
    bool failed = false;
  };
  using RoundPtr = std::shared_ptr<Round>;
  struct Record {  // of failures, as long as the job lives
    std::string uid;
    Backoff backoff;
  };

  void sync(const std::string& key, Finish finish) override;
  Backoff backoff_of(const std::string& key, View job) const;
  void settle_ownership(const RoundPtr& round);
  void create_pods(const RoundPtr& round);
  void remove_pods(const RoundPtr& round);
  void pods_written(const RoundPtr& round, bool failed);
  void write_status(const RoundPtr& round, object::Value job, std::vector<Event> events,
                    std::move_only_function<void(const Document&)> then);
  void untrack_pods(const RoundPtr& round, object::Value job);
  void conclude_round(const RoundPtr& round, object::Value job, const std::set<std::string>& untracked);
  void end(const RoundPtr& round);

  client::Informer& jobs_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::Expectations expectations_;
  PodControl pod_control_;
  std::map<std::string, Record> records_;  // by key
};

void Loop::start() {
  index_by_controller(pods_);
  queue_changes(jobs_);
  listen(pods_, [this](const Document& before, const Document& after) {
    wake_owners(jobs_, resources::kJobs.kind, selector_of, before, after, [this](View job) { queue(job); });
  });
}

Backoff Loop::backoff_of(const std::string& key, View job) const {
  const auto record = records_.find(key);
  return record == records_.end() || record->second.uid != object::uid_of(job) ? Backoff() : record->second.backoff;
}

void Loop::sync(const std::string& key, Finish finish) {
  const Document job = cached(jobs_, key);
  if (!job || is_finished(job.root())) {
    expectations_.forget(key);
    records_.erase(key);
    return finish(Outcome::kDone);
  }
  if (is_managed_elsewhere(job.root()) || caches_lag(expectations_, key)) return finish(Outcome::kDone);
  auto round = std::make_shared<Round>();
  round->key = key;
  round->finish = std::move(finish);
  round->known = {job, dependents_of(pods_, job.root(), true), backoff_of(key, job.root()),
                  parts_.executor.clock().wall()};
  round->plan = make_plan(round->known);
  settle_ownership(round);
}

void Loop::settle_ownership(const RoundPtr& round) {
  Plan& plan = round->plan;
  const bool settled = plan.adopt.empty() && plan.release.empty();
  claim_through(
      parts_.client,
      {resources::kJobs, resources::kPods, round->known.job, plan.adopt, plan.release, std::string(kTrackingFinalizer)},
      alive_.guard([this, key = round->key](const Document& pod) { expectations_.wrote(key, pods_, pod); }),
      alive_.guard([this, round, settled](const Result<void>& result) {
        round->failed = !result;
        if (!settled) return end(round);
        if (!round->plan.remove.empty()) return remove_pods(round);
        create_pods(round);
      }));
}

void Loop::create_pods(const RoundPtr& round) {
  const auto make = [round](size_t i) {
    const auto index = round->plan.create[i];
    const auto heir = index ? round->plan.heirs.find(*index) : round->plan.heirs.end();
    return make_pod(round->known.job.root(), index, heir == round->plan.heirs.end() ? View() : heir->second.root());
  };
  pod_control_.create(
      round->key, round->known.job, round->plan.create.size(), make,
      [this, round](const std::optional<Status>& failure) { pods_written(round, failure.has_value()); });
}

void Loop::remove_pods(const RoundPtr& round) {
  const auto remove = [this, round] {
    pod_control_.remove(
        round->key, round->known.job, round->plan.remove,
        [this, round](const std::optional<Status>& failure) { pods_written(round, failure.has_value()); });
  };
  if (!round->plan.untrack_removed) return remove();
  untrack(parts_.client, round->plan.remove,
          alive_.guard([this, key = round->key](const Document& pod) { expectations_.wrote(key, pods_, pod); }),
          alive_.guard([this, round, remove](const Untracked& untracked) {
            if (untracked.failure) return pods_written(round, true);
            remove();
          }));
}

void Loop::pods_written(const RoundPtr& round, bool failed) {
  round->failed = failed;
  const auto removed_ready =
      std::ranges::count_if(round->plan.remove, [](const Document& pod) { return is_pod_ready(pod.root()); });
  round->tracking = track(round->known, round->plan, {.failed = failed, .removed_ready = removed_ready});
  Tracking& tracking = round->tracking;
  if (!tracking.changed) return untrack_pods(round, std::move(tracking.job));
  write_status(round, std::move(tracking.job), std::move(tracking.events), [this, round](const Document& job) {
    records_[round->key] = {std::string(object::uid_of(job.root())), round->plan.backoff};
    untrack_pods(round, job.root().to_value());
  });
}

/// `then` is called when it is written; otherwise the round ends.
void Loop::write_status(const RoundPtr& round, object::Value job, std::vector<Event> events,
                        std::move_only_function<void(const Document&)> then) {
  const View view(job);
  const std::string ns(object::namespace_of(view)), name(object::name_of(view));
  parts_.client.update(resources::kJobs, ns, name, std::move(job), "status",
                       alive_.guard([this, round, events = std::move(events),
                                     then = std::move(then)](const Result<Document>& written) mutable {
                         if (!written) {
                           round->failed = !written.error().is("NotFound");
                           return end(round);
                         }
                         expectations_.wrote(round->key, jobs_, *written);
                         for (const Event& event : events)
                           events_.record(written->root(), event.type, event.reason, event.message);
                         then(*written);
                       }));
}

void Loop::untrack_pods(const RoundPtr& round, object::Value job) {
  untrack(parts_.client, round->tracking.untrack,
          alive_.guard([this, key = round->key](const Document& pod) { expectations_.wrote(key, pods_, pod); }),
          alive_.guard([this, round, job = std::move(job)](const Untracked& untracked) mutable {
            round->failed = round->failed || untracked.failure;
            if (untracked.failure) round->tracking.ending.reset();
            conclude_round(round, std::move(job), untracked.uids);
          }));
}

void Loop::conclude_round(const RoundPtr& round, object::Value job, const std::set<std::string>& untracked) {
  std::set<std::string> tracked;
  for (const Document& pod : round->plan.pods) {
    const std::string uid(object::uid_of(pod.root()));
    if (is_tracked(pod.root()) && !untracked.contains(uid)) tracked.insert(uid);
  }
  Conclusion conclusion = conclude(std::move(job), round->tracking.ending, tracked, parts_.executor.clock().wall());
  if (!conclusion.changed) return end(round);
  write_status(round, std::move(conclusion.job), std::move(conclusion.events),
               [this, round](const Document&) { end(round); });
}

void Loop::end(const RoundPtr& round) {
  if (!round->failed && round->plan.look_again_ns) queue_.add_after(round->key, *round->plan.look_again_ns);
  QueueLoop::end(std::move(round->finish), !round->failed);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::job
