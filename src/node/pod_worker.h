// PodWorker drives one pod on this node: it gathers what the runtime reports, asks pod_plan what to do and
// pod_status what to publish, and carries both out; then it waits for the next event. It decides nothing itself.
//
// It looks again when the pod's object changes, when the runtime tells of one of its containers, when a probe's
// verdict changes, when something it started ends, and when the plan asked for it. The executor's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/context.h"
#include "node/pod_state.h"

namespace proa::node {

class PodWorker {
 public:
  /// `finished` is called once, when nothing of the pod is left; the worker may be destroyed in it.
  PodWorker(NodeContext& context, object::Document pod, std::function<void()> finished);
  ~PodWorker();

  /// Takes over what the runtime already has of this pod (after a restart of Proa), then begins. REQUIRES: called once.
  void start(PodRuntimeState state);
  /// The pod's object as the API now has it.
  void update(object::Document pod);
  /// The object is gone: containers end at once, everything is removed, nothing is published.
  void vanish();
  /// Something happened to a container or the sandbox; `all`: ask the runtime about everything.
  void look(bool all);

  /// True when this container or sandbox is one of the pod's.
  bool owns(const std::string& id) const;
  const object::Document& pod() const;
  const PodRuntimeState& state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
