// Where the pods of a DaemonSet belong, and what the pod for a node looks like. Pure.
// Source: k8s.io/kubernetes pkg/controller/daemon (NodeShouldRunDaemonPod), pkg/controller/daemon/util.
#pragma once

#include <string>
#include <string_view>

#include "object/document.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::daemonset {

class Placement {
 public:
  /// `owner` is only looked at here.
  explicit Placement(object::View owner);

  struct Answer {
    bool should_run = false;  // a pod is to be made where none is
    bool may_stay = false;    // a pod that is there goes on: a taint NoSchedule came later
    bool operator==(const Answer&) const = default;
  };
  Answer on(object::View node) const;

 private:
  object::Value spec_;  // of the pods
};

/// The pod for that node. The scheduler, not the controller, puts it there: it is the only node that its affinity names.
object::Value pod_for_node(object::View owner, std::string_view revision_hash, std::string_view node);

/// The node that a pod is on or is meant for; empty when it names none.
std::string_view target_node(object::View pod);

/// Made from today's template, by the hash of its revision or (as old clusters marked it) by its generation?
bool is_updated(object::View owner, object::View pod, std::string_view revision_hash);

}  // namespace proa::controllers::daemonset
