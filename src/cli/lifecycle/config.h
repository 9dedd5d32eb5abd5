// What `proa up`, `proa server`, `proa down` and `proa status` are told, as typed data, and where things lie
// below a data directory.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace proa::cli {

struct ClusterConfig {
  std::string data_dir;                   // absolute
  std::string listen = "127.0.0.1:6443";  // HOST:PORT of the API
  std::string kubeconfig;                 // empty: in the data directory, and merged into ~/.kube/config
  bool ephemeral = false;                 // the log stays in memory
  bool node = true;                       // run pods on this machine
  int simulated_nodes = 0;                // > 0: that many nodes without containers
  std::string runtime_endpoint;           // a CRI v1 socket; empty: a containerd of our own
  std::string node_name;                  // default: the host's name
  int ready_fd = -1;                      // `proa server`: reports progress to `proa up` here
};

/// Reads flags (`--name value` or `--name=value`). The error names the flag and the command that lists them.
Result<ClusterConfig> parse_cluster_flags(const std::vector<std::string>& args, const std::string& command);

/// An error in a command's words: without those that the API puts before what is no fault of a request.
std::string error_text(const Status& why);

/// Flags that make `proa server` do what `proa up` was told.
std::vector<std::string> server_flags(const ClusterConfig& config);

/// $PROA_DATA_DIR where it is set; else "/var/lib/proa" as root, ~/.local/share/proa for others.
std::string default_data_dir();

struct DataDir {
  std::string root;
  std::string lock() const { return root + "/proa.lock"; }
  std::string state() const { return root + "/proa.json"; }
  std::string database() const { return root + "/proa.db"; }
  std::string encryption_key() const { return root + "/encryption.key"; }
  std::string pki() const { return root + "/pki"; }
  std::string kubeconfig() const { return root + "/kubeconfig"; }
  std::string log() const { return root + "/server.log"; }
  std::string node() const { return root + "/node"; }
};

/// Written by a running server, read by the other commands.
struct ServerState {
  int pid = 0;
  uint64_t start_time = 0;  // of the process, see runtime/process.h
  std::string server_url, kubeconfig, node, version;
  int64_t started = 0;  // seconds since the epoch
};
Result<void> write_state(const DataDir& dir, const ServerState& state);
/// Error when the file is missing or damaged.
Result<ServerState> read_state(const DataDir& dir);
/// Is the process of that state still alive (same pid and start time)?
bool is_running(const ServerState& state);

}  // namespace proa::cli
