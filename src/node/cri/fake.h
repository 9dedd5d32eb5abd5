// A container runtime that runs nothing: containers start, live and end by a script, under the executor's clock and
// random numbers, so that the same seed gives the same history. Unit tests, simulated nodes and the simulation use it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "node/cri/runtime.h"
#include "runtime/executor.h"

namespace proa::node::cri {

/// What one container does.
struct FakeLife {
  runtime::DurationNs start_delay = 0;            // from start_container() to running
  std::optional<runtime::DurationNs> ends_after;  // of itself; nullopt: runs until it is stopped
  int exit_code = 0;
  runtime::DurationNs stop_delay = 0;  // from SIGTERM to its end (cut at the grace)
  std::string start_error;             // not empty: it can't be started
  bool oom = false;
};

class FakeRuntime : public Runtime {
 public:
  /// `prefix` makes ids and addresses unlike those of other fakes (a node's number): pods get 10.(244+x).y.z.
  FakeRuntime(runtime::Executor& executor, int node_number = 0);
  ~FakeRuntime() override;

  /// The script: called for each container when it is started.
  void on_start(std::function<FakeLife(const ContainerConfig&, const SandboxConfig&)> script);
  /// Exec, for probes and hooks; by default exit code 0.
  void on_exec(std::function<ExecResult(const std::string& container_id, const std::vector<std::string>&)> script);
  /// Images that are not here; by default every image is.
  void set_missing_image(const std::string& name, bool missing = true);
  /// Every call fails with this until it is lifted ("" lifts it): the runtime is down, or nobody hears its answers.
  void set_down(std::string why);
  bool is_down() const;
  /// How long run_pod_sandbox takes; an error text makes it fail.
  void set_sandbox(runtime::DurationNs delay, std::string error = "");
  /// Ends a running container, as if it had died.
  void kill(const std::string& container_id, int exit_code);
  /// Every container and sandbox is gone at once, as after a power cut.
  void power_cut();

  /// For tests: names of running containers, "POD/CONTAINER", sorted.
  std::vector<std::string> running() const;
  /// Ids of running containers, sorted.
  std::vector<std::string> running_ids() const;
  /// For tests: what was asked, in order ("start web", "stop web 30", ...).
  const std::vector<std::string>& calls() const;

  void version(Done<Version> done) override;
  void conditions(Done<std::vector<Condition>> done) override;
  void run_pod_sandbox(const SandboxConfig& config, Done<std::string> done) override;
  void stop_pod_sandbox(const std::string& id, Done<void> done) override;
  void remove_pod_sandbox(const std::string& id, Done<void> done) override;
  void sandbox_status(const std::string& id, Done<SandboxStatus> done) override;
  void list_sandboxes(const std::string& pod_uid, Done<std::vector<Sandbox>> done) override;
  void create_container(const std::string& sandbox_id, const ContainerConfig& config, const SandboxConfig& sandbox,
                        Done<std::string> done) override;
  void start_container(const std::string& id, Done<void> done) override;
  void stop_container(const std::string& id, int64_t grace_seconds, Done<void> done) override;
  void remove_container(const std::string& id, Done<void> done) override;
  void list_containers(const std::string& pod_uid, Done<std::vector<Container>> done) override;
  void container_status(const std::string& id, Done<ContainerStatus> done) override;
  void reopen_log(const std::string& container_id, Done<void> done) override;
  void image_status(const std::string& name, Done<std::optional<Image>> done) override;
  void list_images(Done<std::vector<Image>> done) override;
  void pull_image(const std::string& name, Done<std::string> done) override;
  void remove_image(const std::string& name, Done<void> done) override;
  void exec_sync(const std::string& container_id, const std::vector<std::string>& command, int64_t timeout_ms,
                 Done<ExecResult> done) override;
  void exec_url(const ExecRequest& request, Done<std::string> done) override;
  void port_forward_url(const std::string& sandbox_id, int port, Done<std::string> done) override;
  void on_event(std::function<void(const Event&)> listener) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node::cri
