// Executor runs functions one after the other on one thread (or, in the simulation, in a seeded order under
// virtual time). Controllers, the scheduler, the node agent and the proxy live on one each and need no locks.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "runtime/clock.h"
#include "runtime/random.h"

namespace proa::runtime {

using Task = std::move_only_function<void()>;

/// Names a timer; 0 names none.
using TimerId = uint64_t;

class Executor {
 public:
  virtual ~Executor() = default;
  /// Any thread. Tasks posted by one thread run in that order. Never runs `task` before returning.
  virtual void post(Task task) = 0;
  /// This executor's thread only. Runs `task` once, not before `delay` has passed.
  virtual TimerId after(DurationNs delay, Task task) = 0;
  /// This executor's thread only. A timer that has fired, or 0, is passed over; a cancelled task never runs.
  virtual void cancel(TimerId timer) = 0;
  virtual Clock& clock() = 0;
  virtual Random& random() { return system_random(); }
};

/// Cancels its timer when it goes out of scope or is armed anew. Owner's thread only.
class Timer {
 public:
  explicit Timer(Executor& executor) : executor_(executor) {}
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(DurationNs delay, Task task) {
    stop();
    id_ = executor_.after(delay, [this, task = std::move(task)]() mutable {
      id_ = 0;
      task();
    });
  }
  void stop() {
    if (id_ != 0) executor_.cancel(std::exchange(id_, 0));
  }
  bool armed() const { return id_ != 0; }

 private:
  Executor& executor_;
  TimerId id_ = 0;
};

}  // namespace proa::runtime
