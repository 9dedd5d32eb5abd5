// One exec, attach or port-forward under way: between the API's callbacks and the streams of a SpdyConnection.
// Source of the protocol: k8s.io/apimachinery remotecommand v4 (error stream with a Status, stdin, stdout, stderr,
// resize), portforward.k8s.io. The loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/pod_streams.h"
#include "runtime/event_loop.h"

namespace proa::node {

class ExecStream {
 public:
  ExecStream(runtime::EventLoop& loop, const std::string& url, const client::ExecOptions& options,
             std::function<void(client::Channel, std::string)> data, std::function<void(Result<int>)> end);
  ~ExecStream();
  void write(const std::string& data);
  void resize(int columns, int rows);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

class ForwardStream {
 public:
  ForwardStream(runtime::EventLoop& loop, const std::string& url, int port, std::function<void(std::string)> data,
                std::function<void(Result<void>)> end);
  ~ForwardStream();
  void write(const std::string& data);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What the error stream of an exec says at its end: an exit code, or why it did not run.
Result<int> exit_of(const std::string& status_json);

}  // namespace proa::node
