// PodPublisher writes a pod's status to the API: only what differs from what is there, one write at a time, the
// newest wish wins. A conflict means that somebody else wrote: the object is read again (after a growing pause, when
// the write before met one too), and the owner told.
// The executor's thread only.
#pragma once

#include <functional>
#include <memory>

#include "client/client.h"
#include "node/pod_state.h"
#include "runtime/executor.h"

namespace proa::node {

class PodPublisher {
 public:
  PodPublisher(client::Client& client, runtime::Executor& executor);
  ~PodPublisher();

  /// Called with the pod's object as it is after a write (or after a conflict); with none when the write failed.
  void on_published(std::function<void(object::Document)> listener);
  /// Publishes the status that follows from `in`, unless `pod` already says so. `over`: as make_pod_status() has it.
  void publish(const object::Document& pod, const PodInput& in, bool over);
  /// Nothing is under way and the last wish is what the object says.
  bool settled() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
