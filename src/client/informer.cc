#include "client/informer.h"

#include <algorithm>
#include <utility>

#include "client/alive.h"
#include "client/object_cache.h"
#include "object/meta.h"

namespace proa::client {
namespace {

using object::Document;
using runtime::DurationNs;

constexpr DurationNs kFirstBackoff = 800 * runtime::kMillisecond;
constexpr DurationNs kLongestBackoff = 30 * runtime::kSecond;

/// List, then watch from there; a watch that ends goes on from its last revision, one that is too old lists anew.
class ListWatch : public Informer {
 public:
  ListWatch(Client& client, runtime::Executor& executor, const Resource& resource, ListOptions options,
            std::function<void()> on_sync)
      : client_(client),
        executor_(executor),
        group_(resource.group),
        version_(resource.version),
        name_(resource.name),
        kind_(resource.kind),
        options_(std::move(options)),
        on_sync_(std::move(on_sync)),
        retry_(executor) {}

  bool is(const Resource& resource, const ListOptions& options) const {
    return group_ == resource.group && version_ == resource.version && name_ == resource.name &&
           options_.label_selector == options.label_selector && options_.field_selector == options.field_selector;
  }

  void start() { list_anew(); }

  bool synced() const override { return synced_; }
  int64_t resource_version() const override { return seen_; }
  Document get(std::string_view ns, std::string_view name) const override { return cache_.get(ns, name); }
  std::vector<Document> list(std::string_view ns) const override { return cache_.list(ns); }
  size_t size() const override { return cache_.size(); }
  void add_index(std::string_view name, IndexFunction function) override {
    cache_.add_index(name, std::move(function));
  }
  std::vector<Document> by_index(std::string_view index, std::string_view value) const override {
    return cache_.by_index(index, value);
  }

  void add_handler(ChangeHandler handler) override {
    if (synced_)
      for (const Document& object : cache_.list({})) handler({}, object);
    handlers_.push_back(std::make_shared<ChangeHandler>(std::move(handler)));
  }

 private:
  Resource resource() const { return {group_, version_, name_, kind_}; }

  void list_anew() {
    watch_.reset();
    client_.list(resource(), {}, options_, alive_.guard([this](Result<List> listed) {
      if (!listed) return later([this] { list_anew(); });
      failures_ = 0;
      replace(*listed);
      watch_from(listed->resource_version);
    }));
  }

  // What is gone from the list was deleted while nobody watched.
  void replace(const List& listed) {
    std::vector<Document> gone;
    auto old = cache_.list({});
    size_t next = 0;
    const auto before = [](const Document& a, const Document& b) {
      return std::pair(object::namespace_of(a.root()), object::name_of(a.root())) <
             std::pair(object::namespace_of(b.root()), object::name_of(b.root()));
    };
    for (const Document& object : old) {
      while (next < listed.items.size() && before(listed.items[next], object)) ++next;
      if (next == listed.items.size() || before(object, listed.items[next])) gone.push_back(object);
    }
    seen_ = std::max(seen_, listed.resource_version);
    for (const Document& object : gone) drop(object);
    for (const Document& object : listed.items) keep(object);
    if (!std::exchange(synced_, true)) {
      for (const Document& object : cache_.list({})) tell({}, object);
      on_sync_();
    }
  }

  void watch_from(int64_t revision) {
    watch_ = client_.watch(resource(), {}, revision, options_,
                           alive_.guard([this](const WatchEvent& event) { on_event(event); }));
  }

  void on_event(const WatchEvent& event) {
    failures_ = event.type == WatchEvent::Type::kError ? failures_ : 0;
    switch (event.type) {
      case WatchEvent::Type::kAdded:
      case WatchEvent::Type::kModified:
        seen_ = std::max(seen_, object::resource_version_of(event.object.root()));
        return keep(event.object);
      case WatchEvent::Type::kDeleted:
        seen_ = std::max(seen_, object::resource_version_of(event.object.root()));
        return drop(event.object);
      case WatchEvent::Type::kBookmark: seen_ = std::max(seen_, event.resource_version); return;
      case WatchEvent::Type::kError: break;
    }
    watch_.reset();
    // Posted: a peer that answers with an error at once must not recurse.
    if (event.error.code == 410 && failures_ == 0) {
      ++failures_;
      return executor_.post(alive_.guard([this] { list_anew(); }));
    }
    const bool expired = event.error.code == 410 || event.error.code == 504;
    later([this, expired] { expired ? list_anew() : watch_from(seen_); });
  }

  void keep(const Document& object) {
    const Document before = cache_.put(object);
    if (!synced_) return;
    if (before && object::resource_version_of(before.root()) == object::resource_version_of(object.root())) return;
    if (before && object::uid_of(before.root()) != object::uid_of(object.root())) {
      tell(before, {});
      return tell({}, object);
    }
    tell(before, object);
  }

  void drop(const Document& object) {
    const Document before = cache_.erase(object::namespace_of(object.root()), object::name_of(object.root()));
    if (before && synced_) tell(before, {});
  }

  // By index and held: a handler may add handlers.
  void tell(const Document& before, const Document& after) {
    const size_t count = handlers_.size();
    for (size_t i = 0; i < count; ++i) {
      const auto handler = handlers_[i];
      (*handler)(before, after);
    }
  }

  void later(runtime::Task task) {
    const DurationNs base = std::min(kFirstBackoff << std::min(failures_++, 6), kLongestBackoff);
    const auto jitter = static_cast<DurationNs>(executor_.random().below(static_cast<uint64_t>(base)));
    retry_.start(base + jitter, std::move(task));
  }

  Client& client_;
  runtime::Executor& executor_;
  const std::string group_, version_, name_, kind_;
  const ListOptions options_;
  const std::function<void()> on_sync_;
  ObjectCache cache_;
  std::vector<std::shared_ptr<ChangeHandler>> handlers_;
  bool synced_ = false;
  int64_t seen_ = 0;
  int failures_ = 0;
  std::unique_ptr<Watch> watch_;
  runtime::Timer retry_;
  Alive alive_;
};

}  // namespace

void index_by_owner(Informer& informer) {
  informer.add_index(kByOwner, [](object::View object, const auto& emit) {
    const object::View owner = object::controller_of(object);
    if (owner.exists()) emit(owner["uid"].as_string());
  });
}

void index_by_node(Informer& informer) {
  informer.add_index(kByNode, [](object::View object, const auto& emit) {
    const std::string_view node = object["spec"]["nodeName"].as_string();
    if (!node.empty()) emit(node);
  });
}

struct Informers::Impl {
  Impl(Client& c, runtime::Executor& e) : client(c), executor(e) {}

  bool synced() const {
    return std::all_of(informers.begin(), informers.end(), [](const auto& informer) { return informer->synced(); });
  }

  void check_waiting() {
    if (waiting.empty() || !synced()) return;
    for (runtime::Task& task : std::exchange(waiting, {})) executor.post(alive.guard(std::move(task)));
  }

  Client& client;
  runtime::Executor& executor;
  bool started = false;
  std::vector<std::unique_ptr<ListWatch>> informers;
  std::vector<runtime::Task> waiting;
  Alive alive;
};

Informers::Informers(Client& client, runtime::Executor& executor) : impl_(std::make_unique<Impl>(client, executor)) {}

Informers::~Informers() = default;

Informer& Informers::of(const Resource& resource, const ListOptions& options) {
  for (const auto& informer : impl_->informers)
    if (informer->is(resource, options)) return *informer;
  impl_->informers.push_back(std::make_unique<ListWatch>(impl_->client, impl_->executor, resource, options,
                                                         [impl = impl_.get()] { impl->check_waiting(); }));
  ListWatch& made = *impl_->informers.back();
  if (impl_->started) made.start();
  return made;
}

void Informers::start() {
  if (std::exchange(impl_->started, true)) return;
  for (size_t i = 0; i < impl_->informers.size(); ++i) impl_->informers[i]->start();
}

bool Informers::synced() const { return impl_->synced(); }

void Informers::when_synced(runtime::Task task) {
  impl_->waiting.push_back(std::move(task));
  impl_->check_waiting();
}

}  // namespace proa::client
