// One HTTP/2 connection that speaks gRPC as a client, as a byte machine: bytes in, bytes out, no I/O of its own.
// Over it go unary calls and server streams; a request is one message. nghttp2 does the framing.
//
// One thread at a time. Callbacks run inside feed(), cancel() and fail(), never inside call().
// Errors: the server's grpc-message; the reason follows grpc-status ("NotFound", "Timeout", "AlreadyExists",
// "ServiceUnavailable", ...), as google.rpc.Code maps to Kubernetes' reasons.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace proa::node::cri {

class GrpcSession {
 public:
  struct Handlers {
    std::function<void(std::string_view message)> on_message;
    /// Called once, last; the stream is gone then. No status: it ended well.
    std::function<void(Result<void>)> on_end;
  };

  GrpcSession();
  ~GrpcSession();
  GrpcSession(const GrpcSession&) = delete;
  GrpcSession& operator=(const GrpcSession&) = delete;

  /// Opens a stream for `path` ("/runtime.v1.RuntimeService/Version") and gives its number; the bytes to send
  /// are in output() then. `metadata`: further headers. `timeout_ms` 0: none is announced.
  int call(std::string_view path, std::string request, Handlers handlers, int64_t timeout_ms = 0,
           const std::vector<std::pair<std::string, std::string>>& metadata = {});
  /// Resets the stream; its on_end is called with `why`. Unknown numbers are passed over.
  void cancel(int stream, Status why);
  /// Ends every stream with `why`: the connection is gone.
  void fail(const Status& why);

  /// Drops every stream without a word: their owner is going away.
  void forget();

  /// False: the peer broke the protocol, the connection is to be closed (and fail() called).
  bool feed(std::string_view bytes);
  /// What has to be written to the peer now; the machine keeps nothing of it.
  std::string output();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Those of google.rpc.Code that are made here.
namespace grpc {
inline constexpr int kUnknown = 2, kDeadlineExceeded = 4, kNotFound = 5, kInternal = 13, kUnavailable = 14;
}  // namespace grpc

/// The Status of a call that ended with `grpc-status: code`.
Status grpc_error(int code, std::string message);
/// That Status as Go prints it: `rpc error: code = NotFound desc = ...`.
std::string rpc_text(const Status& status);

}  // namespace proa::node::cri
