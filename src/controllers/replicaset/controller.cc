#include "controllers/replicaset/controller.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/event_recorder.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/claiming.h"
#include "controllers/workload/errors.h"
#include "controllers/workload/ownership.h"
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
        expectations_(parts.executor.clock()) {}

  void start() override;

 private:
  struct Round;  // one key's way through the steps
  using RoundPtr = std::shared_ptr<Round>;

  void sync(const std::string& key, Finish finish) override;
  void settle_ownership(const RoundPtr& round);
  void create_batch(const RoundPtr& round, int size);
  void created(const RoundPtr& round, Result<Document> pod);
  void remove_pods(const RoundPtr& round);
  void removed(const RoundPtr& round, const Document& pod, Result<Document> result);
  void write_status(const RoundPtr& round);
  void end(const RoundPtr& round, bool good);
  std::vector<Document> related_pods(View owner) const;

  Flavour flavour_;
  client::Informer& owners_;
  client::Informer& pods_;
  client::EventRecorder events_;
  client::Expectations expectations_;
};

struct Loop::Round {
  std::string key;
  Finish finish;
  Known known;
  Plan plan;
  int left_to_create = 0, batch = 0;  // of this batch
  size_t pending = 0;                 // answers awaited
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
  claim_through(parts_.client, flavour_.resource, client::resources::kPods, round->known.owner, round->plan.adopt,
                round->plan.release, alive_.guard([this, key = round->key](const Document& written) {
                  expectations_.wrote(key, pods_, written);
                }),
                alive_.guard([this, round](Result<void> settled) {
                  if (!settled) return end(round, false);
                  round->left_to_create = round->plan.create;
                  if (round->plan.create > 0) return create_batch(round, 1);
                  if (!round->plan.remove.empty()) return remove_pods(round);
                  write_status(round);
                }));
}

void Loop::create_batch(const RoundPtr& round, int size) {
  round->batch = std::min(size, round->left_to_create);
  if (round->batch == 0) return write_status(round);
  round->left_to_create -= round->batch;
  round->pending = static_cast<size_t>(round->batch);
  const View owner = round->known.owner.root();
  for (int i = 0; i < round->batch; ++i)
    parts_.client.create(client::resources::kPods, object::namespace_of(owner), "",
                         pod_from_template(owner["spec"]["template"], owner), "",
                         alive_.guard([this, round](Result<Document> pod) { created(round, std::move(pod)); }));
}

void Loop::created(const RoundPtr& round, Result<Document> pod) {
  const View owner = round->known.owner.root();
  if (pod) {
    expectations_.wrote(round->key, pods_, *pod);
    events_.record(owner, "Normal", "SuccessfulCreate", fmt::format("Created pod: {}", object::name_of(pod->root())));
  } else if (!namespace_is_ending(pod.error())) {
    events_.record(owner, "Warning", "FailedCreate", "Error creating: " + pod.error().message);
    if (!round->failure) round->failure = Failure{pod.error().message};
  }
  if (--round->pending > 0) return;
  if (round->failure) return write_status(round);
  create_batch(round, 2 * round->batch);
}

void Loop::remove_pods(const RoundPtr& round) {
  round->pending = round->plan.remove.size();
  for (const Document& pod : round->plan.remove)
    parts_.client.remove(
        client::resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()), {},
        alive_.guard([this, round, pod](Result<Document> result) { removed(round, pod, std::move(result)); }));
}

void Loop::removed(const RoundPtr& round, const Document& pod, Result<Document> result) {
  const View owner = round->known.owner.root();
  if (result) {
    expectations_.removed(round->key, pods_, pod);
    events_.record(owner, "Normal", "SuccessfulDelete", fmt::format("Deleted pod: {}", object::name_of(pod.root())));
  } else if (!result.error().is("NotFound")) {
    events_.record(owner, "Warning", "FailedDelete", "Error deleting: " + result.error().message);
    round->failure = Failure{"unable to delete pods: " + result.error().message};
  }
  if (--round->pending == 0) write_status(round);
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
