#include "controllers/endpointslice/controller.h"

#include <utility>

#include <fmt/format.h>

#include "controllers/endpointslice/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/service_loop.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers::endpointslice {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

constexpr std::string_view kByService = "endpointslices-by-service";

/// `namespace/service` of a slice that this controller manages; empty for any other.
std::string service_key(View slice) {
  const View labels = object::labels_of(slice);
  if (labels[kManagedBy].as_string() != kManager) return {};
  return fmt::format("{}/{}", object::namespace_of(slice), labels[kServiceName].as_string());
}

class Loop : public ServiceLoop {
 public:
  explicit Loop(const Parts& parts)
      : ServiceLoop(parts, "endpoint-slice-controller", 50 * runtime::kMillisecond / 1000),
        nodes_(informer(resources::kNodes)),
        slices_(informer(resources::kEndpointSlices)) {}

  void start() override;

 private:
  void update(Turn turn, Finish finish) override;
  // The garbage collector takes the slices.
  void gone(const std::string&, Finish finish) override { finish(Outcome::kDone); }
  void node_changed(const Document& before, const Document& after);
  void slice_changed(const Document& before, const Document& after);
  void done(const std::string& key, const Document& service, const Result<void>& result, Finish finish);

  client::Informer& nodes_;
  client::Informer& slices_;
};

void Loop::start() {
  slices_.add_index(kByService, [](View slice, const auto& emit) {
    if (const std::string key = service_key(slice); !key.empty()) emit(key);
  });
  ServiceLoop::start();
  listen(nodes_, [this](const Document& before, const Document& after) { node_changed(before, after); });
  listen(slices_, [this](const Document& before, const Document& after) { slice_changed(before, after); });
}

void Loop::node_changed(const Document& before, const Document& after) {
  constexpr std::string_view kZone = "topology.kubernetes.io/zone";
  if (before && after &&
      object::labels_of(before.root())[kZone].as_string() == object::labels_of(after.root())[kZone].as_string())
    return;
  if (before && !after) return;
  for (const Document& service : services_.list()) queue(service.root());
}

void Loop::slice_changed(const Document& before, const Document& after) {
  for (const Document& slice : {before, after})
    if (slice)
      if (const std::string key = service_key(slice.root()); !key.empty()) queue_.add(key);
}

void Loop::update(Turn turn, Finish finish) {
  const std::string& key = turn.key;
  const Document& service = turn.service;
  Known known;
  known.service = service;
  known.pods = std::move(turn.pods);
  for (Document& slice : slices_.by_index(kByService, key))
    if (!object::is_deleting(slice.root())) known.slices.push_back(std::move(slice));
  known.node = [this](std::string_view name) { return nodes_.get({}, name); };
  known.trigger_time = turn.trigger_time;
  Plan plan = make_plan(known);
  const std::string ns(object::namespace_of(service.root()));
  std::vector<Change> changes;
  for (object::Value& slice : plan.create)
    changes.push_back({Change::What::kCreate, resources::kEndpointSlices, ns, "", std::move(slice)});
  for (object::Value& slice : plan.update) {
    const std::string name(object::name_of(slice));
    changes.push_back({Change::What::kUpdate, resources::kEndpointSlices, ns, name, std::move(slice)});
  }
  for (const std::string& name : plan.remove)
    changes.push_back({Change::What::kRemove, resources::kEndpointSlices, ns, name, {}});
  write_all(parts_.client, std::move(changes), alive_.guard([this, key](const Change& change, const Document& written) {
    change.what == Change::What::kRemove ? expectations_.removed(key, slices_, written)
                                         : expectations_.wrote(key, slices_, written);
  }),
            alive_.guard([this, key, service, finish = std::move(finish)](Result<void> result) mutable {
              done(key, service, result, std::move(finish));
            }));
}

void Loop::done(const std::string& key, const Document& service, const Result<void>& result, Finish finish) {
  if (!result && namespace_is_ending(result.error())) return finish(Outcome::kDone);
  // A conflict only says that the cache was behind.
  if (!result && !result.error().is("Conflict"))
    events_.record(service.root(), "Warning", "FailedToUpdateEndpointSlices",
                   fmt::format("Error updating Endpoint Slices for Service {}: {}", key, result.error().message));
  end(std::move(finish), result.has_value());
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::endpointslice
