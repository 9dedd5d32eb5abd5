// What all verbs share: the store, the kinds, the clock, admission, caches. One Core per Api; every member may be
// used from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admission/admission.h"
#include "api/api.h"
#include "api/encoding_cache.h"
#include "api/ip_allocator.h"
#include "api/kinds/kind_behaviour.h"
#include "api/metrics.h"
#include "object/document.h"
#include "runtime/event_loop.h"
#include "schema/registry.h"
#include "store/store.h"

namespace proa::api {

/// Which object or collection is meant.
struct Target {
  schema::KindRef kind;    // as the request names it
  schema::KindRef stored;  // as the store keeps it; the same for most
  std::string ns, name, subresource;

  /// "/core/pods/NS/NAME"; REQUIRES: a name.
  std::string key() const { return prefix() + name; }
  /// "/core/pods/NS/", or "/core/pods/" for all namespaces.
  std::string prefix() const;
  base::GroupResource resource() const { return kind->group_resource(); }
};

/// "/core/pods/": where a resource's objects are kept.
std::string storage_prefix(const schema::KindInfo& stored);

enum class FieldValidation : uint8_t { kIgnore, kWarn, kStrict };

/// Who asks, and how; lives as long as the request, warnings are filled on the way.
struct Call {
  auth::User user;
  std::string field_manager;
  bool dry_run = false;
  FieldValidation field_validation = FieldValidation::kWarn;
  std::vector<std::string> warnings;
  /// What is odd about the text of a patch: members that are there twice, or that mean nothing.
  std::vector<std::string> patch_complaints;
  /// Asked of every new state before it is admitted; may be empty. `old` is absent on create.
  std::function<Result<void>(const Target&, object::View object, object::View old)> guard;
  const schema::Registry* registry = nullptr;  // tells an unknown kind from one that is only out of place
};
using CallPtr = std::shared_ptr<Call>;

/// What a write or a read of one object gives. `entry` is null where nothing was written (dry run).
struct Stored {
  object::Document document;
  store::EntryPtr entry;
  bool created = false;
};
using StoredDone = std::move_only_function<void(Result<Stored>)>;

class EventExpiry;
class WatchHub;

class Core {
 public:
  Core(const Options& options, store::Store& store, runtime::Clock& clock, runtime::Random& random,
       const auth::TokenIssuer* tokens);
  ~Core();

  /// The stored objects as admission sees them: the newest sequenced state.
  const admission::World& world() const { return *world_; }
  object::TimeNs now() const { return clock.wall(); }
  /// The form in which a kind is kept.
  schema::KindRef stored_kind(const schema::KindRef& kind) const;
  const KindBehaviour& behaviour(const schema::KindInfo& kind) const { return behaviour_of(kind.group, kind.kind); }
  WriteContext context(const Target& target, const Call& call);
  /// Runs watches and timers, so that no I/O thread waits for them.
  runtime::Executor& background() { return *background_; }
  WatchHub& hub() { return *hub_; }
  EventExpiry& expiry() { return *expiry_; }

  const Options options;
  schema::Registry registry;
  store::Store& store;
  runtime::Clock& clock;
  runtime::Random& random;
  const auth::TokenIssuer* tokens;
  Allocators allocators;
  EncodingCache encodings;
  admission::Chain admission;
  Metrics metrics;
  std::atomic<client::PodStreams*> streams{nullptr};
  std::atomic<bool> ready{false};

 private:
  std::unique_ptr<admission::World> world_;
  std::unique_ptr<runtime::EventLoop> own_loop_;  // where the options name no executor
  runtime::Executor* background_;
  std::unique_ptr<WatchHub> hub_;
  std::unique_ptr<EventExpiry> expiry_;
};

}  // namespace proa::api
