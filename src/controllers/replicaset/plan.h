// What a ReplicaSet (or a ReplicationController: the same with a plain map as selector) does next. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/replicaset (manageReplicas, calculateStatus, getPodsToDelete).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "object/document.h"
#include "object/selector.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::replicaset {

/// In what the two kinds differ.
struct Flavour {
  client::Resource resource;
  std::string_view component;       // source of events
  bool counts_terminating = false;  // status.terminatingReplicas
};
inline constexpr Flavour kReplicaSet{client::resources::kReplicaSets, "replicaset-controller", true};
inline constexpr Flavour kReplicationController{client::resources::kReplicationControllers, "replication-controller",
                                                false};

struct Known {
  object::Document owner;
  /// Pods that the owner controls, and pods of its namespace that have no controller.
  std::vector<object::Document> pods;
  /// Pods of ReplicaSets of the same Deployment: their number on a node ranks deletions.
  std::vector<object::Document> related;
  /// The caches show every write of ours: only then are pods created or deleted.
  bool fresh = true;
  object::TimeNs now = 0;
};

struct Plan {
  std::vector<object::Document> adopt, release;  // before anything else
  int create = 0;                                // in batches of 1, 2, 4, ... as long as they succeed
  std::vector<object::Document> remove;
  // For next_status() after that:
  std::vector<object::Document> active;  // pods that count
  int terminating = 0;
};

/// At most this many pods are created or deleted at a time.
inline constexpr int kBurst = 500;

Plan make_plan(const Flavour& flavour, const Known& known);

/// Why pods could not be created or deleted, as the condition ReplicaFailure tells it.
struct Failure {
  std::string message;
};

/// The owner with the status that it should have; nothing when it has it already.
std::optional<object::Value> next_status(const Flavour& flavour, const Known& known, const Plan& plan,
                                         const std::optional<Failure>& failure);

/// When a pod that is ready becomes available (minReadySeconds): look again after so long. Nothing: no need.
std::optional<int64_t> look_again_ns(const Known& known, const Plan& plan);

/// A ReplicaSet's selector, or a ReplicationController's map.
object::LabelSelector selector_of(object::View owner);

}  // namespace proa::controllers::replicaset
