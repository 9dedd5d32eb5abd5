#include "controllers/endpoints/controller.h"

#include <utility>

#include <fmt/format.h>

#include "client/alive.h"
#include "client/event_recorder.h"
#include "client/expectations.h"
#include "client/work_queue.h"
#include "controllers/endpoints/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/service_pods.h"
#include "object/meta.h"

namespace proa::controllers::endpoints {
namespace {

using client::WorkQueue;
using object::Document;
using object::View;
namespace resources = client::resources;

class Loop : public Controller {
 public:
  explicit Loop(const Parts& parts)
      : parts_(parts),
        services_(parts.informers.of(resources::kServices)),
        pods_(parts.informers.of(resources::kPods)),
        endpoints_(parts.informers.of(resources::kEndpoints)),
        events_(parts.client, parts.executor, "endpoint-controller"),
        expectations_(parts.executor.clock()),
        queue_(
            parts.executor, [this](const std::string& key, WorkQueue::Finish finish) { sync(key, std::move(finish)); },
            5) {}

  void start() override;
  bool idle() const override { return !queue_.busy(); }

 private:
  void sync(const std::string& key, WorkQueue::Finish finish);
  void remove(const std::string& key, WorkQueue::Finish finish);
  void written(const std::string& key, bool created, const Result<Document>& result, WorkQueue::Finish finish,
               const Document& service);

  Parts parts_;
  client::Informer& services_;
  client::Informer& pods_;
  client::Informer& endpoints_;
  client::EventRecorder events_;
  client::Expectations expectations_;
  TriggerTimes trigger_times_;
  Pace pace_{200 * runtime::kMillisecond / 1000};
  WorkQueue queue_;
  client::Alive alive_;
};

void Loop::start() {
  client::on_change(services_, alive_, [this](const Document& before, const Document& after) {
    queue_.add(object::key_of((after ? after : before).root()));
  });
  client::on_change(pods_, alive_, [this](const Document& before, const Document& after) {
    wake_services(services_, before, after, [this](View service) { queue_.add(object::key_of(service)); });
  });
  // Also those whose Service went while nobody watched.
  client::on_change(endpoints_, alive_, [this](const Document& before, const Document& after) {
    queue_.add(object::key_of((after ? after : before).root()));
  });
}

void Loop::remove(const std::string& key, WorkQueue::Finish finish) {
  expectations_.forget(key);
  trigger_times_.forget(key);
  pace_.forget(key);
  const size_t slash = key.find('/');
  const std::string ns = key.substr(0, slash), name = key.substr(slash + 1);
  const Document left = endpoints_.get(ns, name);
  // Made by hand, or used for leader election by old clients: not ours.
  if (!left ||
      object::labels_of(left.root())["endpoints.kubernetes.io/managed-by"].as_string() != "endpoint-controller")
    return finish(WorkQueue::Outcome::kDone);
  parts_.client.remove(
      resources::kEndpoints, ns, name, {}, [finish = std::move(finish)](Result<Document> result) mutable {
        finish(result || result.error().is("NotFound") ? WorkQueue::Outcome::kDone : WorkQueue::Outcome::kRetry);
      });
}

void Loop::sync(const std::string& key, WorkQueue::Finish finish) {
  const size_t slash = key.find('/');
  const std::string ns = key.substr(0, slash), name = key.substr(slash + 1);
  const Document service = services_.get(ns, name);
  if (!service) return remove(key, std::move(finish));
  if (!has_endpoints(service.root())) return finish(WorkQueue::Outcome::kDone);
  const runtime::TimeNs now = parts_.executor.clock().monotonic();
  if (const auto wait = pace_.wait(key, now); wait > 0) {
    queue_.add_after(key, wait);
    return finish(WorkQueue::Outcome::kDone);
  }
  if (!expectations_.satisfied(key)) {
    queue_.add_after(key, client::Expectations::kTimeout + runtime::kSecond);
    return finish(WorkQueue::Outcome::kDone);
  }
  Known known{service, pods_of_service(pods_, service.root()), endpoints_.get(ns, name), 0};
  pace_.worked(key, known.pods.size(), now);
  known.trigger_time = trigger_times_.next(service.root(), known.pods);
  auto wanted = make_plan(known);
  if (!wanted) return finish(WorkQueue::Outcome::kDone);
  const bool create = !known.current;
  auto done = alive_.guard([this, key, create, service, finish = std::move(finish)](Result<Document> result) mutable {
    written(key, create, result, std::move(finish), service);
  });
  if (create)
    parts_.client.create(resources::kEndpoints, ns, name, std::move(*wanted), "", std::move(done));
  else
    parts_.client.update(resources::kEndpoints, ns, name, std::move(*wanted), "", std::move(done));
}

void Loop::written(const std::string& key, bool created, const Result<Document>& result, WorkQueue::Finish finish,
                   const Document& service) {
  if (result) {
    expectations_.wrote(key, endpoints_, *result);
    return finish(WorkQueue::Outcome::kDone);
  }
  if (namespace_is_ending(result.error())) return finish(WorkQueue::Outcome::kDone);
  if (!result.error().is("Conflict") && !result.error().is("AlreadyExists"))
    events_.record(service.root(), "Warning", created ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
                   created ? fmt::format("Failed to create endpoint for service {}: {}", key, result.error().message)
                           : fmt::format("Failed to update endpoint {}: {}", key, result.error().message));
  finish(WorkQueue::Outcome::kRetry);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::endpoints
