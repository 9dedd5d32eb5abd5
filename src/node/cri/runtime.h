// Runtime is what the node agent needs of a container runtime: the Container Runtime Interface (runtime.v1) as
// plain C++. Two implementations: Client (client.h) speaks to containerd or any CRI v1 runtime over its socket;
// Fake (fake.h) plays one in memory, under the executor's clock.
//
// Threads: every method is called, and every callback arrives, on the executor's thread; a callback never runs
// inside the call that it belongs to. A callback is called exactly once, also when the connection breaks.
// Errors: the runtime's own message, word for word (it ends up in events); reason "NotFound" when the container,
// sandbox or image does not exist, "Timeout" when a deadline passed, "ServiceUnavailable" when nobody answers.
// Source of the shapes: k8s.io/cri-api pkg/apis/runtime/v1/api.proto. Times are nanoseconds since the epoch.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace proa::node::cri {

template <class T>
using Done = std::function<void(Result<T>)>;

using StringMap = std::map<std::string, std::string>;

struct Version {
  std::string runtime_name;     // "containerd"
  std::string runtime_version;  // "1.6.20~ds1"
};

struct Condition {
  std::string type;  // RuntimeReady, NetworkReady
  bool status = false;
  std::string reason, message;
};

/// Which namespaces a pod shares; kPod is one per pod, kContainer one per container, kNode the host's.
enum class Namespace { kPod = 0, kContainer = 1, kNode = 2, kTarget = 3 };

struct NamespaceOptions {
  Namespace network = Namespace::kPod, pid = Namespace::kContainer, ipc = Namespace::kPod;
  std::string target_id;  // of a container, with pid = kTarget
};

enum class Seccomp { kRuntimeDefault = 0, kUnconfined = 1, kLocalhost = 2 };

struct SandboxConfig {
  std::string name, uid, namespace_;
  uint32_t attempt = 0;
  std::string hostname;
  std::string log_directory;
  std::vector<std::string> dns_servers, dns_searches, dns_options;
  StringMap labels, annotations;
  std::string cgroup_parent;
  StringMap sysctls;
  NamespaceOptions namespaces;
  std::optional<int64_t> run_as_user, run_as_group;
  std::vector<int64_t> supplemental_groups;
  bool privileged = false;
  std::string runtime_handler;
};

struct Mount {
  std::string container_path, host_path;
  bool read_only = false;
  int propagation = 0;  // 0 private, 1 host to container, 2 both ways
};

struct Resources {
  int64_t cpu_period = 0, cpu_quota = 0, cpu_shares = 0;
  int64_t memory_limit_bytes = 0;
  int64_t oom_score_adj = 0;
};

struct SecurityContext {
  std::vector<std::string> add_capabilities, drop_capabilities;
  bool privileged = false, read_only_root = false, no_new_privileges = false;
  NamespaceOptions namespaces;
  std::optional<int64_t> run_as_user, run_as_group;
  std::string run_as_user_name;
  std::vector<int64_t> supplemental_groups;
  std::vector<std::string> masked_paths, read_only_paths;
  Seccomp seccomp = Seccomp::kUnconfined;
  std::string seccomp_file;  // with kLocalhost
};

struct ContainerConfig {
  std::string name;
  uint32_t attempt = 0;
  std::string image;       // what image_status() gave as id
  std::string user_image;  // as the pod's author wrote it
  std::vector<std::string> command, args;
  std::string working_dir;
  std::vector<std::pair<std::string, std::string>> envs;
  std::vector<Mount> mounts;
  StringMap labels, annotations;
  std::string log_path;  // relative to the sandbox's log_directory
  bool stdin_open = false, stdin_once = false, tty = false;
  Resources resources;
  SecurityContext security;
};

struct Sandbox {
  std::string id, name, uid, namespace_;
  uint32_t attempt = 0;
  bool ready = false;
  int64_t created_at = 0;
  StringMap labels;
};

struct SandboxStatus : Sandbox {
  std::vector<std::string> ips;  // none with the host's network
  bool host_network = false;
};

enum class ContainerState { kCreated = 0, kRunning = 1, kExited = 2, kUnknown = 3 };

struct Container {
  std::string id, sandbox_id, name;
  uint32_t attempt = 0;
  std::string image;
  ContainerState state = ContainerState::kUnknown;
  int64_t created_at = 0;
  StringMap labels, annotations;
};

struct ContainerStatus : Container {
  int64_t started_at = 0, finished_at = 0;
  int exit_code = 0;
  std::string image_ref;  // digest form, published as imageID
  std::string reason, message;
  std::string log_path;  // absolute
  StringMap mounts;      // container path -> host path
};

struct Image {
  std::string id;
  std::vector<std::string> repo_tags, repo_digests;
  uint64_t size = 0;
  std::optional<int64_t> uid;  // whom the image runs as: a number, or
  std::string user_name;       // a name
  bool pinned = false;
};

struct ExecResult {
  std::string out, err;
  int exit_code = 0;
};

struct ExecRequest {
  std::string container_id;
  std::vector<std::string> command;  // empty: attach
  bool tty = false, in = false, out = false, err = false;
};

/// Something happened to a container or sandbox: ask for its status.
struct Event {
  enum class Type { kStarted, kExited, kDeleted, kOom, kRelist };
  Type type = Type::kRelist;  // kRelist: events may have been lost, look at everything
  std::string container_id;   // or a sandbox's id
};

class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual void version(Done<Version> done) = 0;
  virtual void conditions(Done<std::vector<Condition>> done) = 0;

  /// Gives the sandbox's id. The network is set up when it is given.
  virtual void run_pod_sandbox(const SandboxConfig& config, Done<std::string> done) = 0;
  /// Stops its containers by force, too. No error when it is gone.
  virtual void stop_pod_sandbox(const std::string& id, Done<void> done) = 0;
  virtual void remove_pod_sandbox(const std::string& id, Done<void> done) = 0;
  virtual void sandbox_status(const std::string& id, Done<SandboxStatus> done) = 0;
  /// All of them, or one pod's.
  virtual void list_sandboxes(const std::string& pod_uid, Done<std::vector<Sandbox>> done) = 0;

  virtual void create_container(const std::string& sandbox_id, const ContainerConfig& config,
                                const SandboxConfig& sandbox, Done<std::string> done) = 0;
  virtual void start_container(const std::string& id, Done<void> done) = 0;
  /// SIGTERM, and SIGKILL when `grace_seconds` are over; done when it has ended.
  virtual void stop_container(const std::string& id, int64_t grace_seconds, Done<void> done) = 0;
  virtual void remove_container(const std::string& id, Done<void> done) = 0;
  virtual void list_containers(const std::string& pod_uid, Done<std::vector<Container>> done) = 0;
  virtual void container_status(const std::string& id, Done<ContainerStatus> done) = 0;
  virtual void reopen_log(const std::string& container_id, Done<void> done) = 0;

  /// nullopt: there is no such image here. A name without registry or tag is completed as Docker does.
  virtual void image_status(const std::string& name, Done<std::optional<Image>> done) = 0;
  virtual void list_images(Done<std::vector<Image>> done) = 0;
  virtual void pull_image(const std::string& name, Done<std::string> done) = 0;
  virtual void remove_image(const std::string& name, Done<void> done) = 0;

  /// Runs a command to its end. `timeout_ms` 0: no limit; when it passes the command is killed.
  virtual void exec_sync(const std::string& container_id, const std::vector<std::string>& command, int64_t timeout_ms,
                         Done<ExecResult> done) = 0;
  /// The address of the runtime's streaming server for one session (see ../streaming.h).
  virtual void exec_url(const ExecRequest& request, Done<std::string> done) = 0;
  virtual void port_forward_url(const std::string& sandbox_id, int port, Done<std::string> done) = 0;

  /// One listener; called until the runtime is destroyed. After a break it hears kRelist first.
  virtual void on_event(std::function<void(const Event&)> listener) = 0;
};

}  // namespace proa::node::cri
