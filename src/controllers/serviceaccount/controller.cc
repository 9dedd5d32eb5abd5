#include "controllers/serviceaccount/controller.h"

#include <utility>

#include "controllers/queue_loop.h"
#include "controllers/serviceaccount/plan.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/write_list.h"

namespace proa::controllers::serviceaccount {
namespace {

using object::Document;
namespace resources = client::resources;

class Loop : public QueueLoop {
 public:
  Loop(const Parts& parts, std::string root_ca)
      : QueueLoop(parts, 5),
        root_ca_(std::move(root_ca)),
        namespaces_(informer(resources::kNamespaces)),
        accounts_(informer(resources::kServiceAccounts)),
        config_maps_(informer(resources::kConfigMaps)) {}

  void start() override {
    listen(namespaces_, [this](const Document&, const Document& after) {
      if (after) queue_.add(object::name_of(after.root()));
    });
    listen(accounts_, [this](const Document& before, const Document& after) {
      if (!after && object::name_of(before.root()) == kAccount) queue_.add(object::namespace_of(before.root()));
    });
    listen(config_maps_, [this](const Document& before, const Document& after) {
      const object::View map = (after ? after : before).root();
      if (object::name_of(map) == kRootCa) queue_.add(object::namespace_of(map));
    });
  }

 private:
  void sync(const std::string& name, Finish finish) override {
    const Document ns = namespaces_.get({}, name);
    if (!ns) return finish(Outcome::kDone);
    Known known{ns, static_cast<bool>(accounts_.get(name, kAccount)), config_maps_.get(name, kRootCa), root_ca_};
    write_all(
        parts_.client, make_plan(known), [](const Change&, const Document&) {},
        alive_.guard([finish = std::move(finish)](Result<void> result) mutable {
          // AlreadyExists: the cache is behind. A namespace that ends or is gone wants nothing.
          const bool good = result || result.error().is("AlreadyExists") || result.error().is("NotFound") ||
                            namespace_is_ending(result.error());
          end(std::move(finish), good);
        }));
  }

  std::string root_ca_;
  client::Informer& namespaces_;
  client::Informer& accounts_;
  client::Informer& config_maps_;
};

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts, std::string root_ca_pem) {
  return std::make_unique<Loop>(parts, std::move(root_ca_pem));
}

}  // namespace proa::controllers::serviceaccount
