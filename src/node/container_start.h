// ContainerStart brings one container up: its image, its configuration, create, start, postStart hook. It tells each
// step as an event, in the kubelet's words, and ends with the container's id or with the reason why it waits.
// Source of the rules: kuberuntime_container.go (startContainer), images/image_manager.go, Kubernetes 1.36.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/context.h"
#include "node/pod_state.h"

namespace proa::node {

struct StartRequest {
  object::Document pod;
  std::string container;
  uint32_t attempt = 0;
  std::string sandbox_id;
  std::vector<std::string> pod_ips;
  std::string target_id;  // of an ephemeral container
  BackOff image_back_off;
  std::string last_pull_error;
  /// Called with the container's id once it exists: from then on its end may be told.
  std::function<void(const std::string& id)> created;
};

struct StartResult {
  std::string container_id;        // empty: none was made
  std::optional<Waiting> waiting;  // set: it failed
  BackOff image_back_off;
  std::string last_pull_error;
};

/// One at work. Destroying it lets what is under way end unheard.
class ContainerStart {
 public:
  ContainerStart(NodeContext& context, StartRequest request, std::function<void(StartResult)> done);
  ~ContainerStart();
  /// The pod is being deleted: goes no further than the step that it is in.
  void give_up();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// `spec.containers{web}`, the part of a pod that a container's events are about.
std::string field_path(object::View pod, std::string_view container);

}  // namespace proa::node
