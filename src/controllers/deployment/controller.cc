#include "controllers/deployment/controller.h"

#include <utility>

#include "client/event_recorder.h"
#include "controllers/deployment/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/claiming.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pod_index.h"
#include "object/selector.h"

namespace proa::controllers::deployment {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

object::LabelSelector selector_of(View deployment) {
  const auto selector = object::LabelSelector::from_object(deployment["spec"]["selector"]);
  return selector.selects_everything() ? object::LabelSelector::nothing() : selector;
}

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 5),
        deployments_(informer(resources::kDeployments)),
        sets_(informer(resources::kReplicaSets)),
        pods_(informer(resources::kPods)),
        events_(parts.client, parts.executor, "deployment-controller"),
        expectations_(parts.executor.clock()) {}

  void start() override;

 private:
  struct Round {
    std::string key;
    Finish finish;
    Known known;
    Plan plan;
    size_t next = 0;           // write to do
    bool retry_after = false;  // come again even if all is written
  };
  using RoundPtr = std::shared_ptr<Round>;

  void sync(const std::string& key, Finish finish) override;
  void carry_out(const RoundPtr& round, Plan plan);
  void next_write(const RoundPtr& round);
  void written(const RoundPtr& round, Result<Document> result);
  void create_failed(const RoundPtr& round, const Write& write, const Status& why);
  void pod_changed(const Document& before, const Document& after);
  static void end(const RoundPtr& round, bool good) { QueueLoop::end(std::move(round->finish), good); }

  client::Informer& deployments_;
  client::Informer& sets_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::Expectations expectations_;
};

void Loop::start() {
  index_by_controller(sets_);
  index_by_controller(pods_);
  queue_changes(deployments_);
  listen(sets_, [this](const Document& before, const Document& after) {
    wake_owners(deployments_, "Deployment", selector_of, before, after, [this](View owner) { queue(owner); });
  });
  listen(pods_, [this](const Document& before, const Document& after) { pod_changed(before, after); });
}

// Only Recreate looks at pods, and only for those that end.
void Loop::pod_changed(const Document& before, const Document& after) {
  if (after && !after["metadata"]["deletionTimestamp"].exists()) return;
  const View pod = (after ? after : before).root();
  const Document set = resolve_controller(sets_, "ReplicaSet", object::namespace_of(pod), object::controller_of(pod));
  if (!set) return;
  const Document deployment =
      resolve_controller(deployments_, "Deployment", object::namespace_of(pod), object::controller_of(set.root()));
  if (deployment && deployment["spec"]["strategy"]["type"].as_string() == "Recreate") queue(deployment.root());
}

void Loop::sync(const std::string& key, Finish finish) {
  const Document deployment = cached(deployments_, key);
  if (!deployment) {
    expectations_.forget(key);
    return finish(Outcome::kDone);
  }
  if (caches_lag(expectations_, key)) return finish(Outcome::kDone);
  auto round = std::make_shared<Round>();
  round->key = key;
  round->finish = std::move(finish);
  round->known.deployment = deployment;
  round->known.now = parts_.executor.clock().wall();
  Claims claims =
      claim(deployment.root(), selector_of(deployment.root()), dependents_of(sets_, deployment.root(), true));
  round->known.replica_sets = claims.owned;
  const bool adopting = !claims.adopt.empty() || !claims.release.empty();
  claim_through(parts_.client,
                {resources::kDeployments, resources::kReplicaSets, deployment, claims.adopt, claims.release},
                alive_.guard([this, key](const Document& set) { expectations_.wrote(key, sets_, set); }),
                alive_.guard([this, round, adopting](Result<void> settled) {
                  // What was adopted or released shows in the caches soon, and wakes the key.
                  if (!settled || adopting) return end(round, settled.has_value());
                  for (const Document& set : round->known.replica_sets)
                    for (Document& pod : dependents_of(pods_, set.root(), false))
                      round->known.pods.push_back(std::move(pod));
                  carry_out(round, make_plan(round->known));
                }));
}

void Loop::carry_out(const RoundPtr& round, Plan plan) {
  round->plan = std::move(plan);
  round->next = 0;
  for (const Event& event : round->plan.events)
    events_.record(round->known.deployment.root(), event.type, event.reason, event.message);
  next_write(round);
}

void Loop::next_write(const RoundPtr& round) {
  if (round->next == round->plan.writes.size()) {
    if (round->plan.look_again_ns) queue_.add_after(round->key, *round->plan.look_again_ns);
    return end(round, !round->retry_after);
  }
  Write& write = round->plan.writes[round->next];
  const std::string ns(object::namespace_of(round->known.deployment.root()));
  auto done = alive_.guard([this, round](Result<Document> result) { written(round, std::move(result)); });
  switch (write.what) {
    case Write::What::kCreateReplicaSet:
      return parts_.client.create(resources::kReplicaSets, ns, write.name, std::move(write.object), "",
                                  std::move(done));
    case Write::What::kUpdateReplicaSet:
      return parts_.client.update(resources::kReplicaSets, ns, write.name, std::move(write.object), "",
                                  std::move(done));
    case Write::What::kDeleteReplicaSet:
      return parts_.client.remove(resources::kReplicaSets, ns, write.name, {}, std::move(done));
    case Write::What::kUpdateStatus:
      return parts_.client.update(resources::kDeployments, ns, write.name, std::move(write.object), "status",
                                  std::move(done));
  }
}

void Loop::written(const RoundPtr& round, Result<Document> result) {
  const Write& write = round->plan.writes[round->next];
  const bool removing = write.what == Write::What::kDeleteReplicaSet;
  if (!result && !(removing && result.error().is("NotFound"))) {
    if (write.what == Write::What::kCreateReplicaSet) return create_failed(round, write, result.error());
    return end(round, false);
  }
  if (result && removing) {
    expectations_.removed(round->key, sets_, *result);
  } else if (result) {
    const bool status = write.what == Write::What::kUpdateStatus;
    expectations_.wrote(round->key, status ? deployments_ : sets_, *result);
  }
  for (const Event& event : write.events)
    events_.record(round->known.deployment.root(), event.type, event.reason, event.message);
  ++round->next;
  next_write(round);
}

void Loop::create_failed(const RoundPtr& round, const Write& write, const Status& why) {
  if (namespace_is_ending(why)) return end(round, false);
  round->retry_after = true;
  if (!why.is("AlreadyExists")) return carry_out(round, after_failed_create(round->known, write.name, why.message));
  const View deployment = round->known.deployment.root();
  parts_.client.get(resources::kReplicaSets, object::namespace_of(deployment), write.name,
                    alive_.guard([this, round](Result<Document> existing) {
                      if (!existing || is_new_replica_set(round->known.deployment.root(), existing->root()))
                        return end(round, false);
                      carry_out(round, after_collision(round->known));
                    }));
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::deployment
