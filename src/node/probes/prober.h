// Prober runs the probes of one pod's containers and keeps their verdicts.
//
// When: a container's first probe comes when initialDelaySeconds are over, then one each period. Until the first
// success of a readiness or startup probe there are some quiet tries in the first second (no event, no count), so
// that a server that is up after 50 ms is ready after 50 ms. Liveness and readiness wait for the startup probe.
// After a liveness or startup failure the container is probed no more: it will be killed.
// The executor's thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "node/cri/runtime.h"
#include "node/pod_state.h"
#include "node/probes/probe.h"

namespace proa::node {

class Prober {
 public:
  struct Handlers {
    std::function<void()> changed;  // a verdict is new: look at the pod again
    /// An event of the container: Unhealthy or ProbeWarning, with its message.
    std::function<void(const std::string& container, const char* reason, const std::string& message)> event;
  };

  Prober(runtime::Executor& executor, cri::Runtime& runtime, ProbeNetwork& network, Handlers handlers);
  ~Prober();

  /// Starts and stops probes so that they fit the containers that run. `terminating`: liveness and startup end.
  void update(object::View pod, const PodRuntimeState& state, bool terminating);
  const std::map<std::string, ProbeResults>& results() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
