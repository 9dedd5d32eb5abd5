// Container logs in CRI's format: `TIME STREAM TAG TEXT`, where TAG P marks a line that goes on in the next record.
// Reading, filtering and finding the tail, without waiting.
// Source of the rules: cri-client pkg/logs (ReadLogs, findTailLineStartIndex), Kubernetes 1.36.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/pod_streams.h"
#include "runtime/clock.h"

namespace proa::node {

/// Turns records into what the user sees. Pure: bytes in, text out.
class LogFilter {
 public:
  LogFilter(const client::LogOptions& options, runtime::TimeNs now);
  /// Takes bytes of the file (any cut) and gives what they add to the output; what was written to standard error
  /// goes to `errors` where that is asked for.
  std::string feed(std::string_view bytes, std::string* errors = nullptr);
  /// Nothing will follow: what a record that was cut short adds.
  std::string finish(std::string* errors = nullptr);
  /// The limit of bytes is reached: nothing will follow.
  bool full() const { return left_ && *left_ == 0; }

 private:
  void record(std::string_view line, std::string_view end, std::string& out, std::string* errors);
  void give(std::string_view text, std::string& out);

  std::string rest_;
  bool timestamps_, at_line_start_ = true;
  runtime::TimeNs since_ = 0;
  std::optional<int64_t> left_;
};

/// Offset in the file from which the last `lines` lines begin. Reads backwards, in blocks.
int64_t tail_offset(int fd, int64_t lines);

}  // namespace proa::node
