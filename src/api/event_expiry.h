// Events are news, not state: an hour after their last change they go, as upstream's leases make them. One timer, set
// for the oldest event; no events, no timer.
#pragma once

#include <atomic>
#include <memory>

#include "api/core.h"

namespace proa::api {

class EventExpiry {
 public:
  explicit EventExpiry(Core& core) : core_(core) {}

  /// There is an event now. Any thread; cheap when the timer runs already.
  void note();

 private:
  /// Deletes what is due and sets the timer for the next. The background executor only.
  void sweep();
  void arm(runtime::DurationNs delay);

  Core& core_;
  std::atomic<bool> armed_{false};
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // timers may outlive this on a shared executor
};

}  // namespace proa::api
