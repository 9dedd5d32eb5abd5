#include "api/core.h"

#include "api/event_expiry.h"
#include "api/watch.h"

namespace proa::api {
namespace {

class StoreWorld : public admission::World {
 public:
  explicit StoreWorld(const store::Store& store) : store_(store) {}

  object::Document get(std::string_view group, std::string_view resource, std::string_view ns,
                       std::string_view name) const override {
    const store::EntryPtr entry = store_.latest(prefix(group, resource, ns).append(name));
    return entry == nullptr ? object::Document() : entry->document;
  }

  void scan(std::string_view group, std::string_view resource, std::string_view ns,
            const std::function<bool(const object::Document&)>& visit) const override {
    store_.snapshot()->scan(prefix(group, resource, ns), {},
                            [&](const store::EntryPtr& entry) { return visit(entry->document); });
  }

 private:
  static std::string prefix(std::string_view group, std::string_view resource, std::string_view ns) {
    std::string out = "/";
    out += group.empty() ? "core" : group;
    out += '/';
    out += resource;
    out += '/';
    if (!ns.empty()) {
      out += ns;
      out += '/';
    }
    return out;
  }

  const store::Store& store_;
};

}  // namespace

std::string storage_prefix(const schema::KindInfo& stored) {
  std::string out = "/";
  out += stored.group.empty() ? "core" : stored.group;
  out += '/';
  out += stored.plural;
  out += '/';
  return out;
}

std::string Target::prefix() const {
  std::string out = storage_prefix(*stored);
  if (!ns.empty() && stored->namespaced) {
    out += ns;
    out += '/';
  }
  return out;
}

Core::Core(const Options& given, store::Store& the_store, runtime::Clock& the_clock, runtime::Random& the_random,
           const auth::TokenIssuer* the_tokens)
    : options(given),
      store(the_store),
      clock(the_clock),
      random(the_random),
      tokens(the_tokens),
      allocators(given.service_cidr, given.node_port_first, given.node_port_last),
      world_(std::make_unique<StoreWorld>(the_store)),
      background_(given.background) {
  if (background_ == nullptr) {
    own_loop_ = std::make_unique<runtime::EventLoop>("api");
    own_loop_->start();
    background_ = own_loop_.get();
  }
  hub_ = std::make_unique<WatchHub>(*background_);
  expiry_ = std::make_unique<EventExpiry>(*this);
}

Core::~Core() {
  if (own_loop_ == nullptr) return;
  own_loop_->stop();
  own_loop_->join();
}

schema::KindRef Core::stored_kind(const schema::KindRef& kind) const {
  if (kind->group == kind->storage_group && kind->version == kind->storage_version) return kind;
  const schema::KindRef stored = registry.find_resource(kind->storage_group, kind->storage_version, kind->plural);
  return stored == nullptr ? kind : stored;
}

WriteContext Core::context(const Target& target, const Call& call) {
  return {.kind = *target.stored,
          .ns = target.ns,
          .name = target.name,
          .subresource = target.subresource,
          .user = call.user.name,
          .now = now(),
          .random = &random,
          .allocators = &allocators,
          .dry_run = call.dry_run};
}

}  // namespace proa::api
