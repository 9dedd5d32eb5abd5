#include "node/containerd/config.h"

#include <fmt/format.h>

#include "object/names.h"

namespace proa::node {

namespace {

constexpr size_t kSocketPathRoom = 107 - 6;  // containerd makes a second socket with ".ttrpc" behind the name

}  // namespace

ContainerdPaths containerd_paths(const std::string& data_dir) {
  ContainerdPaths paths;
  paths.dir = data_dir + "/containerd";
  paths.config = paths.dir + "/config.toml";
  paths.root = paths.dir + "/root";
  paths.state = paths.dir + "/state";
  paths.log = paths.dir + "/containerd.log";
  paths.pid_file = paths.dir + "/pid";
  paths.socket = paths.dir + "/containerd.sock";
  paths.cni_conf_dir = data_dir + "/cni/net.d";
  if (paths.socket.size() > kSocketPathRoom)
    paths.socket = fmt::format("/run/proa/containerd-{:08x}.sock", object::name_hash(data_dir));
  return paths;
}

std::string containerd_toml(const ContainerdConfig& config) {
  return fmt::format(R"(# Written by Proa at each start; changes are lost.
version = 2
root = "{root}"
state = "{state}"
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.nri.v1.nri",
]

[grpc]
  address = "{socket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{sandbox_image}"
  restrict_oom_score_adj = {restrict_oom}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni_bin}"
    conf_dir = "{cni_conf}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "{snapshotter}"
    default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
)",
                     fmt::arg("root", config.paths.root), fmt::arg("state", config.paths.state),
                     fmt::arg("socket", config.paths.socket), fmt::arg("sandbox_image", config.sandbox_image),
                     fmt::arg("restrict_oom", config.restrict_oom_score_adj), fmt::arg("cni_bin", config.cni_bin_dir),
                     fmt::arg("cni_conf", config.paths.cni_conf_dir), fmt::arg("snapshotter", config.snapshotter));
}

}  // namespace proa::node
