#include "controllers/controllers.h"

#include <algorithm>

#include "controllers/deployment/controller.h"
#include "controllers/replicaset/controller.h"

namespace proa::controllers {
namespace {

std::vector<std::unique_ptr<Controller>> make_all(const Parts& parts, const Settings&) {
  std::vector<std::unique_ptr<Controller>> all;
  all.push_back(replicaset::make_controller(parts, replicaset::kReplicaSet));
  all.push_back(replicaset::make_controller(parts, replicaset::kReplicationController));
  all.push_back(deployment::make_controller(parts));
  return all;
}

}  // namespace

Controllers::Controllers(client::Client& client, runtime::Executor& executor, Settings settings)
    : informers_(client, executor), all_(make_all({client, informers_, executor}, settings)) {}

Controllers::~Controllers() = default;

void Controllers::start() {
  informers_.when_synced([this] {
    for (auto& controller : all_) controller->start();
  });
  informers_.start();
}

bool Controllers::idle() const {
  return std::all_of(all_.begin(), all_.end(), [](const auto& controller) { return controller->idle(); });
}

}  // namespace proa::controllers
