#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "api/verbs.h"
#include "api/write.h"
#include "object/meta.h"
#include "object/time.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

struct Removal {
  Core& core;
  Target target;
  CallPtr call;
  DeleteRequest request;
  DeletedDone done;
  int attempt = 0;
};
using RemovalPtr = std::shared_ptr<Removal>;

void run(const RemovalPtr& removal);

Result<void> check_preconditions(const Target& target, const DeleteRequest& request, View object) {
  const base::GroupResource kind{target.kind->group, target.kind->kind};
  const std::string_view uid = object::uid_of(object);
  if (!request.uid.empty() && request.uid != uid)
    return Error(base::conflict(kind, target.name,
                                fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). "
                                            "The object might have been deleted and then recreated",
                                            request.uid, uid)));
  const std::string_view version = object["metadata"]["resourceVersion"].as_string();
  if (!request.resource_version.empty() && request.resource_version != version)
    return Error(base::conflict(kind, target.name,
                                fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                                            "ResourceVersion in record ({}). The object might have been modified",
                                            request.resource_version, version)));
  return {};
}

bool wants_orphans(const Removal& removal, View object) {
  const DeleteRequest& request = removal.request;
  if (request.orphan_dependents) return *request.orphan_dependents;
  if (!request.propagation_policy.empty()) return request.propagation_policy == "Orphan";
  if (object::has_finalizer(object, kOrphan)) return true;
  if (object::has_finalizer(object, kForeground)) return false;
  return removal.core.behaviour(*removal.target.stored).orphans_by_default;
}

bool wants_foreground(const Removal& removal, View object) {
  const DeleteRequest& request = removal.request;
  if (request.orphan_dependents) return false;
  if (!request.propagation_policy.empty()) return request.propagation_policy == "Foreground";
  return object::has_finalizer(object, kForeground);
}

/// The finalizers that the garbage collector is to act on, among the others. True when they changed.
bool set_collector_finalizers(const Removal& removal, Value& object) {
  const bool orphan = wants_orphans(removal, object), foreground = wants_foreground(removal, object);
  if (orphan == object::has_finalizer(object, kOrphan) && foreground == object::has_finalizer(object, kForeground))
    return false;
  Value list = Value::array();
  for (const View finalizer : View(object)["metadata"]["finalizers"].items())
    if (finalizer.as_string() != kOrphan && finalizer.as_string() != kForeground) list.push_back(finalizer.as_string());
  if (orphan) list.push_back(kOrphan);
  if (foreground) list.push_back(kForeground);
  if (View(list).empty())
    object["metadata"].erase("finalizers");
  else
    object["metadata"].set("finalizers", std::move(list));
  return true;
}

bool is_namespace(View object) {
  return object["kind"].as_string() == "Namespace" && object["apiVersion"].as_string() == "v1";
}

void mark(Value& object, object::TimeNs when, int64_t grace) {
  Value& metadata = object["metadata"];
  if (!object::is_deleting(object) && object::generation_of(object) > 0)
    metadata.set("generation", object::generation_of(object) + 1);
  metadata.set("deletionTimestamp", object::format_time(when));
  if (!is_namespace(object))
    metadata.set("deletionGracePeriodSeconds", grace);
  else
    object["status"].set("phase", "Terminating");
}

enum class Step { kAlreadyGoing, kMark, kDelete };

/// What this request does to the object: nothing, a change (mark, finalizers), or its end.
Step decide(const Removal& removal, Value& object) {
  const object::TimeNs now = removal.core.now();
  const KindBehaviour& behaviour = removal.core.behaviour(*removal.target.stored);
  int64_t asked = removal.request.grace_period_seconds;
  bool graceful = false;
  int64_t grace = 0;
  if (behaviour.grace_period != nullptr && object::is_deleting(object)) {
    const View metadata = View(object)["metadata"];
    const int64_t running = metadata["deletionGracePeriodSeconds"].as_int();
    if (running > 0) {
      // Only a shorter grace counts once the end has been announced.
      if (asked < 0 || asked >= running) return Step::kAlreadyGoing;
      object::TimeNs when =
          object::time_of(metadata["deletionTimestamp"]).value_or(now) + (asked - running) * object::kSecondNs;
      grace = asked;
      if (when < now) {
        when = now;
        if (grace != 0) grace = 1;
      }
      mark(object, when, grace);
      graceful = true;
    }
  } else if (behaviour.grace_period != nullptr) {
    grace = behaviour.grace_period(object, asked);
    mark(object, now + grace * object::kSecondNs, grace);
    graceful = true;
  }
  set_collector_finalizers(removal, object);
  const bool pending = !View(object)["metadata"]["finalizers"].empty();
  if (graceful) return grace > 0 || pending ? Step::kMark : Step::kDelete;
  if (!pending && is_ready_to_go(object)) return Step::kDelete;
  const auto announced = object::time_of(View(object)["metadata"]["deletionTimestamp"]);
  mark(object, announced && *announced < now ? *announced : now, 0);
  return Step::kMark;
}

/// `shown` is what the client sees of an object that went: with the deletion marked, which the store never kept.
void answer(const RemovalPtr& removal, const store::EntryPtr& entry, bool gone, const object::Document& shown) {
  if (gone) {
    const KindBehaviour& behaviour = removal->core.behaviour(*removal->target.stored);
    if (behaviour.after_delete != nullptr)
      behaviour.after_delete(entry->document.root(), removal->core.context(removal->target, *removal->call));
  }
  if (shown) return removal->done(Deleted{.document = shown, .entry = nullptr, .gone = gone});
  removal->done(Deleted{.document = entry->document, .entry = entry, .gone = gone});
}

void commit(const RemovalPtr& removal, store::Write write, object::Document shown) {
  const bool gone = !write.document;
  std::vector<store::Write> writes;
  writes.push_back(std::move(write));
  removal->core.store.commit(
      std::move(writes), [removal, gone, shown = std::move(shown)](Result<store::Committed> result) {
        if (!result) return removal->done(Error(result.error()));
        if (result->refusal == store::Refusal::kNone) return answer(removal, result->entries.front(), gone, shown);
        if (result->refusal == store::Refusal::kNotFound || ++removal->attempt > 100)
          return removal->done(Error(base::not_found(removal->target.resource(), removal->target.name)));
        run(removal);
      });
}

/// What was read, and is not followed by a write.
void answer_read(const RemovalPtr& removal, Result<Deleted> result) {
  answer_when_durable(removal->core, removal->target, std::move(removal->done), std::move(result));
}

void run(const RemovalPtr& removal) {
  Core& core = removal->core;
  const Target& target = removal->target;
  const store::EntryPtr old = core.store.latest(target.key());
  if (old == nullptr) return answer_read(removal, Error(base::not_found(target.resource(), target.name)));
  const View was = old->document.root();
  if (auto ok = check_preconditions(target, removal->request, was); !ok) return answer_read(removal, Error(ok.error()));
  const admission::Attributes attributes{.kind = *target.stored,
                                         .ns = target.ns,
                                         .name = target.name,
                                         .subresource = target.subresource,
                                         .operation = admission::Operation::kDelete,
                                         .user = removal->call->user.name,
                                         .dry_run = removal->call->dry_run,
                                         .world = core.world(),
                                         .random = core.random};
  if (auto ok = core.admission.validate(View(), was, attributes); !ok) return removal->done(Error(ok.error()));
  Value object = was.to_value();
  const Step step = decide(*removal, object);
  if (step == Step::kAlreadyGoing || (step == Step::kMark && View(object) == was))
    return answer_read(removal, Deleted{.document = old->document, .entry = old});
  if (removal->call->dry_run) {
    const std::string version = was["metadata"]["resourceVersion"].str();
    return removal->done(
        Deleted{.document = freeze_unstored(object, version), .entry = nullptr, .gone = step == Step::kDelete});
  }
  store::Write write{target.key(), {}, old->revision};
  object::Document shown;
  if (step == Step::kMark)
    write.document = freeze_for_store(object);
  else if (!(View(object) == was))
    shown = freeze_unstored(object, was["metadata"]["resourceVersion"].as_string());
  commit(removal, std::move(write), std::move(shown));
}

/// Deletes what a list named: so many at a time that they share commits, and without a call stack that grows with
/// the list where commits answer at once.
class Collection : public std::enable_shared_from_this<Collection> {
 public:
  using Done = std::move_only_function<void(Result<Listing>)>;
  Collection(Core& core, Target target, CallPtr call, DeleteRequest request, Listing listing, Done done)
      : core_(core),
        target_(std::move(target)),
        call_(std::move(call)),
        request_(std::move(request)),
        listing_(std::move(listing)),
        done_(std::move(done)) {}

  void go_on() {
    std::unique_lock lock(mutex_);
    if (std::exchange(busy_, true)) return;  // whoever is at it goes on
    while (next_ < listing_.entries.size() && in_flight_ < kAtOnce && !failure_) {
      const store::EntryPtr entry = listing_.entries[next_++];
      ++in_flight_;
      lock.unlock();
      start(entry->document.root());
      lock.lock();
    }
    busy_ = false;
    const bool over = in_flight_ == 0 && (failure_ || next_ == listing_.entries.size());
    if (!over || std::exchange(answered_, true)) return;
    lock.unlock();
    if (failure_) return done_(Error(*failure_));
    done_(std::move(listing_));
  }

 private:
  static constexpr int kAtOnce = 64;

  void start(View object) {
    Target target = target_;
    target.ns = object::namespace_of(object);
    target.name = object::name_of(object);
    remove(core_, std::move(target), call_, request_,
           [self = shared_from_this()](Result<Deleted> one) { self->finished(one); });
  }

  void finished(const Result<Deleted>& one) {
    {
      const std::lock_guard lock(mutex_);
      --in_flight_;
      if (!one && !one.error().is("NotFound") && !failure_) failure_ = one.error();
    }
    go_on();
  }

  Core& core_;
  const Target target_;
  const CallPtr call_;
  const DeleteRequest request_;
  std::mutex mutex_;
  Listing listing_;
  Done done_;
  std::optional<Status> failure_;
  size_t next_ = 0;
  int in_flight_ = 0;
  bool busy_ = false, answered_ = false;
};

}  // namespace

bool is_ready_to_go(View object) {
  if (!object["metadata"]["finalizers"].empty()) return false;
  if (is_namespace(object) && !object["spec"]["finalizers"].empty()) return false;
  return !object::is_deleting(object) || object["metadata"]["deletionGracePeriodSeconds"].as_int() == 0;
}

/// Who does not say what becomes of the dependents hears where they stay.
static void warn_of_orphans(Core& core, const Target& target, const DeleteRequest& request, Call& call) {
  const std::string_view warning = core.behaviour(*target.stored).orphaning_warning;
  if (!warning.empty() && !request.orphan_dependents && request.propagation_policy.empty())
    call.warnings.emplace_back(warning);
}

void remove(Core& core, Target target, CallPtr call, DeleteRequest request, DeletedDone done) {
  warn_of_orphans(core, target, request, *call);
  run(std::make_shared<Removal>(
      Removal{core, std::move(target), std::move(call), std::move(request), std::move(done)}));
}

void remove_collection(Core& core, Target target, CallPtr call, DeleteRequest request, const ListRequest& list_request,
                       std::move_only_function<void(Result<Listing>)> done) {
  warn_of_orphans(core, target, request, *call);
  auto listing = list(core, target, list_request);
  if (!listing) return done(Error(listing.error()));
  std::make_shared<Collection>(core, std::move(target), std::move(call), std::move(request), std::move(*listing),
                               std::move(done))
      ->go_on();
}

}  // namespace proa::api
