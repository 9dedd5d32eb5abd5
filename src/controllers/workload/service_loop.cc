#include "controllers/workload/service_loop.h"

#include <utility>

namespace proa::controllers {

using object::Document;
using object::View;
namespace resources = client::resources;

ServiceLoop::ServiceLoop(const Parts& parts, const std::string& component, runtime::DurationNs pace_per_pod)
    : QueueLoop(parts, 5),
      services_(informer(resources::kServices)),
      pods_(informer(resources::kPods)),
      events_(parts.client, parts.executor, component),
      expectations_(parts.executor.clock()),
      pace_(pace_per_pod) {}

void ServiceLoop::start() {
  queue_changes(services_);
  listen(pods_, [this](const Document& before, const Document& after) {
    wake_services(services_, before, after, [this](View service) { queue(service); });
  });
}

void ServiceLoop::sync(const std::string& key, Finish finish) {
  Turn turn{key, cached(services_, key), {}, 0};
  if (!turn.service) {
    expectations_.forget(key);
    trigger_times_.forget(key);
    pace_.forget(key);
    return gone(key, std::move(finish));
  }
  if (!has_endpoints(turn.service.root())) return finish(Outcome::kDone);
  const runtime::TimeNs now = parts_.executor.clock().monotonic();
  if (const auto wait = pace_.wait(key, now); wait > 0) {
    queue_.add_after(key, wait);
    return finish(Outcome::kDone);
  }
  if (caches_lag(expectations_, key)) return finish(Outcome::kDone);
  turn.pods = pods_of_service(pods_, turn.service.root());
  pace_.worked(key, turn.pods.size(), now);
  turn.trigger_time = trigger_times_.next(turn.service.root(), turn.pods);
  update(std::move(turn), std::move(finish));
}

}  // namespace proa::controllers
