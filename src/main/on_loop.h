// Calls from the main thread into an EventLoop: what lives on a loop is made, asked and destroyed there. For start
// and stop only; nothing that serves ever waits like this.
#pragma once

#include <future>
#include <utility>

#include "base/status.h"
#include "runtime/executor.h"

namespace proa {

/// Runs `work` on the executor's thread and waits for it. REQUIRES: not on that thread.
template <class Work>
void run_on(runtime::Executor& executor, Work work) {
  std::promise<void> ended;
  executor.post([&] {
    work();
    ended.set_value();
  });
  ended.get_future().wait();
}

/// Runs `begin(done)` on the executor's thread and waits until `done(result)` was called.
template <class T, class Begin>
Result<T> wait_on(runtime::Executor& executor, Begin begin) {
  std::promise<Result<T>> ended;
  executor.post([&] { begin([&](Result<T> result) { ended.set_value(std::move(result)); }); });
  return ended.get_future().get();
}

}  // namespace proa
