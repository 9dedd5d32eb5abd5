#include "controllers/serviceaccount/controller.h"

#include <utility>

#include "client/alive.h"
#include "client/work_queue.h"
#include "controllers/serviceaccount/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/write_list.h"
#include "object/meta.h"

namespace proa::controllers::serviceaccount {
namespace {

using client::WorkQueue;
using object::Document;
namespace resources = client::resources;

class Loop : public Controller {
 public:
  Loop(const Parts& parts, std::string root_ca)
      : parts_(parts),
        root_ca_(std::move(root_ca)),
        namespaces_(parts.informers.of(resources::kNamespaces)),
        accounts_(parts.informers.of(resources::kServiceAccounts)),
        config_maps_(parts.informers.of(resources::kConfigMaps)),
        queue_(
            parts.executor, [this](const std::string& key, WorkQueue::Finish finish) { sync(key, std::move(finish)); },
            5) {}

  void start() override {
    client::on_change(namespaces_, alive_, [this](const Document&, const Document& after) {
      if (after) queue_.add(object::name_of(after.root()));
    });
    client::on_change(accounts_, alive_, [this](const Document& before, const Document& after) {
      if (!after && object::name_of(before.root()) == kAccount) queue_.add(object::namespace_of(before.root()));
    });
    client::on_change(config_maps_, alive_, [this](const Document& before, const Document& after) {
      const object::View map = (after ? after : before).root();
      if (object::name_of(map) == kRootCa) queue_.add(object::namespace_of(map));
    });
  }
  bool idle() const override { return !queue_.busy(); }

 private:
  void sync(const std::string& name, WorkQueue::Finish finish) {
    const Document ns = namespaces_.get({}, name);
    if (!ns) return finish(WorkQueue::Outcome::kDone);
    Known known{ns, static_cast<bool>(accounts_.get(name, kAccount)), config_maps_.get(name, kRootCa), root_ca_};
    write_all(
        parts_.client, make_plan(known), [](const Change&, const Document&) {},
        alive_.guard([finish = std::move(finish)](Result<void> result) mutable {
          // AlreadyExists: the cache is behind. A namespace that ends or is gone wants nothing.
          const bool good = result || result.error().is("AlreadyExists") || result.error().is("NotFound") ||
                            namespace_is_ending(result.error());
          finish(good ? WorkQueue::Outcome::kDone : WorkQueue::Outcome::kRetry);
        }));
  }

  Parts parts_;
  std::string root_ca_;
  client::Informer& namespaces_;
  client::Informer& accounts_;
  client::Informer& config_maps_;
  WorkQueue queue_;
  client::Alive alive_;
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts, std::string root_ca_pem) {
  return std::make_unique<Loop>(parts, std::move(root_ca_pem));
}

}  // namespace proa::controllers::serviceaccount
