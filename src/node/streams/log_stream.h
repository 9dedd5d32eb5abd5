// One `kubectl logs` under way: reads a log file in pieces and, when it follows, waits for more by inotify until the
// container has ended and everything is read. The loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/pod_streams.h"
#include "runtime/event_loop.h"

namespace proa::node {

class LogStream {
 public:
  struct Handlers {
    std::function<void(std::string)> data;
    std::function<void(Result<void>)> end;         // called once
    std::function<bool()> container_runs;          // asked when the end of the file is reached
    std::function<void(std::string)> errors = {};  // where given: what was written to standard error, apart
  };
  LogStream(runtime::EventLoop& loop, std::string path, const client::LogOptions& options, Handlers handlers);
  ~LogStream();
  /// The container may have ended: look whether that was all.
  void check();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace proa::node
