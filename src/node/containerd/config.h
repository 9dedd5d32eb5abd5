// What containerd is told: where its files are, and how its CRI plugin runs pods. Pure text.
#pragma once

#include <string>

namespace proa::node {

/// Everything of one data directory, so that several clusters can live side by side on a machine.
struct ContainerdPaths {
  std::string dir;     // DATA/containerd
  std::string config;  // DATA/containerd/config.toml
  std::string root;    // images, snapshots, metadata: survives
  std::string state;   // mounts and sockets of running containers
  std::string socket;  // CRI and containerd's own services
  std::string log;
  std::string pid_file;  // "PID START_TIME": names the process for adoption
  std::string cni_conf_dir;
};

/// A unix socket's path has room for 107 bytes; for a longer data directory it lies below /run/proa.
ContainerdPaths containerd_paths(const std::string& data_dir);

struct ContainerdConfig {
  ContainerdPaths paths;
  std::string cni_bin_dir = "/usr/lib/cni";
  std::string snapshotter = "overlayfs";  // or "native", where overlayfs can't be mounted
  std::string sandbox_image;
  /// Where the process lacks CAP_SYS_RESOURCE no OOM score can be lowered, and a pod would die of trying.
  bool restrict_oom_score_adj = false;
};

std::string containerd_toml(const ContainerdConfig& config);

}  // namespace proa::node
