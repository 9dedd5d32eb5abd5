// What the files of a volume hold, as a pure function: configMap, secret, downwardAPI and projected volumes.
// Source of the rules: pkg/volume/{configmap,secret,downwardapi,projected}, Kubernetes 1.36.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "node/env.h"
#include "object/view.h"

namespace proa::node {

struct VolumeFile {
  std::string bytes;
  int mode = 0644;
  bool operator==(const VolumeFile&) const = default;
};
/// By path relative to the volume ("ca.crt", "conf.d/site.conf").
using VolumeFiles = std::map<std::string, VolumeFile>;

/// A token that a projected volume asks for.
struct TokenSource {
  std::string audience;
  int64_t expiration_seconds = 3600;
  auto operator<=>(const TokenSource&) const = default;
};

/// Do the volume's files come from objects (and so may change)? Else it is a directory (emptyDir, hostPath, ...).
bool has_content(object::View volume);
/// May its contents be secret? Those of secret, projected and downwardAPI volumes count, as with the kubelet.
bool is_confidential(object::View volume);
/// Do files of the pod follow its labels and annotations?
bool shows_metadata(object::View pod);
std::vector<Reference> volume_references(object::View volume);
std::vector<TokenSource> volume_tokens(object::View volume);

struct ContentFacts {
  const EnvFacts& env;  // references, addresses and resources
  std::map<TokenSource, std::string> tokens;
};

/// Error: what the FailedMount event says (`configmap "x" not found`).
Result<VolumeFiles> volume_content(object::View pod, object::View volume, const ContentFacts& facts);

}  // namespace proa::node
