// From a pod's spec to what the runtime is asked for, as pure functions.
// Source of the rules: the kubelet's kuberuntime_sandbox.go, kuberuntime_container(_linux).go, labels.go,
// network/dns/dns.go, qos/policy.go, kubelet_pods.go (managedHostsFileContent), Kubernetes 1.36.
#pragma once

#include <string>

#include "node/cri/runtime.h"
#include "node/env.h"
#include "node/settings.h"
#include "object/view.h"

namespace proa::node {

namespace labels {
inline constexpr const char* kPodName = "io.kubernetes.pod.name";
inline constexpr const char* kPodNamespace = "io.kubernetes.pod.namespace";
inline constexpr const char* kPodUid = "io.kubernetes.pod.uid";
inline constexpr const char* kContainerName = "io.kubernetes.container.name";
inline constexpr const char* kContainerHash = "io.kubernetes.container.hash";
}  // namespace labels

cri::SandboxConfig sandbox_config(object::View pod, const NodeSettings& node, uint32_t attempt);

struct ContainerFacts {
  uint32_t attempt = 0;
  const cri::Image& image;
  Env env;
  std::vector<cri::Mount> mounts;
  std::string target_id;  // of an ephemeral container's target
};

/// Error: what CreateContainerConfigError says (runAsNonRoot and an image that runs as root).
Result<cri::ContainerConfig> container_config(object::View pod, object::View container, const ContainerFacts& facts,
                                              const NodeSettings& node);

std::string pod_log_directory(object::View pod, const NodeSettings& node);
/// Relative to pod_log_directory().
std::string container_log_path(std::string_view container, uint32_t attempt);

/// Hostname within the pod, and its domain ("" when spec.subdomain is not set).
std::string pod_hostname(object::View pod);
std::string pod_domain(object::View pod, const NodeSettings& node);
/// What uname tells inside: the hostname, with its domain where spec.setHostnameAsFQDN asks for it. Error: no sandbox can
/// be made, the name is too long.
Result<std::string> kernel_hostname(object::View pod, const NodeSettings& node);
/// The lines of spec.hostAliases, as they stand at the end of /etc/hosts.
std::string host_aliases(object::View pod);
/// /etc/hosts of a pod with a network of its own.
std::string hosts_file(object::View pod, const std::vector<std::string>& ips, const NodeSettings& node);
/// `busybox` -> `busybox:latest`.
std::string with_default_tag(std::string_view image);

}  // namespace proa::node
