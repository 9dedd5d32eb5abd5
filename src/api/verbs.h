// The verbs on objects, below any encoding: what HTTP handlers, the in-process client and bootstrap call alike.
// One file per verb.
//
// Objects come decoded in the version that target.kind names, and are kept, and handed back, in the version that
// target.stored names (convert.h leads back). Errors are the answers in Kubernetes' words.
//
// Threads: any. Reads answer at once from a snapshot. Writes call `done` exactly once: at once when refused, else on
// the store's thread when durable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/core.h"
#include "object/selector.h"
#include "object/value.h"

namespace proa::api {

// ---- get.cc ----
/// `resource_version`: "", "0" or the least one wanted (504 when it is from the future).
Result<Stored> get(Core& core, const Target& target, std::string_view resource_version = "");

// ---- list.cc ----
/// Label and field selectors together.
struct Selection {
  object::LabelSelector labels;
  object::FieldSelector fields;
  const KindBehaviour* behaviour = nullptr;
  bool matches(object::View object) const;
  bool everything() const { return labels.selects_everything() && fields.empty(); }
};
/// Error 400 for bad selectors, and for fields that the kind does not offer.
Result<Selection> parse_selection(const Core& core, const Target& target, std::string_view label_selector,
                                  std::string_view field_selector);

struct ListRequest {
  std::string label_selector, field_selector;
  std::string resource_version, resource_version_match, continue_token;
  int64_t limit = 0;
};
struct Listing {
  store::SnapshotPtr snapshot;
  std::vector<store::EntryPtr> entries;
  store::Revision revision = 0;
  std::string next;  // continue token; empty: that was all
  std::optional<int64_t> remaining;
};
Result<Listing> list(Core& core, const Target& target, const ListRequest& request);

// ---- create.cc ----
void create(Core& core, Target target, CallPtr call, object::Value object, StoredDone done);

// ---- update.cc ----
/// PUT. The object's resourceVersion, when it has one, must be the current one.
void update(Core& core, Target target, CallPtr call, object::Value object, StoredDone done);

/// Makes the new state from the old one (absent: there is none, and `may_create` said that this is fine). Called
/// again when another writer was faster.
using Change = std::function<Result<object::Value>(object::View old)>;
struct ChangeOptions {
  bool may_create = false;
  int attempts = 5;  // how often a lost race is run again
  std::string uid;   // precondition; empty: none
  /// Has `change` set metadata.managedFields itself (server-side apply)?
  bool manages_fields = false;
};
/// The way of every update and patch: read, change, admit, validate, write; again when it lost a race.
void apply_change(Core& core, Target target, CallPtr call, Change change, ChangeOptions options, StoredDone done);

// ---- patch.cc ----
enum class PatchKind : uint8_t { kJson, kMerge, kStrategic, kApply };
/// `patch` is the body, parsed. `force`: for kApply, take fields over from others.
void patch(Core& core, Target target, CallPtr call, PatchKind kind, object::Value patch, bool force, StoredDone done);

// ---- delete.cc ----
struct DeleteRequest {
  int64_t grace_period_seconds = -1;  // -1: not said
  std::string uid, resource_version;  // preconditions; empty: none
  std::string propagation_policy;     // "Background", "Foreground", "Orphan" or empty
  std::optional<bool> orphan_dependents;
};
struct Deleted {
  object::Document document;  // the last state, or the one that is left, waiting for its end
  store::EntryPtr entry;
  bool gone = false;
};
using DeletedDone = std::move_only_function<void(Result<Deleted>)>;
void remove(Core& core, Target target, CallPtr call, DeleteRequest request, DeletedDone done);
/// Each object that `list` selects, one after the other; `done` with what was listed.
void remove_collection(Core& core, Target target, CallPtr call, DeleteRequest request, const ListRequest& list,
                       std::move_only_function<void(Result<Listing>)> done);
/// Has everything let go of an object that is being deleted?
bool is_ready_to_go(object::View object);

}  // namespace proa::api
