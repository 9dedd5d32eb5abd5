// The PodStatus that the node publishes, as a pure function of the same input as pod_plan.
// Source of the rules: the kubelet's kubelet_pods.go (generateAPIPodStatus, convertToAPIContainerStatuses, getPhase),
// status/generate.go, prober_manager.go (UpdatePodStatus), status_manager.go, Kubernetes 1.36.
#pragma once

#include "node/pod_state.h"
#include "object/value.h"
#include "runtime/clock.h"

namespace proa::node {

/// A container without a readiness probe is ready once it has run for so long. The kubelet looks at its containers once a
/// second, so that one that ends at once is never seen running there; we see its start at once, and wait a little.
inline constexpr runtime::DurationNs kSettle = 250 * runtime::kMillisecond;

/// `over`: no container of the pod runs or will run again, so the phase becomes a final one.
object::Value make_pod_status(const PodInput& in, bool over);

/// Phase by the container statuses in `status` (initContainerStatuses, containerStatuses).
std::string_view pod_phase(object::View pod, object::View status, bool over, bool initialized);

/// The four conditions that follow from the containers (PodReadyToStartContainers, Initialized, Ready,
/// ContainersReady) and PodScheduled, behind those that others wrote; transition times are kept where nothing changed.
object::Value pod_conditions(const PodInput& in, object::View status);

}  // namespace proa::node
