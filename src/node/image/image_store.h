// Images of one cluster without a registry: built by buildah in a store of the data directory, handed to containerd's
// k8s.io namespace, where CRI finds them. For the command line: every call blocks; errors are worded for the user.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "node/containerd/config.h"

namespace proa::node {

struct BuildRequest {
  std::vector<std::string> tags;  // NAME[:TAG]; none: the image has an id only
  std::string file;               // -f; empty: Dockerfile (or Containerfile) of the context
  std::string context;
  std::vector<std::string> build_args;  // NAME=VALUE
  std::string target;
  bool no_cache = false;
};

struct BuildResult {
  std::string id;      // "sha256:..."
  std::string output;  // what the builder said
};

struct ImageRow {
  std::string repository, tag, id;  // as docker prints them: "busybox", "latest", 12 digits
  uint64_t size = 0;
};

class ImageStore {
 public:
  /// `node_dir`: the node's part of the data directory. Error when no containerd answers there.
  static Result<ImageStore> open(const std::string& node_dir);

  Result<BuildResult> build(const BuildRequest& request) const;
  /// An archive as `docker save` or an OCI tool writes it; gives the names that it held.
  Result<std::vector<std::string>> load(const std::string& archive) const;
  Result<std::vector<ImageRow>> list() const;
  Result<void> remove(const std::string& name) const;
  Result<void> save(const std::vector<std::string>& names, const std::string& archive) const;
  Result<void> tag(const std::string& source, const std::string& target) const;

 private:
  ImageStore(std::string node_dir, ContainerdPaths paths) : dir_(std::move(node_dir)), paths_(std::move(paths)) {}
  std::vector<std::string> buildah(std::vector<std::string> args) const;
  std::vector<std::string> ctr(std::vector<std::string> args) const;
  /// From the builder's store into containerd's, under the full name.
  Result<void> hand_over(const std::string& built, const std::string& full_name) const;

  std::string dir_;
  ContainerdPaths paths_;
};

/// With registry, folder and tag, as Docker and CRI complete names (`busybox` stands for a name of four parts).
std::string full_image_name(std::string_view name);
/// The other way, for people.
std::string short_image_name(std::string_view full);

}  // namespace proa::node
