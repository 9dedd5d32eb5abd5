// HTTP/1 messages as a byte machine: bytes in, one request (or response) out. Strict where leniency is a danger: no
// folded headers, no whitespace before the colon, never both Content-Length and Transfer-Encoding, no bare line feed
// around chunks. Trailers are checked and passed over: they are no headers.
// Source: RFC 9112. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "http/http.h"

namespace proa::http {

inline constexpr size_t kMaxHeaderBytes = 128 * 1024;
inline constexpr size_t kMaxBodyBytes = 3 * 1024 * 1024;

class Http1Parser {
 public:
  enum class Kind { kRequest, kResponse };
  enum class State { kStartLine, kHeaders, kBody, kChunkSize, kChunkData, kChunkEnd, kTrailers, kDone, kFailed };

  /// `max_body`: 413 beyond it; responses may be unlimited (SIZE_MAX).
  explicit Http1Parser(Kind kind, size_t max_body = kMaxBodyBytes);

  /// Takes what belongs to this message; returns how many bytes it took. Ends at kDone or kFailed.
  size_t feed(std::string_view bytes);
  /// The peer closed its side: ends a response that has neither length nor chunks.
  void end_of_input();

  State state() const { return state_; }
  bool done() const { return state_ == State::kDone; }
  bool failed() const { return state_ == State::kFailed; }
  bool headers_done() const { return state_ >= State::kBody && state_ != State::kFailed; }
  /// Has the message begun, and not ended?
  bool in_message() const { return (state_ != State::kStartLine || header_bytes_ > 0) && !done(); }
  /// Of a failure: the status to answer with (400, 413, 417, 431, 501, 505).
  int error_status() const { return error_status_; }

  std::string method, target;  // of a request
  int status = 0;              // of a response
  int minor_version = 1;
  Headers headers;
  std::string body;
  /// When set, takes the body instead of `body`; false ends the parsing (failed).
  std::function<bool(std::string_view)> on_body;
  /// Set before feeding: a response to HEAD has no body.
  bool no_body = false;

  bool keep_alive() const;
  bool expects_continue() const;
  /// For the next message on the connection.
  void reset();

 private:
  size_t take_line(std::string_view bytes, std::string_view& line, bool& complete);
  void start_line(std::string_view line);
  void request_line(std::string_view line);
  void status_line(std::string_view line);
  void header_line(std::string_view line);
  void end_of_headers();
  void chunk_size_line(std::string_view line);
  void line_done(std::string_view line);
  size_t take_body(std::string_view bytes);
  void fail(int status_code);

  const Kind kind_;
  const size_t max_body_;
  State state_ = State::kStartLine;
  std::string line_;            // an incomplete one
  bool ended_by_crlf_ = false;  // the last line
  size_t header_bytes_ = 0;
  uint64_t remaining_ = 0;  // of the body or the chunk
  size_t body_bytes_ = 0;
  bool until_close_ = false;
  int error_status_ = 0;
};

/// Parts of `/api/v1/pods?limit=5`, or of the absolute form, whose host is passed over; false when it is neither.
bool split_target(std::string_view target, std::string& path, Query& query);

}  // namespace proa::http
