// The client's side of SPDY/3.1 as a byte machine: what containerd's streaming server speaks for exec, attach and
// port-forward after an HTTP upgrade. Only what that needs: streams opened by us, data both ways, ends, pings.
// There is no flow control, as in the peer (moby/spdystream); header blocks are sent uncompressed (as stored zlib
// blocks), those of the answers hold nothing that is needed and are passed over. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace proa::node {

class SpdySession {
 public:
  struct Handlers {
    std::function<void(uint32_t stream, std::string_view data)> on_data;
    /// The peer sends no more on this stream; `reset`: it refused or broke it.
    std::function<void(uint32_t stream, bool reset)> on_end;
  };
  explicit SpdySession(Handlers handlers) : handlers_(std::move(handlers)) {}

  /// Opens a stream and gives its number (1, 3, 5, ...). Names are lower-case.
  uint32_t open(const std::map<std::string, std::string>& headers);
  void send(uint32_t stream, std::string_view data);
  /// We send no more on this stream.
  void finish(uint32_t stream);

  /// False: the peer broke the protocol.
  bool feed(std::string_view bytes);
  /// What has to be written now.
  std::string output() { return std::exchange(out_, {}); }

 private:
  bool control_frame(uint16_t type, std::string_view payload);
  void frame_head(uint32_t first_word, uint8_t flags, size_t length);

  Handlers handlers_;
  std::string in_, out_;
  uint32_t next_ = 1;
  bool zlib_begun_ = false;
};

}  // namespace proa::node
