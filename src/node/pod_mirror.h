// PodMirror keeps what the runtime has of one pod: it asks when it is told to, and asks again when something happened
// while it asked or when the answer was an error, so that no look is lost. What its owner did himself he writes down
// here at once; statuses that were on their way meanwhile are older and don't undo it.
// The executor's thread only.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "client/alive.h"
#include "node/cri/runtime.h"
#include "node/pod_state.h"
#include "runtime/executor.h"

namespace proa::node {

class PodMirror {
 public:
  struct Handlers {
    std::function<void()> seen;  // a look has ended, and nothing has happened since it began
    /// What a container that ended left as its last words: the runtime does not know them.
    std::function<std::string(const cri::ContainerStatus&)> last_words;
  };

  PodMirror(runtime::Executor& executor, cri::Runtime& runtime, std::string pod_uid);
  /// Begins with what is known already. REQUIRES: called once, first.
  void start(PodRuntimeState known, Handlers handlers);

  const PodRuntimeState& state() const { return state_; }
  bool owns(const std::string& id) const;

  /// Asks about the containers that may have changed; `all`: about everything that the runtime has of the pod.
  void look(bool all);
  /// Looks at everything in a second: something failed.
  void look_later();

  /// A container was made: it is part of the next look.
  void made_container(const std::string& id) { newborn_ = id; }
  void made_sandbox(cri::SandboxStatus sandbox);
  void stopped_sandbox(const std::string& id);
  /// A container or sandbox is about to be removed.
  void forget(const std::string& id);

 private:
  void ask(bool all);
  void answered(bool all, Result<PodRuntimeState> got);
  PodRuntimeState to_ask_about() const;
  void merge(bool all, PodRuntimeState fresh);
  void add_last_words(const PodRuntimeState& before);

  cri::Runtime& runtime_;
  const std::string uid_;
  Handlers handlers_;
  PodRuntimeState state_;
  std::string newborn_;  // the container that was made last; the runtime may not have been asked about it yet
  bool asking_ = false, again_ = false, again_all_ = false;
  // Since the look under way began:
  std::vector<cri::SandboxStatus> made_;
  std::set<std::string> stopped_, forgotten_;
  runtime::Timer retry_;
  client::Alive alive_;
};

}  // namespace proa::node
