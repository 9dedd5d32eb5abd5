#include "controllers/namespace/controller.h"

#include <utility>

#include "controllers/namespace/plan.h"
#include "controllers/queue_loop.h"
#include "controllers/workload/kinds.h"

namespace proa::controllers::ns {
namespace {

using object::Document;
namespace resources = client::resources;

class Loop : public QueueLoop {
 public:
  Loop(const Parts& parts, const schema::Registry& registry)
      : QueueLoop(parts, 10), namespaces_(informer(resources::kNamespaces)) {
    for (const schema::KindRef& kind : collectable_kinds(registry)) {
      if (!kind->namespaced) continue;
      kinds_.push_back(kind);
      informers_.push_back(&informer(resource_of(*kind)));
    }
  }

  void start() override {
    listen(namespaces_, [this](const Document&, const Document& after) {
      if (after && object::is_deleting(after.root())) queue_.add(object::name_of(after.root()));
    });
    for (client::Informer* content : informers_)
      listen(*content, [this](const Document& before, const Document& after) {
        if (after) return;
        const std::string_view name = object::namespace_of(before.root());
        const Document ns = namespaces_.get({}, name);
        if (ns && object::is_deleting(ns.root())) queue_.add(name);
      });
  }

 private:
  struct Round {
    std::string name;
    Finish finish;
    Known known;
    std::vector<size_t> kinds;  // of known.content
    size_t pending = 0;
    bool verifying = false;
    bool failed = false;
  };
  using RoundPtr = std::shared_ptr<Round>;

  void sync(const std::string& name, Finish finish) override;
  void carry_out(const RoundPtr& round);
  void verify(const RoundPtr& round);
  void write_status(const RoundPtr& round);
  void finalize(const RoundPtr& round);
  void add_content(Round& round, size_t kind, std::vector<Document> objects) const;

  client::Informer& namespaces_;
  std::vector<schema::KindRef> kinds_;
  std::vector<client::Informer*> informers_;
};

void Loop::add_content(Round& round, size_t kind, std::vector<Document> objects) const {
  if (objects.empty()) return;
  const schema::KindInfo& info = *kinds_[kind];
  const bool pods = info.group.empty() && info.plural == "pods";
  round.known.content.push_back({info.plural, info.group, pods, std::move(objects)});
  round.kinds.push_back(kind);
}

void Loop::sync(const std::string& name, Finish finish) {
  const Document ns = namespaces_.get({}, name);
  if (!ns || !object::is_deleting(ns.root()) || is_finalized(ns.root())) return finish(Outcome::kDone);
  auto round = std::make_shared<Round>();
  round->name = name;
  round->finish = std::move(finish);
  round->known.ns = ns;
  round->known.now = parts_.executor.clock().wall();
  for (size_t kind = 0; kind < kinds_.size(); ++kind) add_content(*round, kind, informers_[kind]->list(name));
  round->known.content.empty() ? verify(round) : carry_out(round);
}

void Loop::carry_out(const RoundPtr& round) {
  const Plan plan = make_plan(round->known);
  round->pending = plan.remove.size() + 1;
  const auto done = [this, round] {
    if (--round->pending == 0) write_status(round);
  };
  for (const auto& [content, object] : plan.remove) {
    client::DeleteOptions options;
    options.uid = object::uid_of(object.root());
    options.propagation_policy = "Background";
    parts_.client.remove(resource_of(*kinds_[round->kinds[content]]), round->name, object::name_of(object.root()),
                         options, alive_.guard([round, done](Result<Document> result) {
                           if (!result && !result.error().is("NotFound")) {
                             round->failed = true;
                             round->known.errors.push_back(result.error().message);
                           }
                           done();
                         }));
  }
  done();
}

void Loop::verify(const RoundPtr& round) {
  round->pending = kinds_.size() + 1;
  const auto done = [this, round] {
    if (--round->pending > 0) return;
    if (round->failed) return round->finish(Outcome::kRetry);
    if (!round->known.content.empty()) return carry_out(round);
    round->verifying = true;
    write_status(round);
  };
  for (size_t kind = 0; kind < kinds_.size(); ++kind)
    parts_.client.list(resource_of(*kinds_[kind]), round->name, {},
                       alive_.guard([this, round, kind, done](Result<client::List> listed) {
                         if (listed)
                           add_content(*round, kind, std::move(listed->items));
                         else
                           round->failed = true;
                         done();
                       }));
  done();
}

void Loop::write_status(const RoundPtr& round) {
  auto next = [this, round](const Document& ns) {
    round->known.ns = ns;
    if (round->verifying && !round->failed) return finalize(round);
    // What remains wakes this key when it goes.
    end(std::move(round->finish), !round->failed);
  };
  auto changed = next_status(round->known);
  if (!changed) return next(round->known.ns);
  parts_.client.update(resources::kNamespaces, {}, round->name, std::move(*changed), "status",
                       alive_.guard([round, next](Result<Document> written) {
                         if (!written) return round->finish(Outcome::kRetry);
                         next(*written);
                       }));
}

void Loop::finalize(const RoundPtr& round) {
  parts_.client.update(resources::kNamespaces, {}, round->name, finalized(round->known.ns.root()), "finalize",
                       last_write(std::move(round->finish)));
}

}  // namespace

std::unique_ptr<Controller> make_controller(const Parts& parts, const schema::Registry& registry) {
  return std::make_unique<Loop>(parts, registry);
}

}  // namespace proa::controllers::ns
