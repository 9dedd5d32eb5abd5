// What a Deployment does next. Pure: from the Deployment, its ReplicaSets and the time to the writes to make, in order,
// and when to look again.
//
// The rules are those of k8s.io/kubernetes pkg/controller/deployment. One difference of form: what upstream writes in
// several calls in one round (annotations of the new ReplicaSet, its scale, conditions, counts) is here at most one
// write per object. How a round goes:
//
//   deleted          only the status is kept up to date
//   paused           scaling (proportional) and history clean-up go on, the rollout does not
//   replicas changed (a ReplicaSet's desired-replicas annotation differs): all ReplicaSets are scaled in proportion,
//                    nothing is rolled in that round
//   RollingUpdate    the new ReplicaSet is made or grown as far as maxSurge lets, once every ReplicaSet has caught up
//                    with the size it was given; in a round in which it did not change, old ones shrink: first
//                    replicas that were never available, then as many as maxUnavailable lets
//   Recreate         old ReplicaSets go to zero; when no pod of theirs runs any more, the new one is made
//
// The new ReplicaSet is the oldest whose template equals the Deployment's (but for pod-template-hash); never found by
// the hash.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/workload/event.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::deployment {

inline constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
inline constexpr std::string_view kRevisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view kDesiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view kMaxReplicas = "deployment.kubernetes.io/max-replicas";
inline constexpr std::string_view kTemplateHash = "pod-template-hash";

struct Known {
  object::Document deployment;
  /// Those that it controls.
  std::vector<object::Document> replica_sets;
  /// All pods that those control.
  std::vector<object::Document> pods;
  object::TimeNs now = 0;
};

/// One write, and the events to record once it succeeded.
struct Write {
  enum class What { kCreateReplicaSet, kUpdateReplicaSet, kDeleteReplicaSet, kUpdateStatus } what;
  std::string name;
  object::Value object;  // not for deletes; updates carry the resourceVersion that was read
  std::vector<Event> events;
};

struct Plan {
  std::vector<Event> events;  // to record at once
  std::vector<Write> writes;  // in this order; after a failure the rest is left for the next round
  std::optional<int64_t> look_again_ns;
};

Plan make_plan(const Known& known);

/// What to do when the new ReplicaSet could not be created: tell it in the status and as an event.
Plan after_failed_create(const Known& known, std::string_view replica_set, std::string_view why);
/// The name was taken by a ReplicaSet that is not ours, or has another template: raise status.collisionCount, which
/// changes the hash.
Plan after_collision(const Known& known);
/// Is `existing` what the Deployment wanted to create (the cache was behind)?
bool is_new_replica_set(object::View deployment, object::View existing);

/// How many pods above, and how many unavailable below, the wanted number a rollout may go. Percentages of surge round up,
/// those of unavailable round down; where both come to nothing, one may be unavailable.
struct Bounds {
  int64_t surge = 0, unavailable = 0;
};
Bounds bounds_of(object::View deployment);

/// Equal but for the label pod-template-hash.
bool equal_templates(object::View a, object::View b);

}  // namespace proa::controllers::deployment
