#include "controllers/cronjob/controller.h"

#include <utility>

#include "client/event_recorder.h"
#include "controllers/cronjob/plan.h"
#include "controllers/cronjob/timing.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/pod_index.h"

namespace proa::controllers::cronjob {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 5),
        cron_jobs_(informer(resources::kCronJobs)),
        jobs_(informer(resources::kJobs)),
        events_(parts.client, parts.executor, "cronjob-controller"),
        expectations_(parts.executor.clock()) {}

  void start() override;

 private:
  struct Round {
    std::string key;
    Finish finish;
    Known known;
    Plan plan;
    Effects effects;
    size_t next = 0;  // of plan.expire, then of plan.replace
    bool failed = false;
  };
  using RoundPtr = std::shared_ptr<Round>;

  void cron_job_changed(const Document& before, const Document& after);
  void sync(const std::string& key, Finish finish) override;
  std::vector<Document> jobs_of(View cron_job) const;
  void remove_next(const RoundPtr& round);
  void removed(const RoundPtr& round, const Document& job, const Result<Document>& result);
  void create_job(const RoundPtr& round);
  void created(const RoundPtr& round, const Result<Document>& job);
  void found(const RoundPtr& round, const Result<Document>& job);
  void write_status(const RoundPtr& round);
  void end(const RoundPtr& round);
  void record(const RoundPtr& round, std::string_view type, std::string_view reason, const std::string& message) {
    events_.record(round->known.cron_job.root(), type, reason, message);
  }

  client::Informer& cron_jobs_;
  client::Informer& jobs_;
  client::EventRecorder events_;
  client::Expectations expectations_;
};

void Loop::start() {
  listen(cron_jobs_, [this](const Document& before, const Document& after) { cron_job_changed(before, after); });
  listen(jobs_, [this](const Document& before, const Document& after) {
    for (const Document* job : {&before, &after})
      if (*job)
        if (const Document owner =
                resolve_controller(cron_jobs_, resources::kCronJobs.kind, object::namespace_of(job->root()),
                                   object::controller_of(job->root())))
          queue(owner.root());
  });
}

void Loop::cron_job_changed(const Document& before, const Document& after) {
  if (!before || !after ||
      (before["spec"]["schedule"] == after["spec"]["schedule"] &&
       before["spec"]["timeZone"] == after["spec"]["timeZone"]))
    return queue((after ? after : before).root());
  const auto schedule = schedule_of(after.root());
  if (!schedule)
    return events_.record(after.root(), "Warning", "UnParseableCronJobSchedule",
                          "unparseable schedule for cronjob: " + after["spec"]["schedule"].str());
  queue_.add_after(object::key_of(after.root()),
                   until_next_ns(last_scheduled(after.root()), *schedule, parts_.executor.clock().wall()));
}

std::vector<Document> Loop::jobs_of(View cron_job) const {
  std::vector<Document> mine;
  for (Document& job : jobs_.list(object::namespace_of(cron_job)))
    if (object::controller_of(job.root())["name"].as_string() == object::name_of(cron_job))
      mine.push_back(std::move(job));
  return mine;
}

void Loop::sync(const std::string& key, Finish finish) {
  const Document cron_job = cached(cron_jobs_, key);
  if (!cron_job) {
    expectations_.forget(key);
    return finish(Outcome::kDone);
  }
  if (caches_lag(expectations_, key)) return finish(Outcome::kDone);
  auto round = std::make_shared<Round>();
  round->key = key;
  round->finish = std::move(finish);
  round->known = {cron_job, jobs_of(cron_job.root()), parts_.executor.clock().wall()};
  round->plan = make_plan(round->known);
  for (const Event& event : round->plan.events) record(round, event.type, event.reason, event.message);
  remove_next(round);
}

void Loop::remove_next(const RoundPtr& round) {
  const Plan& plan = round->plan;
  if (round->next == plan.expire.size() + plan.replace.size()) return create_job(round);
  const Document& job =
      round->next < plan.expire.size() ? plan.expire[round->next] : plan.replace[round->next - plan.expire.size()];
  ++round->next;
  parts_.client.remove(
      resources::kJobs, object::namespace_of(job.root()), object::name_of(job.root()),
      {.propagation_policy = "Background"},
      alive_.guard([this, round, job](const Result<Document>& result) { removed(round, job, result); }));
}

void Loop::removed(const RoundPtr& round, const Document& job, const Result<Document>& result) {
  if (result) {
    expectations_.removed(round->key, jobs_, job);
    round->effects.removed.emplace(object::uid_of(job.root()));
    record(round, "Normal", "SuccessfulDelete", "Deleted job " + std::string(object::name_of(job.root())));
    return remove_next(round);
  }
  record(round, "Warning", "FailedDelete", "Deleted job: " + result.error().message);
  const bool was_to_be_replaced = round->next > round->plan.expire.size();
  if (!was_to_be_replaced) return remove_next(round);
  round->failed = true;
  write_status(round);
}

void Loop::create_job(const RoundPtr& round) {
  if (!round->plan.create) return write_status(round);
  object::Value job = std::move(*round->plan.create);
  const std::string ns(object::namespace_of(job)), name(object::name_of(job));
  parts_.client.create(resources::kJobs, ns, name, std::move(job), "",
                       alive_.guard([this, round, ns, name](const Result<Document>& made) {
                         if (made || !made.error().is("AlreadyExists")) return created(round, made);
                         parts_.client.get(
                             resources::kJobs, ns, name,
                             alive_.guard([this, round](const Result<Document>& there) { found(round, there); }));
                       }));
}

void Loop::created(const RoundPtr& round, const Result<Document>& job) {
  if (job) {
    expectations_.wrote(round->key, jobs_, *job);
    round->effects.created = *job;
    record(round, "Normal", "SuccessfulCreate", "Created job " + std::string(object::name_of(job->root())));
  } else {
    round->failed = true;
    if (!namespace_is_ending(job.error()))
      record(round, "Warning", "FailedCreate", "Error creating job: " + job.error().message);
  }
  write_status(round);
}

/// It was made before a crash, which came before the status was written; or it is somebody else's.
void Loop::found(const RoundPtr& round, const Result<Document>& job) {
  round->failed = !job;
  if (job && object::is_controlled_by(job->root(), object::uid_of(round->known.cron_job.root()))) {
    bool is_listed = false;
    for (const View active : View(round->plan.status)["active"].items())
      is_listed |= active["uid"].as_string() == object::uid_of(job->root());
    if (!is_listed) round->effects.created = *job;
  }
  write_status(round);
}

void Loop::write_status(const RoundPtr& round) {
  auto changed = next_status(round->known, round->plan, round->effects);
  if (!changed) return end(round);
  const View cron_job = round->known.cron_job.root();
  parts_.client.update(resources::kCronJobs, object::namespace_of(cron_job), object::name_of(cron_job),
                       std::move(*changed), "status", alive_.guard([this, round](const Result<Document>& written) {
                         if (written) expectations_.wrote(round->key, cron_jobs_, *written);
                         round->failed |= !written;
                         end(round);
                       }));
}

void Loop::end(const RoundPtr& round) {
  if (!round->failed && round->plan.look_again_ns) queue_.add_after(round->key, *round->plan.look_again_ns);
  QueueLoop::end(std::move(round->finish), !round->failed);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::cronjob
