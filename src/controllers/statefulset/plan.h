// What a StatefulSet does next. Pure: from the set, its pods, revisions and claims and the time to one list of actions,
// done in order up to the first that fails. How a round goes:
//
//   replicas   by ordinal: a pod that ended is removed, one that is missing is made (with its claims, which outlive it), one
//              that lost its name or volumes gets them back. OrderedReady stops here at the first pod that is not
//              available; Parallel sees to all
//   condemned  pods outside the ordinals go, the highest first; OrderedReady waits for each
//   update     when all that is done, the highest pod of another revision goes, down to the partition, once every
//              pod above it is available. OnDelete: none does
//
// A pod below the partition is made from the current revision (what the set had before the update), others from the
// update revision. When all pods have it, the update revision becomes the current one.
//
// Source: k8s.io/kubernetes pkg/controller/statefulset.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/workload/event.h"
#include "controllers/workload/revisions.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::statefulset {

/// The label that carries the hash on a set's revisions; its pods carry the revision's name as controller-revision-hash.
inline constexpr std::string_view kHashLabel = "controller.kubernetes.io/hash";

struct Known {
  object::Document owner;
  /// Those that the owner controls, and those of its namespace that have no controller.
  std::vector<object::Document> pods, revisions;
  /// Of the namespace: at least those that the set's pods use.
  std::vector<object::Document> claims;
  object::TimeNs now = 0;
};

struct Action {
  enum class What { kCreateClaim, kUpdateClaim, kCreatePod, kUpdatePod, kRemovePod } what;
  std::string name;                 // of what is written
  object::Value object;             // not for removals
  object::Document pod;             // of removals
  std::string pod_name;             // of claims: whose it is
  std::optional<std::string> fail;  // it can't be done, and why
};

struct Plan {
  std::vector<Event> events;                     // at once
  std::vector<object::Document> adopt, release;  // of pods, before anything else
  History history;                               // after that
  std::vector<Action> actions;
  std::vector<Change> trim;  // when all the rest succeeded
  std::optional<int64_t> look_again_ns;
  std::optional<object::Value> status;  // the owner with the status that it should have; nothing when it has it
};

Plan make_plan(const Known& known);

/// What is recorded about an action that was done, or failed with `error`.
Event told(object::View set, const Action& action, const std::string* error);

}  // namespace proa::controllers::statefulset
