#include "http/websocket_codec.h"

#include <algorithm>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace proa::http {
namespace {

bool is_control(Opcode opcode) { return static_cast<uint8_t>(opcode) >= 8; }

/// What may stand in a close frame: RFC 6455 section 7.4.
bool is_close_code(int code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

std::string frame_header(Opcode opcode, uint64_t length, bool masked) {
  std::string out;
  out += static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
  const uint8_t mask_bit = masked ? 0x80 : 0;
  if (length < 126) {
    out += static_cast<char>(mask_bit | length);
    return out;
  }
  const int bytes = length <= 0xffff ? 2 : 8;
  out += static_cast<char>(mask_bit | (bytes == 2 ? 126 : 127));
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(length >> (8 * i));
  return out;
}

}  // namespace

std::string encode_frame_header(Opcode opcode, uint64_t length) { return frame_header(opcode, length, false); }

std::string encode_frame(Opcode opcode, std::string_view payload) {
  return frame_header(opcode, payload.size(), false).append(payload);
}

std::string encode_masked_frame(Opcode opcode, std::string_view payload, std::array<uint8_t, 4> mask) {
  std::string out = frame_header(opcode, payload.size(), true);
  out.append(reinterpret_cast<const char*>(mask.data()), mask.size());
  const size_t start = out.size();
  out += payload;
  for (size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ mask[(i - start) % 4]);
  return out;
}

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[32];
  const int length = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return {reinterpret_cast<const char*>(encoded), static_cast<size_t>(length)};
}

std::string close_payload(int code, std::string_view reason) {
  std::string out;
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code);
  out += reason.substr(0, 123);
  return out;
}

bool WebSocketDecoder::fail(int code) {
  ended_ = true;
  close_code_ = code;
  return false;
}

size_t WebSocketDecoder::header_size() const {
  if (header_have_ < 2) return 2;
  const uint8_t length = header_[1] & 0x7f;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (header_[1] & 0x80 ? 4 : 0);
}

size_t WebSocketDecoder::take_header(std::string_view bytes) {
  const size_t take = std::min(bytes.size(), header_size() - header_have_);
  std::copy_n(bytes.begin(), take, header_.begin() + static_cast<ptrdiff_t>(header_have_));
  header_have_ += take;
  return take;
}

bool WebSocketDecoder::begin_frame() {
  const uint8_t opcode = header_[0] & 0x0f;
  final_ = header_[0] & 0x80;
  if ((header_[0] & 0x70) || !is_known(opcode)) return fail(1002);
  opcode_ = static_cast<Opcode>(opcode);
  const bool masked = header_[1] & 0x80;
  if (masked != expect_masked_) return fail(1002);
  size_t at = 2;
  remaining_ = header_[1] & 0x7f;
  if (remaining_ >= 126) {
    const size_t bytes = remaining_ == 126 ? 2 : 8;
    remaining_ = 0;
    for (size_t i = 0; i < bytes; ++i) remaining_ = remaining_ << 8 | header_[at++];
  }
  if (masked) std::copy_n(header_.begin() + static_cast<ptrdiff_t>(at), 4, mask_.begin());
  mask_at_ = 0;
  if (is_control(opcode_)) {
    if (!final_ || remaining_ > 125) return fail(1002);
    control_.clear();
  } else {
    if ((opcode_ == Opcode::kContinuation) != in_message_) return fail(1002);
    if (remaining_ > kMaxMessage - message_.size()) return fail(1009);
    if (opcode_ != Opcode::kContinuation) binary_ = opcode_ == Opcode::kBinary;
    in_message_ = true;
  }
  in_payload_ = true;
  return true;
}

bool WebSocketDecoder::end_frame() {
  in_payload_ = false;
  header_have_ = 0;
  if (is_control(opcode_)) {
    const bool close = opcode_ == Opcode::kClose;
    if (close && !control_.empty()) {
      if (control_.size() == 1) return fail(1002);
      const int code = static_cast<uint8_t>(control_[0]) << 8 | static_cast<uint8_t>(control_[1]);
      if (!is_close_code(code)) return fail(1002);
      close_code_ = code;
    } else if (close) {
      close_code_ = 1000;
    }
    ended_ = close;
    if (on_control) on_control(opcode_, std::move(control_));
    control_.clear();
    return !close;
  }
  if (!final_) return true;
  in_message_ = false;
  std::string whole = std::move(message_);
  message_.clear();
  if (on_message) on_message(std::move(whole), binary_);
  return true;
}

bool WebSocketDecoder::feed(std::string_view bytes) {
  while (!ended_) {
    if (!in_payload_) {
      if (bytes.empty()) return true;
      bytes.remove_prefix(take_header(bytes));
      if (header_have_ < header_size()) continue;
      if (!begin_frame()) return false;
    }
    const size_t take = static_cast<size_t>(std::min<uint64_t>(bytes.size(), remaining_));
    std::string& into = is_control(opcode_) ? control_ : message_;
    const size_t start = into.size();
    into += bytes.substr(0, take);
    if (expect_masked_)
      for (size_t i = start; i < into.size(); ++i) into[i] = static_cast<char>(into[i] ^ mask_[mask_at_++ & 3]);
    bytes.remove_prefix(take);
    remaining_ -= take;
    if (remaining_ > 0) return true;
    if (!end_frame()) return false;
  }
  return false;
}

}  // namespace proa::http
