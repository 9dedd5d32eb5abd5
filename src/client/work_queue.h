// A queue of keys to work on: a key is in it once, is never worked on twice at a time, and after a failure comes
// again with growing delay (5 ms doubling to 16 min by default, as upstream's rate limiter). One executor's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/executor.h"

namespace proa::client {

class WorkQueue {
 public:
  /// What a piece of work says when it is done.
  enum class Outcome { kDone, kRetry };
  using Finish = std::move_only_function<void(Outcome)>;
  /// Starts work on a key; calls `finish` once, now or later.
  using Worker = std::function<void(const std::string& key, Finish finish)>;

  /// At most `parallel` keys at a time.
  WorkQueue(runtime::Executor& executor, Worker worker, int parallel = 1);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;

  void add(std::string_view key);
  /// The earliest of several delays for one key counts.
  void add_after(std::string_view key, runtime::DurationNs delay);
  /// Keys waiting, delayed or in work.
  size_t size() const;
  bool idle() const;
  /// A key waits or is in work (delayed ones do not count).
  bool busy() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::client
