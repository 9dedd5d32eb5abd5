// The pod lifecycle as a pure function: from the pod's object, what the runtime reports and what the probes say to
// the next steps. It never waits and never calls: the worker performs the actions, looks again when something has
// changed, and asks anew. So whatever was lost (a crash of Proa, of the runtime, of a container) is mended by the
// next look.
//
// In words: volumes first, then the sandbox, then init containers one after the other (sidecars stay), then all
// others. What ends is started again as the restart policy says, after a growing pause. A container whose liveness
// or startup probe fails is killed. A pod that has been here for its activeDeadlineSeconds is ended. A deleted pod loses its traffic first, then its containers (sidecars last),
// then its sandbox, then (not within two seconds of the deletion, so that who has just read of it can still name it) its
// object. What becomes of it is told a second after the deletion, as by a kubelet, which looks once in a second.
// Source of the rules: the kubelet's kuberuntime_manager.go (computePodActions) and kubelet.go (SyncPod,
// SyncTerminatingPod), Kubernetes 1.36.
#pragma once

#include <string>
#include <vector>

#include "node/pod_state.h"

namespace proa::node {

struct Action {
  enum class Kind {
    kPrepareVolumes,
    kMakeSandbox,      // attempt
    kStopSandbox,      // id
    kStartContainer,   // name, attempt
    kKillContainer,    // id, name, message (of the event), grace_seconds
    kDrain,            // take the pod out of Services
    kRemoveContainer,  // id: one that has ended and is not needed any more
    kRemoveSandbox,    // id
    kCleanUp,          // volumes, logs, every container and sandbox: the pod is over
    kDeletePod,        // the final step in the API
  };
  Kind kind;
  std::string id, name, message;
  uint32_t attempt = 0;
  int64_t grace_seconds = 0;
  bool operator==(const Action&) const = default;
};

struct PodEvent {
  std::string type, reason, message;
  std::string container;  // whose event it is; empty: the pod's
};

struct PodPlan {
  std::vector<Action> actions;
  std::vector<PodEvent> events;
  bool over = false;               // nothing of the pod runs or will run: its status becomes final
  bool tell = true;                // false: what is new is published a little later
  PodMemory memory;                // with what the plan learned; the worker keeps it
  runtime::TimeNs look_again = 0;  // when time alone changes the plan; 0: never
};

PodPlan plan_pod(const PodInput& in);

/// Grace in seconds for a container that is killed: the deletion's, the probe's or the pod's.
int64_t grace_of(object::View pod, object::View container, std::string_view failed_probe = {});

}  // namespace proa::node
