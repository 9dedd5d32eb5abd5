// The scheduler's loop: gives every pod without a node one.
//
// Pods wait in order of priority, then of arrival. One after the other they are decided on (plan.h) and bound; a pod that
// is being bound already counts on its node, so the next decision sees it. Binding goes on while others are decided.
//
// A pod for which no node will do gets an event and the condition PodScheduled=False, and waits until something changes
// that could help: a node appears or changes, a pod goes or leaves its node, the pod itself changes. Then it is tried
// again, though not before its back-off (1 s, doubling to 10 s) is over. Nothing polls.
//
// One executor's thread.
#pragma once

#include <memory>

#include "client/client.h"
#include "client/informer.h"
#include "runtime/executor.h"

namespace proa::scheduler {

class Scheduler {
 public:
  /// All outlive it. Asks for its informers; start() when they are synced.
  Scheduler(client::Client& client, client::Informers& informers, runtime::Executor& executor);
  ~Scheduler();
  void start();
  /// No pod is being decided on or bound. Pods that wait for a change do not count.
  bool idle() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::scheduler
