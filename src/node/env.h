// The environment of a container, as pure functions: its own variables with their references resolved, those taken
// from whole ConfigMaps and Secrets, and those that describe Services.
// Source of the rules: kubelet_pods.go (makeEnvironmentVariables), envvars/, k8s.io/kubernetes third_party/forked
// golang/expansion, fieldpath/.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "object/document.h"
#include "object/view.h"

namespace proa::node {

/// An object that a pod needs to start.
struct Reference {
  enum class Kind { kConfigMap, kSecret };
  Kind kind;
  std::string name;
  bool optional = false;
  bool operator==(const Reference&) const = default;
};

/// What env and envFrom of `container` refer to; each object once.
std::vector<Reference> env_references(object::View container);

/// Objects that were fetched; one that does not exist is left out.
struct References {
  std::map<std::string, object::Document> config_maps, secrets;
};

struct EnvFacts {
  const References& references;
  const std::vector<object::Document>& services;  // all of the cluster, by namespace and name
  std::string pod_ip, host_ip;
  int64_t node_milli_cpu = 0, node_memory = 0;  // the limits of a container that names none
};

using Env = std::vector<std::pair<std::string, std::string>>;

/// Error: what CreateContainerConfigError says (`couldn't find key x in ConfigMap default/y`).
Result<Env> make_env(object::View pod, object::View container, const EnvFacts& facts);

/// Variables of the Services that a pod in `ns` sees; without `links` only `kubernetes` in default. Where two have one
/// name, the nearer one counts.
std::map<std::string, std::string> service_env(const std::vector<object::Document>& services, std::string_view ns,
                                               bool links);

/// `$(NAME)` by its value, `$$` by `$`; what is unknown stays as it is.
std::string expand(std::string_view text, const std::map<std::string, std::string>& values);
/// As expand(), for the path of a mount. Error: a name is unknown or empty (`missing value for A, B`).
Result<std::string> expand_path(std::string_view text, const Env& env);
/// Command or args of a container with `$(NAME)` expanded.
std::vector<std::string> expand_all(object::View list, const Env& env);

/// `metadata.name`, `metadata.labels['x']`, `status.podIP`, `spec.nodeName`, ... of a fieldRef.
Result<std::string> field_value(object::View pod, std::string_view path, const std::string& pod_ip,
                                const std::string& host_ip);
/// `limits.cpu` and the like, divided (rounded up) by the divisor.
Result<std::string> resource_value(object::View pod, object::View container, object::View selector,
                                   const EnvFacts& facts);

/// The bytes of a member of a Secret's `data`, or a ConfigMap's `binaryData`.
std::string secret_bytes(object::View value);

}  // namespace proa::node
