// What a DaemonSet does next. Pure: from the DaemonSet, the nodes, its pods and revisions and the time to the pods to make
// and to remove. How a round goes:
//
//   manage    every node that should run a pod and has none gets one; pods where none should run, failed and
//             finished ones, and all but the oldest of several on a node are removed
//   roll      in a round in which there was nothing to manage: without maxSurge as many old pods are removed as
//             maxUnavailable lets (those that are not available count for nothing and go first); with it new pods come
//             beside old ones, which go when the new one is available. OnDelete: nothing
//   trim      revisions above spec.revisionHistoryLimit that no pod has are removed
//
// A pod that failed is removed at once the first time, then after growing pauses: a DaemonSet may be at odds with a node
// that refuses its pods.
//
// Source: k8s.io/kubernetes pkg/controller/daemon.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/daemonset/placement.h"
#include "controllers/workload/event.h"
#include "controllers/workload/revisions.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::daemonset {

/// When failed pods were last removed, by node. Of one DaemonSet and generation; forgotten by the next one.
class FailedPods {
 public:
  static constexpr int64_t kFirstPauseNs = object::kSecondNs, kLongestPauseNs = 15 * 60 * object::kSecondNs;

  /// How long a pod that failed on the node still has to wait; nothing: it may go now.
  std::optional<int64_t> wait(int64_t generation, std::string_view node, object::TimeNs now) const;
  void removed(int64_t generation, const std::string& node, object::TimeNs now);

 private:
  struct Pause {
    int64_t length = 0;
    object::TimeNs since = 0;
  };
  int64_t generation_ = 0;
  std::map<std::string, Pause, std::less<>> pauses_;
};

struct Known {
  object::Document owner;
  std::vector<object::Document> nodes;
  /// Those that the owner controls, and those of its namespace that have no controller.
  std::vector<object::Document> pods, revisions;
  const FailedPods& failed;
  object::TimeNs now = 0;
};

struct Plan {
  std::vector<Event> events;  // about the DaemonSet
  History history;            // written first
  std::vector<object::Document> adopt, release;
  std::vector<std::string> create_on;  // names of nodes
  std::vector<object::Document> remove;
  std::vector<std::string> failed_on;  // nodes of which `remove` holds a failed pod
  std::vector<Change> trim;            // when all the rest succeeded
  std::optional<int64_t> look_again_ns;
  // For next_status() after that:
  std::vector<object::Document> pods;                           // the owner's
  std::map<std::string, Placement::Answer, std::less<>> nodes;  // each node, and whether it is to run a pod
};

/// At most this many pods are created or deleted at a time.
inline constexpr size_t kBurst = 250;

Plan make_plan(const Known& known);

/// The owner with the status that it should have; nothing when it has it already.
std::optional<object::Value> next_status(const Known& known, const Plan& plan);

}  // namespace proa::controllers::daemonset
