// What becomes of an object whose owners go. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/garbagecollector (attemptToDeleteItem, processDeletingDependentsItem).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::garbage_collector {

/// What an owner reference points at.
enum class Owner {
  kSolid,    // it is there
  kWaiting,  // it is being deleted and waits for its dependents
  kAbsent,   // it is gone, or was another object of that name
};

struct Decision {
  enum class What {
    kKeep,
    kDropReferences,   // write `object`: without the references to absent and waiting owners
    kDelete,           // with `policy`
    kUnblockAndDelete  // write `object` first: two that wait for each other would wait forever
  } what = What::kKeep;
  object::Value object;
  std::string policy;
};

/// `owners`: one per item of metadata.ownerReferences. `has_dependents`: others refer to it; `dependent_waits`: one of
/// these is itself being deleted in the foreground.
Decision decide(object::View item, const std::vector<Owner>& owners, bool has_dependents, bool dependent_waits);

object::Value without_finalizer(object::View item, std::string_view finalizer);
/// Deleted in the foreground: it stays until its dependents are gone.
bool waits_for_dependents(object::View item);
/// Deleted, its dependents to be left alone.
bool orphans_dependents(object::View item);
/// Does `item` hold up the deletion of that owner?
bool blocks(object::View item, std::string_view owner_uid);

inline constexpr std::string_view kForeground = "foregroundDeletion";
inline constexpr std::string_view kOrphan = "orphan";

}  // namespace proa::controllers::garbage_collector
