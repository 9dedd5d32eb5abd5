// For tests: the server's side of gRPC as a byte machine, which answers each call as a script says.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

namespace proa::node::cri {

/// A message as it is on the wire: flag, length, bytes.
inline std::string grpc_frame(const std::string& message, char flag = 0) {
  const auto n = static_cast<uint32_t>(message.size());
  return std::string{flag, static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                     static_cast<char>(n)} +
         message;
}

class GrpcTestServer {
 public:
  using Headers = std::map<std::string, std::string>;
  struct Call {
    Headers headers;
    std::string body;  // framed
  };
  struct Answer {
    std::string body;                           // framed messages, or damage
    Headers trailers = {{"grpc-status", "0"}};  // none: the stream ends without a word
    Headers headers = {{":status", "200"}};
    bool trailers_only = false;  // one header block with both
    bool is_open = false;        // more could follow
  };

  explicit GrpcTestServer(std::function<Answer(const Call&)> script) : script_(std::move(script)) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~GrpcTestServer() { nghttp2_session_del(session_); }
  GrpcTestServer(const GrpcTestServer&) = delete;
  GrpcTestServer& operator=(const GrpcTestServer&) = delete;

  void feed(std::string_view bytes) {
    nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
  std::string output() {
    std::string out;
    const uint8_t* data = nullptr;
    for (ssize_t n = 0; (n = nghttp2_session_mem_send(session_, &data)) > 0;)
      out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(n));
    return out;
  }
  /// RST_STREAM of every call, or GOAWAY after the first `last` streams.
  void reset(uint32_t code) {
    for (const auto& [id, call] : calls_) nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  }
  void go_away(int32_t last) { nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0); }
  const std::map<int32_t, Call>& calls() const { return calls_; }

 private:
  struct Sending {
    Answer answer;
    size_t sent = 0;
  };

  static GrpcTestServer& of(void* user) { return *static_cast<GrpcTestServer*>(user); }
  static std::string text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
                       const uint8_t* value, size_t value_size, uint8_t, void* user) {
    of(user).calls_[frame->hd.stream_id].headers[text(name, name_size)] = text(value, value_size);
    return 0;
  }
  static int on_data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    of(user).calls_[id].body += text(data, size);
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool is_call = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (is_call && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) of(user).respond(frame->hd.stream_id);
    return 0;
  }

  static std::vector<nghttp2_nv> fields_of(const Headers& headers) {
    std::vector<nghttp2_nv> out;
    for (const auto& [name, value] : headers)
      out.push_back({reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                     reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
                     NGHTTP2_NV_FLAG_NONE});
    return out;
  }

  void respond(int32_t id) {
    Sending& sending = sending_[id] = {script_(calls_[id]), 0};
    Answer& answer = sending.answer;
    if (answer.trailers_only) answer.headers.insert(answer.trailers.begin(), answer.trailers.end());
    const auto fields = fields_of(answer.headers);
    nghttp2_data_provider body{{.ptr = &sending}, on_read};
    nghttp2_submit_response(session_, id, fields.data(), fields.size(), answer.trailers_only ? nullptr : &body);
  }

  static ssize_t on_read(nghttp2_session* session, int32_t id, uint8_t* buffer, size_t size, uint32_t* flags,
                         nghttp2_data_source* source, void*) {
    Sending& sending = *static_cast<Sending*>(source->ptr);
    const Answer& answer = sending.answer;
    const size_t n = std::min(size, answer.body.size() - sending.sent);
    std::memcpy(buffer, answer.body.data() + sending.sent, n);
    sending.sent += n;
    if (sending.sent < answer.body.size()) return static_cast<ssize_t>(n);
    if (answer.is_open) return n > 0 ? static_cast<ssize_t>(n) : static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (answer.trailers.empty()) return static_cast<ssize_t>(n);
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    const auto fields = fields_of(answer.trailers);
    nghttp2_submit_trailer(session, id, fields.data(), fields.size());
    return static_cast<ssize_t>(n);
  }

  std::function<Answer(const Call&)> script_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Call> calls_;
  std::map<int32_t, Sending> sending_;
};

}  // namespace proa::node::cri
