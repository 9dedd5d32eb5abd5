// What the node knows of one pod besides its object: what the runtime reports, what the probes say, and what the
// worker remembers from one look to the next. Plain data, the input of pod_plan and pod_status.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/back_off.h"
#include "node/cri/runtime.h"
#include "object/view.h"

namespace proa::node {

/// Newest first, both.
struct PodRuntimeState {
  std::vector<cri::SandboxStatus> sandboxes;
  std::vector<cri::ContainerStatus> containers;  // also those that have ended

  /// The newest container of that name, nullptr when there is none.
  const cri::ContainerStatus* newest(std::string_view name) const;
};

/// Results of one container's probes; nullopt: no result (yet), or no such probe.
struct ProbeResults {
  std::optional<bool> startup, liveness, readiness;
};

/// Why a container that ought to run does not: reason and message of its waiting state.
struct Waiting {
  std::string reason, message;
};

struct PodMemory {
  bool volumes_ready = false;
  runtime::TimeNs deletion_seen = 0;                // when the pod was first seen with a deletionTimestamp
  bool finished_before_deletion = false;            // then: its status says that it has ended as soon as it is told to
  Waiting evicted;                                  // not empty: the pod is ended by the node, and why
  bool drained = false;                             // no traffic is sent to the pod any more
  std::set<std::string> stopped_sandboxes;          // by id: with their networks, whatever a late status says
  std::map<std::string, BackOff> restarts;          // by container name
  std::map<std::string, std::string> tried;         // by container name, the hash of what was started last
  std::map<std::string, Waiting> waiting;           // by container name; forgotten when it starts
  std::map<std::string, runtime::TimeNs> retry_at;  // by container name, after an error that is no crash
  runtime::TimeNs sandbox_retry_at = 0, volumes_retry_at = 0;
  std::set<std::string> told_back_off;  // container ids whose BackOff event has been written

  // What is under way; the plan does not ask for it again.
  bool preparing_volumes = false, making_sandbox = false, draining = false;
  std::string stopping_sandbox;   // id
  std::string starting;           // name of the container that is being started
  std::set<std::string> killing;  // container ids
};

/// What pod_plan and pod_status decide upon.
struct PodInput {
  object::View pod;  // newest known; its status is what was published last
  const PodRuntimeState& runtime;
  const std::map<std::string, ProbeResults>& probes;  // by container id
  const PodMemory& memory;
  std::string node_ip;
  std::string runtime_name = "containerd";  // of container ids: containerd://...
  runtime::TimeNs now = 0;
};

// Facts of a pod's spec that plan and status share.

object::View container_spec(object::View pod, std::string_view name);
/// An init container with restartPolicy Always.
bool is_sidecar(object::View container);
/// Is a container that ended with `exit_code` started again? Its own policy and rules go before the pod's.
bool restarts_after(object::View pod, object::View container, int exit_code);
/// Ought it to be started, given the newest instance that the runtime knows?
bool should_start(object::View pod, object::View container, const PodRuntimeState& runtime);
bool uses_host_network(object::View pod);
bool has_finished(object::View pod);  // phase Succeeded or Failed
/// Guaranteed, Burstable or BestEffort.
std::string_view qos_class(object::View pod);
/// `web_default(6f1c…)`, as messages name a pod.
std::string pod_label(object::View pod);
/// Told by the image and name: a container whose image was changed in place is started anew.
std::string container_hash(object::View container);

}  // namespace proa::node
