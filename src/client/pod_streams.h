// What `kubectl logs`, exec, attach and port-forward need of a node. Implemented by src/node in-process; the API
// finds the pod, checks access and options, and turns the streams into HTTP or WebSocket. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/document.h"

namespace proa::client {

struct LogOptions {
  std::string container;  // never empty
  bool follow = false, previous = false, timestamps = false;
  std::optional<int64_t> since_seconds, tail_lines, limit_bytes;
  std::string since_time;
};

/// A running stream; destroying it ends it.
class PodStream {
 public:
  virtual ~PodStream() = default;
  /// Standard input (exec, attach) or data towards the port. Empty: end of input.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever overrides it keeps the text
  virtual void write(std::string /*data*/) {}
  virtual void resize(int /*columns*/, int /*rows*/) {}
};

struct ExecOptions {
  std::string container;
  std::vector<std::string> command;  // empty: attach
  bool in = false, out = false, err = false, tty = false;
};

enum class Channel { kOut, kErr };

class PodStreams {
 public:
  virtual ~PodStreams() = default;
  /// `data` in pieces, then `end` once (a Status when it failed, before or in the middle).
  virtual std::unique_ptr<PodStream> logs(const object::Document& pod, const LogOptions& options,
                                          std::function<void(std::string)> data,
                                          std::function<void(Result<void>)> end) = 0;
  /// `end` gets the exit code, or why it could not run.
  virtual std::unique_ptr<PodStream> exec(const object::Document& pod, const ExecOptions& options,
                                          std::function<void(Channel, std::string)> data,
                                          std::function<void(Result<int>)> end) = 0;
  virtual std::unique_ptr<PodStream> port_forward(const object::Document& pod, int port,
                                                  std::function<void(std::string)> data,
                                                  std::function<void(Result<void>)> end) = 0;
};

}  // namespace proa::client
