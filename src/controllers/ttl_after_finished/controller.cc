#include "controllers/ttl_after_finished/controller.h"

#include <utility>

#include "controllers/queue_loop.h"
#include "controllers/workload/job_end.h"

namespace proa::controllers::ttl_after_finished {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts) : QueueLoop(parts, 5), jobs_(informer(resources::kJobs)) {}

  void start() override { queue_changes(jobs_); }

 private:
  void sync(const std::string& key, Finish finish) override {
    const Document job = cached(jobs_, key);
    if (!job || !is_due(key, job.root())) return finish(Outcome::kDone);
    // The cache may lag behind a change of the time to live.
    parts_.client.get(resources::kJobs, object::namespace_of(job.root()), object::name_of(job.root()),
                      alive_.guard([this, key, finish = std::move(finish)](const Result<Document>& now) mutable {
                        if (!now) return end(std::move(finish), now.error().is("NotFound"));
                        if (!is_due(key, now->root())) return finish(Outcome::kDone);
                        remove(now->root(), std::move(finish));
                      }));
  }
  /// If it is not yet, the key comes again when it is.
  bool is_due(const std::string& key, View job) {
    const auto left = time_left_ns(job, parts_.executor.clock().wall());
    if (left && *left > 0) queue_.add_after(key, *left);
    return left && *left <= 0;
  }
  void remove(View job, Finish finish) {
    parts_.client.remove(resources::kJobs, object::namespace_of(job), object::name_of(job),
                         {.uid = std::string(object::uid_of(job)), .propagation_policy = "Foreground"},
                         last_write(std::move(finish)));
  }

  client::Informer& jobs_;
};

}  // namespace

std::optional<int64_t> time_left_ns(View job, object::TimeNs now) {
  const View seconds = job["spec"]["ttlSecondsAfterFinished"];
  if (!seconds.is_int() || object::is_deleting(job)) return std::nullopt;
  const auto finished = object::time_of(job_end(job)["lastTransitionTime"]);
  if (!finished) return std::nullopt;
  return *finished + seconds.as_int() * object::kSecondNs - now;
}

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::ttl_after_finished
