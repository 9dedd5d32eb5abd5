// The PodStatus that the node publishes, as a pure function of the same input as pod_plan.
// Source of the rules: the kubelet's kubelet_pods.go (generateAPIPodStatus, convertToAPIContainerStatuses, getPhase),
// status/generate.go, prober_manager.go (UpdatePodStatus), status_manager.go, Kubernetes 1.36.
#pragma once

#include "node/pod_state.h"
#include "object/value.h"

namespace proa::node {

/// `over`: no container of the pod runs or will run again, so the phase becomes a final one.
object::Value make_pod_status(const PodInput& in, bool over);

/// Phase by the container statuses in `status` (initContainerStatuses, containerStatuses).
std::string_view pod_phase(object::View pod, object::View status, bool over, bool initialized);

/// The four conditions that follow from the containers (PodReadyToStartContainers, Initialized, Ready,
/// ContainersReady) and PodScheduled, behind those that others wrote; transition times are kept where nothing changed.
object::Value pod_conditions(const PodInput& in, object::View status);

}  // namespace proa::node
