// What a kind does beyond its data: the hooks that the verbs of src/api call around every read and write. Most
// kinds need none of them; the generic default does what the data says (see the end of this page).
//
//   const KindBehaviour& b = behaviour_of("apps", "Deployment");
//   if (b.validate) b.validate(object, errors);
//
// A hook is a plain function: no I/O, no clock of its own, nothing global. It runs on the thread of the request,
// several at once. A null hook means "nothing to do".
//
// Order of a create:  decode, defaults, metadata, prepare_for_create, mutating admission, begin, validate_by_schema
//                     and validate, warnings, managedFields, commit, the Finish that begin gave.
// Order of an update: the same with prepare_for_update (or prepare_for_status_update), validate and then
//                     validate_update. managedFields and metadata (uid, creationTimestamp, ...) are the verbs' own business.
// Source of the model: the strategies of k8s.io/kubernetes pkg/registry, and pkg/printers/internalversion.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/time.h"
#include "object/value.h"
#include "object/view.h"
#include "runtime/random.h"
#include "schema/field_error.h"
#include "schema/registry.h"

namespace proa::api {

class Allocators;  // addresses and ports of Services: ip_allocator.h

/// What a hook may know of the write it takes part in.
struct WriteContext {
  const schema::KindInfo& kind;
  std::string_view ns, name, subresource;
  std::string_view user;
  object::TimeNs now = 0;
  runtime::Random* random = nullptr;  // never null while serving
  Allocators* allocators = nullptr;   // null in tests of other kinds
  bool dry_run = false;
};

/// Called exactly once after the write was taken (true) or refused (false); any thread; must not block.
using Finish = std::move_only_function<void(bool committed)>;

/// Which names an object of the kind may have.
enum class NameRule : uint8_t {
  kSubdomain,    // RFC 1123 subdomain: the default
  kLabel,        // RFC 1123 label: namespaces
  kLabel1035,    // RFC 1035 label: services
  kPathSegment,  // anything that fits into a path: RBAC, events
};

/// Why a row tells of something that has ended; clients may hide such rows.
struct Ended {
  std::string_view reason, message;
};

struct KindBehaviour {
  NameRule name_rule = NameRule::kSubdomain;

  // ---- Writing ----
  /// Drops status, sets what only the server may set. Null: the generic one.
  void (*prepare_for_create)(object::Value& object, const WriteContext&) = nullptr;
  /// Keeps what may not change (status, ...), bumps metadata.generation. Null: the generic one.
  void (*prepare_for_update)(object::Value& object, object::View old, const WriteContext&) = nullptr;
  /// For the subresource "status": keeps everything but status (and metadata as upstream does). Null: generic.
  void (*prepare_for_status_update)(object::Value& object, object::View old, const WriteContext&) = nullptr;

  /// Semantic validation, beside what schema::validate_by_schema() finds. Runs on create and update.
  void (*validate)(object::View object, schema::ErrorList&) = nullptr;
  /// On updates, instead of `validate`: where upstream looks at less of an object that is there. Null: `validate`.
  void (*validate_changed)(object::View object, schema::ErrorList&) = nullptr;
  /// True: `validate` says all there is to say, validate_by_schema() is left out.
  bool validates_alone = false;
  /// Only of updates: immutable fields, forbidden transitions.
  void (*validate_update)(object::View object, object::View old, schema::ErrorList&) = nullptr;
  /// True: what `validate_update` finds is told before what `validate` finds.
  bool update_rules_first = false;
  /// Instead of both, for the subresource "status". Null: nothing is checked.
  void (*validate_status_update)(object::View object, object::View old, schema::ErrorList&) = nullptr;
  /// Instead of both, for other subresources that write the object. Null: as an ordinary update.
  void (*validate_subresource)(object::View object, object::View old, std::string_view subresource,
                               schema::ErrorList&) = nullptr;
  /// Texts for the Warning header. `old` is absent on create.
  void (*warnings)(object::View object, object::View old, std::vector<std::string>& out) = nullptr;

  /// Claims what has to be unique beyond the object (a Service's addresses and ports) before the commit; writes
  /// it into `object`. The errors are answers (422 with the field). `old` is absent on create.
  Result<Finish> (*begin)(object::Value& object, object::View old, const WriteContext&) = nullptr;
  /// After an object is gone from the store: releases what begin() claimed. Any thread; must not block.
  void (*after_delete)(object::View last, const WriteContext&) = nullptr;

  bool allow_create_on_update = false;     // PUT of a missing object creates it (leases, ...)
  bool allow_unconditional_update = true;  // PUT without resourceVersion is taken

  // ---- Deleting ----
  /// The grace that an object gets when it is deleted, given what the client asked for (-1: nothing): 0 means
  /// at once. Null: every object goes at once (pods have one).
  int64_t (*grace_period)(object::View object, int64_t asked) = nullptr;
  /// DELETE answers with the object instead of a Status (pods, services, namespaces, ...).
  bool returns_deleted_object = false;
  /// What happens to dependents when the client does not say: Background; Orphan for replicationcontrollers and jobs.
  bool orphans_by_default = false;
  /// Told to who leaves it at that.
  std::string_view orphaning_warning;

  // ---- Reading ----
  /// Field selectors beyond metadata.name and metadata.namespace.
  std::span<const std::string_view> selectable_fields;
  /// The text of one of selectable_fields ("" when unset).
  std::string (*field)(object::View object, std::string_view field) = nullptr;
  /// The cells of one row of `kubectl get`, one per KindInfo::columns, in their order. Null: from columns' paths.
  void (*row)(object::View object, object::TimeNs now, std::vector<object::Value>& cells) = nullptr;
  std::optional<Ended> (*ended)(object::View object) = nullptr;
};

/// The behaviour of a kind, by API group and kind; the generic default for every kind that has no entry. Lives as
/// long as the program. Any thread. The table is in kinds/behaviours.cc.
const KindBehaviour& behaviour_of(std::string_view group, std::string_view kind);

// ---- The generic hooks, for kinds' own hooks to call first ----

/// Drops status where the kind has the subresource; generation 1 where it has a spec.
void generic_prepare_for_create(object::Value& object, const WriteContext&);
/// Keeps the old status where the kind has the subresource; metadata.generation + 1 when anything outside of
/// metadata and status changed (kinds with a spec).
void generic_prepare_for_update(object::Value& object, object::View old, const WriteContext&);
/// Takes only status (and metadata's managedFields) from `object`, the rest from `old`.
void generic_prepare_for_status_update(object::Value& object, object::View old, const WriteContext&);
/// Does the kind carry a generation? True for those with a spec, besides the few that upstream leaves without.
bool has_generation(const schema::KindInfo& kind);

}  // namespace proa::api
