// Revisions of Deployments (ReplicaSets) and of DaemonSets and StatefulSets (ControllerRevisions).
// Source: k8s.io/kubectl pkg/polymorphichelpers (history, rollback, rollout_status).
#pragma once

#include <map>
#include <string>

#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

/// One revision: its pod template with the cause of change as annotation, and what it was taken from.
struct Revision {
  object::Value pod_template;
  std::string change_cause;
  object::Value holder;  // a ReplicaSet, or a ControllerRevision
};
using History = std::map<int64_t, Revision>;

Try<History> read_history(Session& session, const Info& info);
/// The table of revisions, or the pod template of one.
Try<std::string> history_text(const History& history, int64_t revision);
/// Undoes, or says what it would do. Returns what stands after the name: `rolled back`.
Try<std::string> roll_back(Session& session, const Info& info, int64_t to_revision, const std::string& dry_run);

struct RolloutState {
  std::string text;
  bool done = false;
};
/// What `rollout status` prints for a workload as it is.
Try<RolloutState> rollout_state(object::View workload, const Mapping& mapping, int64_t revision);

}  // namespace proa::cli::kubectl
