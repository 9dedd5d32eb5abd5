#include "controllers/endpointslice/controller.h"

#include <utility>

#include <fmt/format.h>

#include "client/alive.h"
#include "client/event_recorder.h"
#include "client/expectations.h"
#include "client/work_queue.h"
#include "controllers/endpointslice/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/service_pods.h"
#include "controllers/workload/write_list.h"
#include "object/meta.h"

namespace proa::controllers::endpointslice {
namespace {

using client::WorkQueue;
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

class Loop : public Controller {
 public:
  explicit Loop(const Parts& parts)
      : parts_(parts),
        services_(parts.informers.of(resources::kServices)),
        pods_(parts.informers.of(resources::kPods)),
        nodes_(parts.informers.of(resources::kNodes)),
        slices_(parts.informers.of(resources::kEndpointSlices)),
        events_(parts.client, parts.executor, "endpoint-slice-controller"),
        expectations_(parts.executor.clock()),
        queue_(
            parts.executor, [this](const std::string& key, WorkQueue::Finish finish) { sync(key, std::move(finish)); },
            5) {}

  void start() override;
  bool idle() const override { return !queue_.busy(); }

 private:
  void sync(const std::string& key, WorkQueue::Finish finish);
  void node_changed(const Document& before, const Document& after);
  void slice_changed(const Document& before, const Document& after);
  void done(const std::string& key, const Document& service, const Result<void>& result, WorkQueue::Finish finish);

  Parts parts_;
  client::Informer& services_;
  client::Informer& pods_;
  client::Informer& nodes_;
  client::Informer& slices_;
  client::EventRecorder events_;
  client::Expectations expectations_;
  TriggerTimes trigger_times_;
  Pace pace_{50 * runtime::kMillisecond / 1000};
  WorkQueue queue_;
  client::Alive alive_;
};

void Loop::start() {
  slices_.add_index(kByService, [](View slice, const auto& emit) {
    if (const std::string key = service_key(slice); !key.empty()) emit(key);
  });
  client::on_change(services_, alive_, [this](const Document& before, const Document& after) {
    queue_.add(object::key_of((after ? after : before).root()));
  });
  client::on_change(pods_, alive_, [this](const Document& before, const Document& after) {
    wake_services(services_, before, after, [this](View service) { queue_.add(object::key_of(service)); });
  });
  client::on_change(nodes_, alive_,
                    [this](const Document& before, const Document& after) { node_changed(before, after); });
  client::on_change(slices_, alive_,
                    [this](const Document& before, const Document& after) { slice_changed(before, after); });
}

void Loop::node_changed(const Document& before, const Document& after) {
  constexpr std::string_view kZone = "topology.kubernetes.io/zone";
  if (before && after &&
      object::labels_of(before.root())[kZone].as_string() == object::labels_of(after.root())[kZone].as_string())
    return;
  if (before && !after) return;
  for (const Document& service : services_.list()) queue_.add(object::key_of(service.root()));
}

void Loop::slice_changed(const Document& before, const Document& after) {
  for (const Document& slice : {before, after})
    if (slice)
      if (const std::string key = service_key(slice.root()); !key.empty()) queue_.add(key);
}

void Loop::sync(const std::string& key, WorkQueue::Finish finish) {
  const size_t slash = key.find('/');
  const Document service =
      services_.get(std::string_view(key).substr(0, slash), std::string_view(key).substr(slash + 1));
  if (!service) {
    expectations_.forget(key);
    trigger_times_.forget(key);
    pace_.forget(key);
    return finish(WorkQueue::Outcome::kDone);
  }
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
  Known known;
  known.service = service;
  known.pods = pods_of_service(pods_, service.root());
  for (Document& slice : slices_.by_index(kByService, key))
    if (!object::is_deleting(slice.root())) known.slices.push_back(std::move(slice));
  known.node = [this](std::string_view name) { return nodes_.get({}, name); };
  pace_.worked(key, known.pods.size(), now);
  known.trigger_time = trigger_times_.next(service.root(), known.pods);
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

void Loop::done(const std::string& key, const Document& service, const Result<void>& result, WorkQueue::Finish finish) {
  if (!result && namespace_is_ending(result.error())) return finish(WorkQueue::Outcome::kDone);
  // A conflict only says that the cache was behind.
  if (!result && !result.error().is("Conflict"))
    events_.record(service.root(), "Warning", "FailedToUpdateEndpointSlices",
                   fmt::format("Error updating Endpoint Slices for Service {}: {}", key, result.error().message));
  finish(result ? WorkQueue::Outcome::kDone : WorkQueue::Outcome::kRetry);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::endpointslice
