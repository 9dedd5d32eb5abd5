#include "controllers/job/orphans.h"

#include <utility>

#include "controllers/job/job_pods.h"
#include "controllers/job/untrack.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/pod_index.h"

namespace proa::controllers::job {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

bool is_of_job(View controller) {
  return controller["kind"].as_string() == "Job" && controller["apiVersion"].as_string() == "batch/v1";
}

/// Keys are those of pods.
class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 5), jobs_(informer(resources::kJobs)), pods_(informer(resources::kPods)) {}

  void start() override {
    index_by_controller(pods_);
    listen(jobs_, [this](const Document& before, const Document& after) {
      if (after && !is_finished(after.root())) return;
      for (const Document& pod : dependents_of(pods_, (after ? after : before).root(), false)) queue_orphan(pod);
    });
    listen(pods_, [this](const Document&, const Document& pod) { queue_orphan(pod); });
  }

 private:
  Document job_of(View pod) const {
    return resolve_controller(jobs_, resources::kJobs.kind, object::namespace_of(pod), object::controller_of(pod));
  }
  void queue_orphan(const Document& pod) {
    if (pod && is_orphan(pod.root(), job_of(pod.root()))) queue(pod.root());
  }
  void sync(const std::string& key, Finish finish) override {
    const Document pod = cached(pods_, key);
    if (!pod || !is_orphan(pod.root(), job_of(pod.root()))) return finish(Outcome::kDone);
    untrack(
        parts_.client, {pod}, [](const Document&) {},
        alive_.guard([finish = std::move(finish)](const Untracked& untracked) mutable {
          end(std::move(finish), !untracked.failure);
        }));
  }

  client::Informer& jobs_;
  client::Informer& pods_;
};

}  // namespace

bool is_orphan(View pod, const Document& job) {
  if (!is_tracked(pod)) return false;
  const View controller = object::controller_of(pod);
  if (controller && !is_of_job(controller)) return false;
  return !job || (is_finished(job.root()) && !is_managed_elsewhere(job.root()));
}

std::unique_ptr<Controller> make_orphan_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::job
