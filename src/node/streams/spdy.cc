#include "node/streams/spdy.h"

#include <utility>

namespace proa::node {

namespace {

constexpr uint32_t kControl = 0x80030000;
constexpr uint16_t kSynStream = 1, kSynReply = 2, kReset = 3, kPing = 6, kGoAway = 7;
constexpr uint8_t kFinish = 1;
constexpr size_t kHead = 8, kStoredBlock = 65535, kPiece = 32768;

void put16(std::string& out, uint32_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}
void put32(std::string& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}
uint32_t get32(std::string_view in, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(in[at + i]);
  return value;
}

}  // namespace

void SpdySession::frame_head(uint32_t first_word, uint8_t flags, size_t length) {
  put32(out_, first_word);
  put32(out_, static_cast<uint32_t>(flags) << 24 | static_cast<uint32_t>(length));
}

uint32_t SpdySession::open(const std::map<std::string, std::string>& headers) {
  std::string block;
  put32(block, static_cast<uint32_t>(headers.size()));
  for (const auto& [name, value] : headers) {
    put32(block, static_cast<uint32_t>(name.size()));
    block += name;
    put32(block, static_cast<uint32_t>(value.size()));
    block += value;
  }
  std::string packed;
  if (!std::exchange(zlib_begun_, true)) packed += {0x78, 0x01};  // all blocks of a session are one zlib stream
  for (size_t at = 0; at < block.size(); at += kStoredBlock) {
    const auto n = static_cast<uint16_t>(std::min(block.size() - at, kStoredBlock));
    packed +=
        {'\0', static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(~n), static_cast<char>(~n >> 8)};
    packed.append(block, at, n);
  }
  packed += {'\0', '\0', '\0', '\xff', '\xff'};  // an empty block: tells the peer to hand on what it has (a sync flush)
  const uint32_t stream = std::exchange(next_, next_ + 2);
  frame_head(kControl | kSynStream, 0, 10 + packed.size());
  put32(out_, stream);
  put32(out_, 0);  // no stream that it belongs to
  put16(out_, 0);  // priority, slot
  out_ += packed;
  return stream;
}

void SpdySession::send(uint32_t stream, std::string_view data) {
  for (size_t at = 0; at < data.size(); at += kPiece) {
    const std::string_view piece = data.substr(at, kPiece);
    frame_head(stream, 0, piece.size());
    out_ += piece;
  }
}

void SpdySession::finish(uint32_t stream) { frame_head(stream, kFinish, 0); }

bool SpdySession::control_frame(uint16_t type, std::string_view payload) {
  if (type == kPing && payload.size() >= 4) {
    if (get32(payload, 0) % 2 == 1) return true;  // the answer to one of ours
    frame_head(kControl | kPing, 0, 4);
    put32(out_, get32(payload, 0));
  }
  if (type == kReset && payload.size() >= 8) handlers_.on_end(get32(payload, 0) & 0x7fffffff, true);
  return type != kGoAway;
}

bool SpdySession::feed(std::string_view bytes) {
  in_ += bytes;
  size_t at = 0;
  bool good = true;
  while (good && in_.size() - at >= kHead) {
    const uint32_t first = get32(in_, at), second = get32(in_, at + 4);
    const size_t length = second & 0xffffff;
    const auto flags = static_cast<uint8_t>(second >> 24);
    if (in_.size() - at - kHead < length) break;
    const std::string_view payload = std::string_view(in_).substr(at + kHead, length);
    const bool is_control = (first & 0x80000000) != 0;
    uint32_t stream = first;
    if (is_control) {
      const auto type = static_cast<uint16_t>(first & 0xffff);
      good = control_frame(type, payload);
      stream = type == kSynReply && length >= 4 ? get32(payload, 0) & 0x7fffffff : 0;
    } else if (length > 0) {
      handlers_.on_data(stream, payload);
    }
    if ((flags & kFinish) != 0 && stream != 0) handlers_.on_end(stream, false);
    at += kHead + length;
  }
  in_.erase(0, at);
  return good;
}

}  // namespace proa::node
