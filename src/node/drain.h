// Drain takes a pod out of the network's rules before its containers are told to end, so that no request is sent
// to one that is on its way out. src/net implements it; without one, pods are stopped at once.
#pragma once

#include <functional>

#include "object/document.h"

namespace proa::node {

class Drain {
 public:
  virtual ~Drain() = default;
  /// Calls `done` on the caller's executor once no rule of this node sends new traffic to the pod's addresses.
  /// The pod's object has a deletionTimestamp, or its status a final phase. The caller waits two seconds at most.
  virtual void drain(const object::Document& pod, std::function<void()> done) = 0;
};

}  // namespace proa::node
