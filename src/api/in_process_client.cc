#include "api/in_process_client.h"

#include <atomic>
#include <mutex>

#include "api/body.h"
#include "api/convert.h"
#include "api/subresources.h"
#include "api/verbs.h"
#include "api/watch_feed.h"
#include "schema/defaulting.h"

namespace proa::api {
namespace {

using client::DeleteOptions;
using client::Done;
using client::ListOptions;
using client::PatchType;
using client::Resource;
using client::WatchEvent;
using object::Document;
using object::Value;
using object::View;

/// A document in the version that the client named.
Document in_version(const Target& target, const Document& document) {
  if (target.kind == target.stored) return document;
  Value converted = document.root().to_value();
  convert(converted, *target.stored, *target.kind);
  return Document::freeze(converted);
}

/// The way to the client's executor, for the store's thread. Closed with the client: the store may answer later, when the
/// executor is gone.
class WayBack {
 public:
  explicit WayBack(runtime::Executor& executor) : executor_(&executor) {}

  /// Any thread. Drops the task when the client is gone.
  void post(runtime::Task task) {
    const std::lock_guard lock(mutex_);
    if (executor_ != nullptr) executor_->post(std::move(task));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    executor_ = nullptr;
  }

 private:
  std::mutex mutex_;
  runtime::Executor* executor_;  // guarded by mutex_
};
using WayBackPtr = std::shared_ptr<WayBack>;

/// Pulls from a Feed on the client's executor. Shared between the client's handle and the wake-ups on their way.
class Puller : public std::enable_shared_from_this<Puller> {
 public:
  Puller(WayBackPtr way_back, Target target, std::function<void(const WatchEvent&)> event)
      : way_back_(std::move(way_back)), target_(std::move(target)), event_(std::move(event)) {}

  /// Any thread.
  void wake() {
    if (scheduled_.exchange(true)) return;
    way_back_->post([self = shared_from_this()] {
      self->scheduled_ = false;
      self->pump();
    });
  }
  void open(Core& core, const WatchRequest& request) {
    auto feed = Feed::open(core, target_, request, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->wake();
    });
    if (feed)
      feed_ = std::move(*feed);
    else
      failed_ = std::move(feed.error());
    wake();
  }
  void close() {
    closed_ = true;
    feed_.reset();
  }

 private:
  void pump() {
    const auto self = shared_from_this();  // the callback may let go of the handle
    if (failed_ && !closed_) {
      event_({.type = WatchEvent::Type::kError, .object = {}, .error = *std::exchange(failed_, std::nullopt)});
      return;
    }
    FeedEvent event;
    while (!closed_ && feed_ != nullptr) {
      const Feed::Next next = feed_->next(event);
      if (next == Feed::Next::kIdle) return;
      if (next == Feed::Next::kExpired) {
        feed_.reset();
        return event_(
            {.type = WatchEvent::Type::kError, .object = {}, .error = base::expired("too old resource version")});
      }
      event_(translate(event));
    }
  }

  WatchEvent translate(const FeedEvent& event) const {
    WatchEvent out{.type = WatchEvent::Type::kBookmark, .object = {}, .resource_version = event.revision, .error = {}};
    switch (event.type) {
      case Happening::kAdded: out.type = WatchEvent::Type::kAdded; break;
      case Happening::kModified: out.type = WatchEvent::Type::kModified; break;
      case Happening::kDeleted: out.type = WatchEvent::Type::kDeleted; break;
      case Happening::kBookmark: return out;
    }
    out.object = in_version(target_, event.document);
    return out;
  }

  const WayBackPtr way_back_;
  const Target target_;
  const std::function<void(const WatchEvent&)> event_;
  std::unique_ptr<Feed> feed_;
  std::optional<Status> failed_;
  std::atomic<bool> scheduled_{false};
  bool closed_ = false;
};

class Handle : public client::Watch {
 public:
  explicit Handle(std::shared_ptr<Puller> puller) : puller_(std::move(puller)) {}
  ~Handle() override { puller_->close(); }

 private:
  std::shared_ptr<Puller> puller_;
};

class InProcessClient : public client::Client {
 public:
  InProcessClient(Core& core, runtime::Executor& executor, auth::User user, std::string field_manager)
      : core_(core),
        executor_(executor),
        way_back_(std::make_shared<WayBack>(executor)),
        user_(std::move(user)),
        field_manager_(std::move(field_manager)) {}
  ~InProcessClient() override { way_back_->close(); }

  void get(const Resource& resource, std::string_view ns, std::string_view name, Done<Document> done) override {
    defer(find(resource, ns, name, ""), std::move(done), [this](const Target& target, Done<Document> then) {
      auto stored = api::get(core_, target);
      if (!stored) return then(Error(stored.error()));
      then(in_version(target, stored->document));
    });
  }

  void list(const Resource& resource, std::string_view ns, const ListOptions& options,
            Done<client::List> done) override {
    defer(find(resource, ns, "", ""), std::move(done), [this, options](const Target& target, Done<client::List> then) {
      auto listing = api::list(core_, target,
                               {.label_selector = options.label_selector,
                                .field_selector = options.field_selector,
                                .resource_version = "",
                                .resource_version_match = "",
                                .continue_token = "",
                                .limit = 0});
      if (!listing) return then(Error(listing.error()));
      client::List out;
      out.resource_version = listing->revision;
      out.items.reserve(listing->entries.size());
      for (const store::EntryPtr& entry : listing->entries) out.items.push_back(in_version(target, entry->document));
      then(std::move(out));
    });
  }

  void create(const Resource& resource, std::string_view ns, std::string_view name, Value object,
              std::string_view subresource, Done<Document> done) override {
    auto work = [this, object = std::move(object)](const Target& target, Done<Document> then) mutable {
      create_now(target, std::move(object), std::move(then));
    };
    defer(find(resource, ns, name, subresource), std::move(done), std::move(work));
  }

  void update(const Resource& resource, std::string_view ns, std::string_view name, Value object,
              std::string_view subresource, Done<Document> done) override {
    auto work = [this, object = std::move(object)](const Target& target, Done<Document> then) mutable {
      auto write = call();
      if (target.subresource == "scale")
        return apply_change(core_, target, write, scale_change(target, std::move(object)), {},
                            answer(target, std::move(then)));
      if (auto ok = read(target, object, *write); !ok) return then(Error(ok.error()));
      if (target.subresource == "finalize")
        return finalize(core_, target, write, std::move(object), answer(target, std::move(then)));
      api::update(core_, target, write, std::move(object), answer(target, std::move(then)));
    };
    defer(find(resource, ns, name, subresource), std::move(done), std::move(work));
  }

  void patch(const Resource& resource, std::string_view ns, std::string_view name, PatchType type, Value patch,
             std::string_view subresource, Done<Document> done) override {
    const PatchKind kind = type == PatchType::kJson    ? PatchKind::kJson
                           : type == PatchType::kMerge ? PatchKind::kMerge
                                                       : PatchKind::kStrategic;
    auto work = [this, kind, patch = std::move(patch)](const Target& target, Done<Document> then) mutable {
      api::patch(core_, target, call(), kind, std::move(patch), false, answer(target, std::move(then)));
    };
    defer(find(resource, ns, name, subresource), std::move(done), std::move(work));
  }

  void remove(const Resource& resource, std::string_view ns, std::string_view name, const DeleteOptions& options,
              Done<Document> done) override {
    DeleteRequest request;
    request.uid = options.uid;
    if (options.resource_version > 0) request.resource_version = std::to_string(options.resource_version);
    request.grace_period_seconds = options.grace_period_seconds;
    request.propagation_policy = options.propagation_policy;
    defer(find(resource, ns, name, ""), std::move(done),
          [this, request = std::move(request)](const Target& target, Done<Document> then) {
            auto back = on_executor(std::move(then));
            api::remove(core_, target, call(), request,
                        [target, back = std::move(back)](Result<Deleted> result) mutable {
                          if (!result) return back(Error(result.error()));
                          back(in_version(target, result->document));
                        });
          });
  }

  std::unique_ptr<client::Watch> watch(const Resource& resource, std::string_view ns, int64_t from,
                                       const ListOptions& options,
                                       std::function<void(const WatchEvent&)> event) override {
    const Target target = find(resource, ns, "", "");
    auto puller = std::make_shared<Puller>(way_back_, target, std::move(event));
    if (target.kind != nullptr)
      puller->open(core_, {.label_selector = options.label_selector,
                           .field_selector = options.field_selector,
                           .resource_version = std::to_string(from),
                           .resource_version_match = "",
                           .bookmarks = false,
                           .send_initial_events = std::nullopt});
    return std::make_unique<Handle>(std::move(puller));
  }

 private:
  Target find(const Resource& resource, std::string_view ns, std::string_view name,
              std::string_view subresource) const {
    Target target;
    target.kind = core_.registry.find_resource(resource.group, resource.version, resource.name);
    if (target.kind == nullptr) return target;
    target.stored = core_.stored_kind(target.kind);
    target.ns = ns;
    target.name = name;
    target.subresource = subresource;
    return target;
  }

  CallPtr call() const {
    auto out = std::make_shared<Call>();
    out->user = user_;
    out->field_manager = field_manager_;
    out->field_validation = FieldValidation::kIgnore;
    return out;
  }

  /// Runs `work` as a task of its own, so that no callback comes before the call has returned.
  template <class T, class Work>
  void defer(Target target, Done<T> done, Work work) {
    executor_.post([alive = std::weak_ptr(alive_), target = std::move(target), done = std::move(done),
                    work = std::move(work)]() mutable {
      if (alive.expired()) return;
      if (target.kind == nullptr) return done(Error(base::no_such_endpoint()));
      work(target, std::move(done));
    });
  }

  /// Brings a result from the store's thread back to the client's executor.
  Done<Document> on_executor(Done<Document> done) const {
    return [way_back = way_back_, done = std::move(done)](Result<Document> result) mutable {
      way_back->post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    };
  }

  StoredDone answer(const Target& target, Done<Document> done) const {
    return [target, back = on_executor(std::move(done))](Result<Stored> result) mutable {
      if (!result) return back(Error(result.error()));
      back(in_version(target, result->document));
    };
  }

  /// What the client built becomes what a client would have sent.
  Result<void> read(const Target& target, Value& object, Call& write) const {
    if (auto ok = decode_object(object, *target.kind, target.kind->type, {}, write); !ok) return ok;
    schema::apply_defaults(object, target.kind->type, core_.now());
    convert(object, *target.kind, *target.stored);
    return {};
  }

  void create_now(const Target& target, Value object, Done<Document> then) {
    auto write = call();
    if (target.subresource == "binding") return bind_pod(core_, target, write, object, answer(target, std::move(then)));
    if (target.subresource == "token") {
      auto token = make_token(core_, target, std::move(object));
      if (!token) return then(Error(token.error()));
      return then(Document::freeze(*token));
    }
    if (!target.subresource.empty()) return then(Error(base::no_such_endpoint()));
    if (auto ok = read(target, object, *write); !ok) return then(Error(ok.error()));
    api::create(core_, target, write, std::move(object), answer(target, std::move(then)));
  }

  Core& core_;
  runtime::Executor& executor_;
  const WayBackPtr way_back_;
  const auth::User user_;
  const std::string field_manager_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<client::Client> make_in_process_client(Core& core, runtime::Executor& executor, auth::User user,
                                                       std::string field_manager) {
  return std::make_unique<InProcessClient>(core, executor, std::move(user), std::move(field_manager));
}

}  // namespace proa::api
