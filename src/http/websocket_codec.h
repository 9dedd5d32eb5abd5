// WebSocket frames as a byte machine, both sides: bytes in, messages and control frames out. Source: RFC 6455.
// One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace proa::http {

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// The header of one unfragmented frame (RSV bits 0), followed by its payload; a client's is masked.
std::string encode_frame(Opcode opcode, std::string_view payload);
std::string encode_masked_frame(Opcode opcode, std::string_view payload, std::array<uint8_t, 4> mask);
/// Only the header, for a payload that is sent by pointer.
std::string encode_frame_header(Opcode opcode, uint64_t length);
/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);
std::string close_payload(int code, std::string_view reason);

class WebSocketDecoder {
 public:
  static constexpr size_t kMaxMessage = 16 * 1024 * 1024;

  /// `expect_masked`: we are the server; a frame with the wrong kind of mask is a protocol error.
  explicit WebSocketDecoder(bool expect_masked) : expect_masked_(expect_masked) {}

  std::function<void(std::string message, bool binary)> on_message;
  /// Ping, pong and close, with their payload.
  std::function<void(Opcode opcode, std::string payload)> on_control;

  /// False after a protocol error or a close frame: nothing more is taken. close_code() says with which code to close.
  bool feed(std::string_view bytes);
  int close_code() const { return close_code_; }

 private:
  bool begin_frame();
  bool end_frame();
  bool fail(int code);
  size_t take_header(std::string_view bytes);
  size_t header_size() const;

  const bool expect_masked_;
  std::array<uint8_t, 14> header_{};
  size_t header_have_ = 0;
  bool in_payload_ = false;
  bool final_ = false;
  Opcode opcode_ = Opcode::kContinuation;
  uint64_t remaining_ = 0;
  std::array<uint8_t, 4> mask_{};
  size_t mask_at_ = 0;
  std::string control_, message_;
  bool in_message_ = false, binary_ = false;
  bool ended_ = false;
  int close_code_ = 0;
};

}  // namespace proa::http
