#include "controllers/endpoints/controller.h"

#include <utility>

#include <fmt/format.h>

#include "controllers/endpoints/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/service_loop.h"

namespace proa::controllers::endpoints {
namespace {

using object::Document;
namespace resources = client::resources;

class Loop : public ServiceLoop {
 public:
  explicit Loop(const Parts& parts)
      : ServiceLoop(parts, "endpoint-controller", 200 * runtime::kMillisecond / 1000),
        endpoints_(informer(resources::kEndpoints)) {}

  void start() override {
    ServiceLoop::start();
    // Also those whose Service went while nobody watched.
    queue_changes(endpoints_);
  }

 private:
  void update(Turn turn, Finish finish) override;
  void gone(const std::string& key, Finish finish) override;
  void written(const Turn& turn, bool created, const Result<Document>& result, Finish finish);

  client::Informer& endpoints_;
};

void Loop::gone(const std::string& key, Finish finish) {
  const Document left = cached(endpoints_, key);
  // Made by hand, or used for leader election by old clients: not ours.
  if (!left ||
      object::labels_of(left.root())["endpoints.kubernetes.io/managed-by"].as_string() != "endpoint-controller")
    return finish(Outcome::kDone);
  parts_.client.remove(resources::kEndpoints, object::namespace_of(left.root()), object::name_of(left.root()), {},
                       last_write(std::move(finish)));
}

void Loop::update(Turn turn, Finish finish) {
  const Document current = cached(endpoints_, turn.key);
  auto wanted = make_plan({turn.service, turn.pods, current, turn.trigger_time});
  if (!wanted) return finish(Outcome::kDone);
  const std::string ns(object::namespace_of(turn.service.root())), name(object::name_of(turn.service.root()));
  auto done = alive_.guard([this, turn = std::move(turn), create = !current, finish = std::move(finish)](
                               Result<Document> result) mutable { written(turn, create, result, std::move(finish)); });
  if (!current)
    parts_.client.create(resources::kEndpoints, ns, name, std::move(*wanted), "", std::move(done));
  else
    parts_.client.update(resources::kEndpoints, ns, name, std::move(*wanted), "", std::move(done));
}

void Loop::written(const Turn& turn, bool created, const Result<Document>& result, Finish finish) {
  if (result) {
    expectations_.wrote(turn.key, endpoints_, *result);
    return finish(Outcome::kDone);
  }
  const Status& why = result.error();
  if (namespace_is_ending(why)) return finish(Outcome::kDone);
  if (!why.is("Conflict") && !why.is("AlreadyExists"))
    events_.record(turn.service.root(), "Warning", created ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint",
                   created ? fmt::format("Failed to create endpoint for service {}: {}", turn.key, why.message)
                           : fmt::format("Failed to update endpoint {}: {}", turn.key, why.message));
  finish(Outcome::kRetry);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::endpoints
