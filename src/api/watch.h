// Watches over HTTP: each pulls from a Feed and writes frames, on one background executor for all of them. A client
// that does not read stops being fed; when it falls behind the store's history it gets 410 and the end.
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
  /// `executor` outlives the hub, or is idle by then.
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
