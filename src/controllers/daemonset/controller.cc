#include "controllers/daemonset/controller.h"

#include <algorithm>
#include <map>
#include <utility>

#include "client/event_recorder.h"
#include "controllers/daemonset/placement.h"
#include "controllers/daemonset/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/claiming.h"
#include "controllers/workload/pod_control.h"
#include "controllers/workload/pod_index.h"
#include "controllers/workload/pods.h"
#include "object/selector.h"

namespace proa::controllers::daemonset {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

object::LabelSelector selector_of(View owner) { return object::LabelSelector::from_object(owner["spec"]["selector"]); }

class Loop : public QueueLoop {
 public:
  explicit Loop(const Parts& parts)
      : QueueLoop(parts, 2),
        owners_(informer(resources::kDaemonSets)),
        nodes_(informer(resources::kNodes)),
        pods_(informer(resources::kPods)),
        revisions_(informer(resources::kControllerRevisions)),
        events_(parts.client, parts.executor, "daemonset-controller"),
        expectations_(parts.executor.clock()),
        pod_control_(parts, pods_, events_, expectations_) {}

  void start() override;

 private:
  struct Round;  // one key's way through the steps
  using RoundPtr = std::shared_ptr<Round>;

  void node_changed(const Document& before, const Document& after);
  void sync(const std::string& key, Finish finish) override;
  void settle_ownership(const RoundPtr& round);
  void claim_revisions(const RoundPtr& round);
  void write_history(const RoundPtr& round);
  void history_failed(const RoundPtr& round, const Status& why);
  void raise_collision_count(const RoundPtr& round);
  void create_pods(const RoundPtr& round);
  void remove_pods(const RoundPtr& round);
  void trim_history(const RoundPtr& round);
  void write_status(const RoundPtr& round);
  void end(const RoundPtr& round, bool good);
  auto noting(const std::string& key, const client::Informer& cache) {
    return alive_.guard([this, key, &cache](const Document& written) { expectations_.wrote(key, cache, written); });
  }

  client::Informer& owners_;
  client::Informer& nodes_;
  client::Informer& pods_;
  client::Informer& revisions_;
  client::EventRecorder events_;
  client::Expectations expectations_;
  PodControl pod_control_;
  std::map<std::string, FailedPods> failed_;  // by key
};

struct Loop::Round {
  std::string key;
  Finish finish;
  Known known;
  Plan plan;
  bool failed = false;
  View owner() const { return known.owner.root(); }
};

void Loop::start() {
  index_by_controller(pods_);
  index_by_controller(revisions_);
  queue_changes(owners_);
  const auto wake = [this](const Document& before, const Document& after) {
    wake_owners(owners_, "DaemonSet", selector_of, before, after, [this](View owner) { queue(owner); });
  };
  listen(pods_, wake);
  listen(revisions_, wake);
  listen(nodes_, [this](const Document& before, const Document& after) { node_changed(before, after); });
}

void Loop::node_changed(const Document& before, const Document& after) {
  const bool updated = before && after;
  if (updated && object::labels_of(before.root()) == object::labels_of(after.root()) &&
      before["spec"]["taints"] == after["spec"]["taints"])
    return;
  for (const Document& owner : owners_.list("")) {
    const Placement placement(owner.root());
    if (!updated || placement.on(before.root()) != placement.on(after.root())) queue(owner.root());
  }
}

void Loop::sync(const std::string& key, Finish finish) {
  const Document owner = cached(owners_, key);
  if (!owner) {
    expectations_.forget(key);
    failed_.erase(key);
    return finish(Outcome::kDone);
  }
  if (caches_lag(expectations_, key)) return finish(Outcome::kDone);
  auto round = std::make_shared<Round>(
      Round{key,
            std::move(finish),
            {owner, nodes_.list(""), dependents_of(pods_, owner.root(), true),
             dependents_of(revisions_, owner.root(), true), failed_[key], parts_.executor.clock().wall()},
            {}});
  round->plan = make_plan(round->known);
  for (const Event& event : round->plan.events) events_.record(owner.root(), event.type, event.reason, event.message);
  if (round->plan.history.name.empty()) return end(round, true);
  settle_ownership(round);
}

void Loop::settle_ownership(const RoundPtr& round) {
  claim_through(parts_.client, resources::kDaemonSets, resources::kPods, round->known.owner, round->plan.adopt,
                round->plan.release, noting(round->key, pods_), alive_.guard([this, round](Result<void> settled) {
                  if (!settled) return end(round, false);
                  claim_revisions(round);
                }));
}

void Loop::claim_revisions(const RoundPtr& round) {
  const Plan& plan = round->plan;
  const bool changed =
      !plan.adopt.empty() || !plan.release.empty() || !plan.history.adopt.empty() || !plan.history.release.empty();
  claim_through(parts_.client, resources::kDaemonSets, resources::kControllerRevisions, round->known.owner,
                plan.history.adopt, plan.history.release, noting(round->key, revisions_),
                alive_.guard([this, round, changed](Result<void> settled) {
                  // What was adopted or released shows in the caches soon, and wakes the key.
                  if (!settled || changed) return end(round, settled.has_value());
                  write_history(round);
                }));
}

void Loop::write_history(const RoundPtr& round) {
  write_all(
      parts_.client, std::move(round->plan.history.writes),
      [note = noting(round->key, revisions_)](const Change&, const Document& written) mutable { note(written); },
      alive_.guard([this, round](Result<void> written) {
        if (!written) return history_failed(round, written.error());
        create_pods(round);
      }));
}

void Loop::history_failed(const RoundPtr& round, const Status& why) {
  if (!why.is("AlreadyExists")) return end(round, false);
  parts_.client.get(resources::kControllerRevisions, object::namespace_of(round->owner()), round->plan.history.name,
                    alive_.guard([this, round](Result<Document> existing) {
                      if (!existing || is_revision_of(round->owner(), existing->root())) return end(round, false);
                      raise_collision_count(round);
                    }));
}

void Loop::raise_collision_count(const RoundPtr& round) {
  const View owner = round->owner();
  object::Value changed = owner.to_value();
  changed["status"].set("collisionCount", owner["status"]["collisionCount"].as_int() + 1);
  parts_.client.update(resources::kDaemonSets, object::namespace_of(owner), object::name_of(owner), std::move(changed),
                       "status", alive_.guard([this, round](Result<Document>) { end(round, false); }));
}

void Loop::create_pods(const RoundPtr& round) {
  const auto make = [owner = round->owner(), &plan = round->plan](size_t i) {
    return pod_for_node(owner, plan.history.hash, plan.create_on[i]);
  };
  pod_control_.create(round->key, round->known.owner, round->plan.create_on.size(), make,
                      [this, round](const std::optional<Status>& failure) {
                        round->failed = round->failed || failure;
                        remove_pods(round);
                      });
}

void Loop::remove_pods(const RoundPtr& round) {
  const int64_t generation = round->owner()["status"]["observedGeneration"].as_int();
  for (const std::string& node : round->plan.failed_on) failed_[round->key].removed(generation, node, round->known.now);
  pod_control_.remove(round->key, round->known.owner, round->plan.remove,
                      [this, round](const std::optional<Status>& failure) {
                        round->failed = round->failed || failure;
                        trim_history(round);
                      });
}

void Loop::trim_history(const RoundPtr& round) {
  if (round->failed) return write_status(round);
  write_all(parts_.client, std::move(round->plan.trim),
            alive_.guard([this, key = round->key](const Change&, const Document& removed) {
              expectations_.removed(key, revisions_, removed);
            }),
            alive_.guard([this, round](Result<void> trimmed) {
              round->failed = !trimmed;
              write_status(round);
            }));
}

void Loop::write_status(const RoundPtr& round) {
  auto changed = next_status(round->known, round->plan);
  if (!changed) return end(round, !round->failed);
  const View owner = round->owner();
  parts_.client.update(resources::kDaemonSets, object::namespace_of(owner), object::name_of(owner), std::move(*changed),
                       "status", alive_.guard([this, round](Result<Document> written) {
                         if (written) expectations_.wrote(round->key, owners_, *written);
                         end(round, written && !round->failed);
                       }));
}

void Loop::end(const RoundPtr& round, bool good) {
  if (good) {
    const int64_t min_ready = round->owner()["spec"]["minReadySeconds"].as_int();
    if (round->plan.look_again_ns) queue_.add_after(round->key, *round->plan.look_again_ns);
    if (min_ready > 0)
      if (const auto wait = next_availability_ns(round->plan.pods, min_ready, round->known.now))
        queue_.add_after(round->key, *wait);
  }
  QueueLoop::end(std::move(round->finish), good);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts) { return std::make_unique<Loop>(parts); }

}  // namespace proa::controllers::daemonset
