#include "controllers/workload/pod_control.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controllers/workload/errors.h"
#include "object/meta.h"

namespace proa::controllers {

using object::Document;

struct PodControl::Job {
  std::string key;
  Document owner;
  Done done;
  std::function<object::Value(size_t)> make;
  size_t next = 0, count = 0;  // pods to create
  size_t batch = 0;
  size_t pending = 0;  // answers awaited
  std::optional<Status> failure;

  void failed(const Status& why) {
    if (!failure) failure = why;
  }
  void end() { std::exchange(done, nullptr)(std::move(failure)); }
};

void PodControl::create(std::string key, Document owner, size_t count, std::function<object::Value(size_t)> make,
                        Done done) {
  auto job = std::make_shared<Job>(Job{std::move(key), std::move(owner), std::move(done), std::move(make), 0, count});
  create_batch(job, 1);
}

void PodControl::create_batch(const JobPtr& job, size_t size) {
  job->batch = std::min(size, job->count - job->next);
  if (job->batch == 0) return job->end();
  job->pending = job->batch;
  for (size_t i = 0; i < job->batch; ++i)
    client_.create(client::resources::kPods, object::namespace_of(job->owner.root()), "", job->make(job->next++), "",
                   alive_.guard([this, job](const Result<Document>& pod) { created(job, pod); }));
}

void PodControl::created(const JobPtr& job, const Result<Document>& pod) {
  const object::View owner = job->owner.root();
  if (pod) {
    expectations_.wrote(job->key, pods_, *pod);
    events_.record(owner, "Normal", "SuccessfulCreate", fmt::format("Created pod: {}", object::name_of(pod->root())));
  } else if (!namespace_is_ending(pod.error())) {
    events_.record(owner, "Warning", "FailedCreate", "Error creating: " + pod.error().message);
    job->failed(pod.error());
  }
  if (--job->pending > 0) return;
  if (job->failure) return job->end();
  create_batch(job, 2 * job->batch);
}

void PodControl::remove(std::string key, Document owner, const std::vector<Document>& pods, Done done) {
  auto job = std::make_shared<Job>(Job{std::move(key), std::move(owner), std::move(done), nullptr});
  if (pods.empty()) return job->end();
  job->pending = pods.size();
  for (const Document& pod : pods)
    client_.remove(client::resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()), {},
                   alive_.guard([this, job, pod](const Result<Document>& result) { removed(job, pod, result); }));
}

void PodControl::removed(const JobPtr& job, const Document& pod, const Result<Document>& result) {
  const object::View owner = job->owner.root();
  if (result) {
    expectations_.removed(job->key, pods_, pod);
    events_.record(owner, "Normal", "SuccessfulDelete", fmt::format("Deleted pod: {}", object::name_of(pod.root())));
  } else if (!result.error().is("NotFound")) {
    events_.record(owner, "Warning", "FailedDelete", "Error deleting: " + result.error().message);
    job->failed(result.error());
  }
  if (--job->pending == 0) job->end();
}

}  // namespace proa::controllers
