// Watches over HTTP: each pulls from a Feed and writes frames, on the I/O thread of its connection, so that a write
// that concerns a thousand watchers is a round over them and then one send for each connection. A client that does not
// read stops being fed; when it falls behind the store's history it gets 410 and the end.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "api/exchange.h"
#include "runtime/executor.h"

namespace proa::api {

class HttpWatch;

/// Holds the running watches. Any thread.
class WatchHub {
 public:
  /// Bookmarks and time limits are counted on `executor`, which outlives the hub, or is idle by then.
  explicit WatchHub(runtime::Executor& executor) : executor_(executor) {}
  ~WatchHub();
  void add(std::shared_ptr<HttpWatch> watch);
  void remove(const std::shared_ptr<HttpWatch>& watch);
  runtime::Executor& executor() { return executor_; }

 private:
  runtime::Executor& executor_;
  std::mutex mutex_;
  std::set<std::shared_ptr<HttpWatch>> watches_;
};

}  // namespace proa::api
