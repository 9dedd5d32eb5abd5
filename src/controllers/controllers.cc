#include "controllers/controllers.h"

#include <algorithm>
#include <utility>

#include "client/alive.h"
#include "controllers/cronjob/controller.h"
#include "controllers/daemonset/controller.h"
#include "controllers/deployment/controller.h"
#include "controllers/endpoints/controller.h"
#include "controllers/endpointslice/controller.h"
#include "controllers/garbage_collector/controller.h"
#include "controllers/job/controller.h"
#include "controllers/job/orphans.h"
#include "controllers/namespace/controller.h"
#include "controllers/node_lifecycle/controller.h"
#include "controllers/pod_gc/controller.h"
#include "controllers/replicaset/controller.h"
#include "controllers/serviceaccount/controller.h"
#include "controllers/statefulset/controller.h"
#include "controllers/taint_eviction/controller.h"
#include "controllers/ttl_after_finished/controller.h"

namespace proa::controllers {

struct Controllers::Impl {
  explicit Impl(const Parts& p) : parts(p) {}

  Parts parts;
  std::vector<std::unique_ptr<Controller>> all;
  bool started = false;
  client::Alive alive;
};

std::unique_ptr<Controllers> Controllers::make(const Parts& parts, const Options& options) {
  auto impl = std::make_unique<Impl>(parts);
  auto& all = impl->all;
  // What other controllers wait for comes first: accounts before pods, owners before dependents.
  all.push_back(serviceaccount::make_controller(parts, options.root_ca_pem));
  all.push_back(node_lifecycle::make_controller(parts));
  all.push_back(taint_eviction::make_controller(parts));
  all.push_back(deployment::make_controller(parts));
  all.push_back(replicaset::make_controller(parts, replicaset::kReplicaSet));
  all.push_back(replicaset::make_controller(parts, replicaset::kReplicationController));
  all.push_back(daemonset::make_controller(parts));
  all.push_back(statefulset::make_controller(parts));
  all.push_back(job::make_controller(parts));
  all.push_back(job::make_orphan_controller(parts));
  all.push_back(cronjob::make_controller(parts));
  all.push_back(ttl_after_finished::make_controller(parts));
  all.push_back(endpointslice::make_controller(parts));
  all.push_back(endpoints::make_controller(parts));
  all.push_back(pod_gc::make_controller(parts));
  if (options.registry) {
    all.push_back(ns::make_controller(parts, *options.registry));
    all.push_back(garbage_collector::make_controller(parts, *options.registry));
  }
  return std::unique_ptr<Controllers>(new Controllers(std::move(impl)));
}

Controllers::Controllers(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// The last one that was started stops first.
Controllers::~Controllers() {
  while (!impl_->all.empty()) impl_->all.pop_back();
}

void Controllers::start() {
  impl_->parts.informers.when_synced(impl_->alive.guard([impl = impl_.get()] {
    for (auto& controller : impl->all) controller->start();
    impl->started = true;
  }));
}

bool Controllers::started() const { return impl_->started; }

bool Controllers::idle() const {
  return impl_->started && std::all_of(impl_->all.begin(), impl_->all.end(), [](const auto& c) { return c->idle(); });
}

}  // namespace proa::controllers
