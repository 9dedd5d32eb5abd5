#include "controllers/replicaset/controller.h"

#include <utility>

#include "client/event_recorder.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/claiming.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pod_control.h"
#include "controllers/workload/pod_index.h"

namespace proa::controllers::replicaset {
namespace {

using object::Document;
using object::View;

class Loop : public QueueLoop {
 public:
  Loop(const Parts& parts, const Flavour& flavour)
      : QueueLoop(parts, 5),
        flavour_(flavour),
        owners_(informer(flavour.resource)),
        pods_(informer(client::resources::kPods)),
        events_(parts.client, parts.executor, std::string(flavour.component)),
        expectations_(parts.executor.clock()),
        pod_control_(parts, pods_, events_, expectations_) {}

  void start() override;

 private:
  struct Round;  // one key's way through the steps
  using RoundPtr = std::shared_ptr<Round>;

  void sync(const std::string& key, Finish finish) override;
  void settle_ownership(const RoundPtr& round);
  void create_pods(const RoundPtr& round);
  void remove_pods(const RoundPtr& round);
  void write_status(const RoundPtr& round);
  void end(const RoundPtr& round, bool good);
  std::vector<Document> related_pods(View owner) const;

  Flavour flavour_;
  client::Informer& owners_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::Expectations expectations_;
  PodControl pod_control_;
};

struct Loop::Round {
  std::string key;
  Finish finish;
  Known known;
  Plan plan;
  std::optional<Failure> failure;
};

void Loop::start() {
  index_by_controller(pods_);
  if (flavour_.counts_terminating) client::index_by_owner(owners_);
  queue_changes(owners_);
  listen(pods_, [this](const Document& before, const Document& after) {
    wake_owners(owners_, flavour_.resource.kind, selector_of, before, after, [this](View owner) { queue(owner); });
  });
}

std::vector<Document> Loop::related_pods(View owner) const {
  const View controller = object::controller_of(owner);
  std::vector<Document> related;
  if (!controller.exists()) return related;
  for (const Document& sibling : owners_.by_index(client::kByOwner, controller["uid"].as_string()))
    for (Document& pod : dependents_of(pods_, sibling.root(), false)) related.push_back(std::move(pod));
  return related;
}

void Loop::sync(const std::string& key, Finish finish) {
  const Document owner = cached(owners_, key);
  if (!owner) {
    expectations_.forget(key);
    return finish(Outcome::kDone);
  }
  auto round = std::make_shared<Round>();
  round->key = key;
  round->finish = std::move(finish);
  round->known = {owner, dependents_of(pods_, owner.root(), true), related_pods(owner.root()),
                  !caches_lag(expectations_, key), parts_.executor.clock().wall()};
  round->plan = make_plan(flavour_, round->known);
  settle_ownership(round);
}

void Loop::settle_ownership(const RoundPtr& round) {
  claim_through(
      parts_.client,
      {flavour_.resource, client::resources::kPods, round->known.owner, round->plan.adopt, round->plan.release},
      alive_.guard([this, key = round->key](const Document& written) { expectations_.wrote(key, pods_, written); }),
      alive_.guard([this, round](Result<void> settled) {
        if (!settled) return end(round, false);
        if (round->plan.create > 0) return create_pods(round);
        if (!round->plan.remove.empty()) return remove_pods(round);
        write_status(round);
      }));
}

void Loop::create_pods(const RoundPtr& round) {
  const View owner = round->known.owner.root();
  const auto make = [owner](size_t) { return pod_from_template(owner["spec"]["template"], owner); };
  pod_control_.create(round->key, round->known.owner, static_cast<size_t>(round->plan.create), make,
                      [this, round](std::optional<Status> failure) {
                        if (failure) round->failure = Failure{failure->message};
                        write_status(round);
                      });
}

void Loop::remove_pods(const RoundPtr& round) {
  pod_control_.remove(round->key, round->known.owner, round->plan.remove, [this, round](std::optional<Status> failure) {
    if (failure) round->failure = Failure{"unable to delete pods: " + failure->message};
    write_status(round);
  });
}

void Loop::write_status(const RoundPtr& round) {
  // What a cache shows that is behind is not worth telling: the key comes again when it has caught up.
  if (!round->known.fresh) return end(round, true);
  auto changed = next_status(flavour_, round->known, round->plan, round->failure);
  if (!changed) return end(round, !round->failure);
  const View owner = round->known.owner.root();
  parts_.client.update(
      flavour_.resource, object::namespace_of(owner), object::name_of(owner), std::move(*changed), "status",
      alive_.guard([this, round](Result<Document> written) { end(round, written && !round->failure); }));
}

void Loop::end(const RoundPtr& round, bool good) {
  if (good)
    if (const auto wait = look_again_ns(round->known, round->plan)) queue_.add_after(round->key, *wait);
  QueueLoop::end(std::move(round->finish), good);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts, const Flavour& flavour) {
  return std::make_unique<Loop>(parts, flavour);
}

}  // namespace proa::controllers::replicaset
