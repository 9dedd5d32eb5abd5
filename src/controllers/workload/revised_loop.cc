#include "controllers/workload/revised_loop.h"

#include "controllers/workload/pod_index.h"
#include "object/selector.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

object::LabelSelector selector_of(View owner) { return object::LabelSelector::from_object(owner["spec"]["selector"]); }

}  // namespace

RevisedLoop::RevisedLoop(const Parts& parts, const client::Resource& owners, const std::string& component, int parallel)
    : QueueLoop(parts, parallel),
      owners_(informer(owners)),
      pods_(informer(resources::kPods)),
      revisions_(informer(resources::kControllerRevisions)),
      events_(parts.client, parts.executor, component),
      expectations_(parts.executor.clock()),
      kind_(owners) {}

void RevisedLoop::start() {
  index_by_controller(pods_);
  index_by_controller(revisions_);
  queue_changes(owners_);
  const auto wake = [this](const Document& before, const Document& after) {
    wake_owners(owners_, kind_.kind, selector_of, before, after, [this](View owner) { queue(owner); });
  };
  listen(pods_, wake);
  listen(revisions_, wake);
}

void RevisedLoop::sync(const std::string& key, Finish finish) {
  const Document owner = cached(owners_, key);
  if (!owner) {
    expectations_.forget(key);
    gone(key);
    return finish(Outcome::kDone);
  }
  if (caches_lag(expectations_, key)) return finish(Outcome::kDone);
  look(std::make_shared<Turn>(Turn{key, std::move(finish), owner, dependents_of(pods_, owner.root(), true),
                                   dependents_of(revisions_, owner.root(), true)}));
}

void RevisedLoop::settle_first(const TurnPtr& turn, std::vector<Document> adopt, std::vector<Document> release,
                               History history, std::function<void()> then) {
  settle(parts_.client, {kind_, turn->owner, std::move(adopt), std::move(release), std::move(history)},
         alive_.guard([this, key = turn->key](const client::Resource& of, const Document& written) {
           expectations_.wrote(key, of == resources::kPods ? pods_ : revisions_, written);
         }),
         alive_.guard([this, turn, then = std::move(then)](const Result<bool>& goes_on) {
           if (!goes_on || !*goes_on) return end(turn, goes_on.has_value());
           then();
         }));
}

void RevisedLoop::trim_and_tell(const TurnPtr& turn, std::vector<Change> trim, std::optional<object::Value> status) {
  if (turn->failed) return write_status(turn, std::move(status));
  write_all(parts_.client, std::move(trim),
            alive_.guard([this, key = turn->key](const Change&, const Document& removed) {
              expectations_.removed(key, revisions_, removed);
            }),
            alive_.guard([this, turn, status = std::move(status)](const Result<void>& trimmed) mutable {
              turn->failed = !trimmed;
              write_status(turn, std::move(status));
            }));
}

void RevisedLoop::write_status(const TurnPtr& turn, std::optional<object::Value> status) {
  if (!status) return end(turn, !turn->failed);
  const View owner = turn->owner.root();
  parts_.client.update(kind_, object::namespace_of(owner), object::name_of(owner), std::move(*status), "status",
                       alive_.guard([this, turn](const Result<Document>& written) {
                         if (written) expectations_.wrote(turn->key, owners_, *written);
                         end(turn, written && !turn->failed);
                       }));
}

void RevisedLoop::record(const TurnPtr& turn, const Event& event) {
  events_.record(turn->owner.root(), event.type, event.reason, event.message);
}

}  // namespace proa::controllers
