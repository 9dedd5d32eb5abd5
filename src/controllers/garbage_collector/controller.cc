#include "controllers/garbage_collector/controller.h"

#include <charconv>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "client/event_recorder.h"
#include "controllers/garbage_collector/graph.h"
#include "controllers/garbage_collector/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/kinds.h"

namespace proa::controllers::garbage_collector {
namespace {

using object::Document;
using object::View;

constexpr size_t kRemembered = 500;  // uids of objects that are gone for certain

std::string key_of(const Place& place) { return fmt::format("{}/{}/{}", place.kind, place.ns, place.name); }

Place place_of(std::string_view key) {
  Place place;
  const size_t first = key.find('/'), second = key.find('/', first + 1);
  std::from_chars(key.data(), key.data() + first, place.kind);
  place.ns = key.substr(first + 1, second - first - 1);
  place.name = key.substr(second + 1);
  return place;
}

class Loop : public QueueLoop {
 public:
  Loop(const Parts& parts, const schema::Registry& registry)
      : QueueLoop(parts, 20),
        registry_(registry),
        kinds_(collectable_kinds(registry)),
        events_(parts.client, parts.executor, "garbage-collector-controller") {
    for (const schema::KindRef& kind : kinds_) informers_.push_back(&informer(resource_of(*kind)));
  }

  void start() override {
    for (size_t kind = 0; kind < informers_.size(); ++kind)
      listen(*informers_[kind],
             [this, kind](const Document& before, const Document& after) { changed(kind, before, after); });
  }

 private:
  /// One object under consideration.
  struct Case {
    Place place;
    Document item;
    std::vector<Owner> owners;
    size_t pending = 0;
    bool undecided = false;  // an owner could not be asked for
    bool retry = false;
    Finish finish;
  };
  using CasePtr = std::shared_ptr<Case>;

  void changed(size_t kind, const Document& before, const Document& after);
  void appeared_or_changed(const Place& place, const Document& before, const Document& after);
  void gone(const Document& before);
  void add(const Place& place) { queue_.add(key_of(place)); }
  void add_dependents(std::string_view uid) {
    for (const Place& dependent : graph_.dependents(uid)) add(dependent);
  }
  void add_owner(View reference, std::string_view ns);

  Document cached(const Place& place) const { return informers_[place.kind]->get(place.ns, place.name); }
  /// The kind that a reference names, and where the owner of an object of `ns` would be; nothing: no such kind, or a
  /// cluster-scoped object that names a namespaced owner.
  std::optional<Place> owner_place(View reference, std::string_view ns) const;
  static Owner state_of(View owner) { return waits_for_dependents(owner) ? Owner::kWaiting : Owner::kSolid; }

  void sync(const std::string& key, Finish finish) override;
  void wait_for_dependents(const CasePtr& c);
  void orphan(const CasePtr& c);
  void ask_for_owners(const CasePtr& c);
  void owner_answered(const CasePtr& c, size_t index, const Result<Document>& owner);
  void act(const CasePtr& c);
  void remove(const CasePtr& c, const std::string& policy, int64_t resource_version);
  void update(const Place& place, object::Value changed, std::move_only_function<void(Result<Document>)> done);
  void finish(const CasePtr& c, const Result<Document>& result);
  void report_wrong_namespace(const CasePtr& c, View reference);
  void remember_gone(std::string_view uid);

  const schema::Registry& registry_;
  std::vector<schema::KindRef> kinds_;
  std::vector<client::Informer*> informers_;
  Graph graph_;
  std::set<std::string, std::less<>> gone_;
  std::deque<std::string> gone_order_;
  client::EventRecorder events_;
};

void Loop::changed(size_t kind, const Document& before, const Document& after) {
  const View meta = (after ? after : before)["metadata"];
  const Place place{kind, meta["namespace"].str(), meta["name"].str()};
  const View old_owners = before["metadata"]["ownerReferences"], owners = after["metadata"]["ownerReferences"];
  const bool same = before && after && (old_owners.empty() ? owners.empty() : old_owners == owners);
  if (!same) {
    graph_.change(place, old_owners, owners);
    for (const View old : old_owners.items())
      if (old["blockOwnerDeletion"].as_bool() && !blocks(after.root(), old["uid"].as_string()))
        add_owner(old, place.ns);
  }
  if (!after) return gone(before);
  appeared_or_changed(place, before, after);
}

void Loop::appeared_or_changed(const Place& place, const Document& before, const Document& after) {
  const View item = after.root();
  const bool starts = object::is_deleting(item) && (!before || !object::is_deleting(before.root()));
  if (orphans_dependents(item) && (starts || !orphans_dependents(before.root()))) add(place);
  if (waits_for_dependents(item) && (starts || !waits_for_dependents(before.root()))) {
    add_dependents(object::uid_of(item));
    add(place);
  }
  for (const View reference : item["metadata"]["ownerReferences"].items()) {
    if (before && before["metadata"]["ownerReferences"] == item["metadata"]["ownerReferences"]) return;
    const auto owner = owner_place(reference, place.ns);
    if (!owner) continue;
    const Document known = cached(*owner);
    if (!known || object::uid_of(known.root()) != reference["uid"].as_string() || waits_for_dependents(known.root()))
      return add(place);
  }
}

void Loop::gone(const Document& before) {
  const View item = before.root();
  const std::string_view uid = object::uid_of(item);
  if (graph_.has_dependents(uid)) {
    remember_gone(uid);
    add_dependents(uid);
  }
  for (const View reference : item["metadata"]["ownerReferences"].items())
    add_owner(reference, object::namespace_of(item));
}

// Only owners that wait for their dependents care.
void Loop::add_owner(View reference, std::string_view ns) {
  const auto owner = owner_place(reference, ns);
  if (!owner) return;
  const Document known = cached(*owner);
  if (known && object::uid_of(known.root()) == reference["uid"].as_string() && waits_for_dependents(known.root()))
    add(*owner);
}

void Loop::remember_gone(std::string_view uid) {
  if (!gone_.emplace(uid).second) return;
  gone_order_.emplace_back(uid);
  if (gone_order_.size() <= kRemembered) return;
  gone_.erase(gone_order_.front());
  gone_order_.pop_front();
}

std::optional<Place> Loop::owner_place(View reference, std::string_view ns) const {
  const auto wanted = registry_.find_kind(reference["apiVersion"].as_string(), reference["kind"].as_string());
  if (!wanted) return std::nullopt;
  if (wanted->namespaced && ns.empty()) return std::nullopt;
  for (size_t i = 0; i < kinds_.size(); ++i) {
    const schema::KindInfo& kind = *kinds_[i];
    if (kind.kind == wanted->kind && kind.group == wanted->storage_group && kind.version == wanted->storage_version)
      return Place{i, wanted->namespaced ? std::string(ns) : std::string(), reference["name"].str()};
  }
  return std::nullopt;
}

void Loop::sync(const std::string& key, Finish finish) {
  auto c = std::make_shared<Case>();
  c->place = place_of(key);
  c->item = cached(c->place);
  c->finish = std::move(finish);
  if (!c->item) return c->finish(Outcome::kDone);
  const View item = c->item.root();
  if (orphans_dependents(item)) return orphan(c);
  if (waits_for_dependents(item)) return wait_for_dependents(c);
  if (object::is_deleting(item)) return c->finish(Outcome::kDone);
  ask_for_owners(c);
}

void Loop::wait_for_dependents(const CasePtr& c) {
  const std::string_view uid = object::uid_of(c->item.root());
  bool blocked = false;
  for (const Place& dependent : graph_.dependents(uid)) {
    const Document object = cached(dependent);
    if (!object || !blocks(object.root(), uid)) continue;
    blocked = true;
    if (!object::is_deleting(object.root())) add(dependent);
  }
  if (blocked) return c->finish(Outcome::kDone);
  update(c->place, without_finalizer(c->item.root(), kForeground),
         alive_.guard([this, c](Result<Document> result) { finish(c, result); }));
}

void Loop::orphan(const CasePtr& c) {
  const View owner = c->item.root();
  const auto free_owner = [this, c] {
    if (c->retry) return c->finish(Outcome::kRetry);
    update(c->place, without_finalizer(c->item.root(), kOrphan),
           alive_.guard([this, c](Result<Document> result) { finish(c, result); }));
  };
  for (const Place& dependent : graph_.dependents(object::uid_of(owner))) {
    const Document object = cached(dependent);
    if (!object) continue;
    object::Value changed = object.root().to_value();
    object::Value kept = object::Value::array();
    for (const View r : object["metadata"]["ownerReferences"].items())
      if (r["uid"].as_string() != object::uid_of(owner)) kept.push_back(r.to_value());
    changed["metadata"].set("ownerReferences", std::move(kept));
    ++c->pending;
    update(dependent, std::move(changed), alive_.guard([c, free_owner](Result<Document> result) {
      if (!result && !result.error().is("NotFound")) c->retry = true;
      if (--c->pending == 0) free_owner();
    }));
  }
  if (c->pending == 0) free_owner();
}

void Loop::ask_for_owners(const CasePtr& c) {
  const View references = c->item["metadata"]["ownerReferences"];
  if (references.empty()) return c->finish(Outcome::kDone);
  c->owners.assign(references.size(), Owner::kAbsent);
  c->pending = 1;
  for (size_t i = 0; i < references.size(); ++i) {
    const View reference = references.at(i);
    const auto place = owner_place(reference, c->place.ns);
    if (!place) {
      c->undecided = true;
      continue;
    }
    if (gone_.contains(reference["uid"].as_string())) continue;
    const Document known = cached(*place);
    if (known && object::uid_of(known.root()) == reference["uid"].as_string()) {
      c->owners[i] = state_of(known.root());
      continue;
    }
    ++c->pending;
    parts_.client.get(resource_of(*kinds_[place->kind]), place->ns, place->name,
                      alive_.guard([this, c, i](Result<Document> owner) { owner_answered(c, i, owner); }));
  }
  if (--c->pending == 0) act(c);
}

void Loop::owner_answered(const CasePtr& c, size_t index, const Result<Document>& owner) {
  const View reference = c->item["metadata"]["ownerReferences"].at(index);
  if (owner && object::uid_of(owner->root()) == reference["uid"].as_string()) {
    c->owners[index] = state_of(owner->root());
  } else if (owner || owner.error().is("NotFound")) {
    report_wrong_namespace(c, reference);
  } else {
    c->retry = true;
  }
  if (--c->pending == 0) act(c);
}

void Loop::report_wrong_namespace(const CasePtr& c, View reference) {
  const auto place = owner_place(reference, c->place.ns);
  if (!place || place->ns.empty()) return;
  for (const Document& object : informers_[place->kind]->list()) {
    if (object::uid_of(object.root()) != reference["uid"].as_string()) continue;
    events_.record(c->item.root(), "Warning", "OwnerRefInvalidNamespace",
                   fmt::format("ownerRef [{}/{}, namespace: {}, name: {}, uid: {}] does not exist in namespace \"{}\"",
                               reference["apiVersion"].as_string(), reference["kind"].as_string(), c->place.ns,
                               reference["name"].as_string(), reference["uid"].as_string(), c->place.ns));
    return;
  }
}

void Loop::act(const CasePtr& c) {
  if (c->retry) return c->finish(Outcome::kRetry);
  // An owner of a kind that nobody knows (any more) may exist: the object stays.
  if (c->undecided) return c->finish(Outcome::kDone);
  const View item = c->item.root();
  const auto dependents = graph_.dependents(object::uid_of(item));
  bool dependent_waits = false;
  for (const Place& place : dependents) {
    const Document object = cached(place);
    dependent_waits = dependent_waits || (object && waits_for_dependents(object.root()));
  }
  Decision decision = decide(item, c->owners, !dependents.empty(), dependent_waits);
  switch (decision.what) {
    case Decision::What::kKeep: return c->finish(Outcome::kDone);
    case Decision::What::kDropReferences:
      return update(c->place, std::move(decision.object),
                    alive_.guard([this, c](Result<Document> result) { finish(c, result); }));
    case Decision::What::kDelete: return remove(c, decision.policy, object::resource_version_of(item));
    case Decision::What::kUnblockAndDelete:
      return update(c->place, std::move(decision.object),
                    alive_.guard([this, c, policy = decision.policy](Result<Document> result) {
                      if (!result) return finish(c, result);
                      remove(c, policy, object::resource_version_of(result->root()));
                    }));
  }
}

void Loop::remove(const CasePtr& c, const std::string& policy, int64_t resource_version) {
  client::DeleteOptions options;
  options.uid = object::uid_of(c->item.root());
  options.resource_version = resource_version;
  options.propagation_policy = policy;
  parts_.client.remove(resource_of(*kinds_[c->place.kind]), c->place.ns, c->place.name, options,
                       alive_.guard([this, c](Result<Document> result) { finish(c, result); }));
}

void Loop::update(const Place& place, object::Value changed, std::move_only_function<void(Result<Document>)> done) {
  parts_.client.update(resource_of(*kinds_[place.kind]), place.ns, place.name, std::move(changed), "", std::move(done));
}

void Loop::finish(const CasePtr& c, const Result<Document>& result) {
  const bool good = result || result.error().is("NotFound");
  end(std::move(c->finish), good);
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts, const schema::Registry& registry) {
  return std::make_unique<Loop>(parts, registry);
}

}  // namespace proa::controllers::garbage_collector
