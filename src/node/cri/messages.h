// CRI messages (runtime.v1) between our structs and the wire. Pure.
// Field numbers: k8s.io/cri-api pkg/apis/runtime/v1/api.proto.
#pragma once

#include <string_view>

#include "node/cri/runtime.h"
#include "node/cri/wire.h"

namespace proa::node::cri {

WireWriter encode_sandbox_config(const SandboxConfig& config);
WireWriter encode_container_config(const ContainerConfig& config);
/// {"io.kubernetes.pod.uid": uid} as the filter of ListPodSandbox and ListContainers; empty: everything.
WireWriter encode_uid_filter(std::string_view pod_uid, int label_selector_field);

Sandbox decode_sandbox(WireReader reader);
SandboxStatus decode_sandbox_status(WireReader reader);
Container decode_container(WireReader reader);
ContainerStatus decode_container_status(WireReader reader);
Image decode_image(WireReader reader);
Condition decode_condition(WireReader reader);

}  // namespace proa::node::cri
