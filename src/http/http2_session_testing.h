// What the tests of HTTP/2 share: a server's session and a client of nghttp2, with no sockets in between.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "http/protocol.h"

namespace proa::http {

/// Both ends in one thread: nghttp2's client, our server, and bytes carried by hand.
class Http2SessionTest : public testing::Test, public Carrier {
 protected:
  struct Answer {
    std::string status, body;
    std::vector<std::string> statuses;  // those before the last too
    Headers headers;
    bool ended = false, reset = false;
    uint32_t code = 0;
  };

  Http2SessionTest() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t, const uint8_t* value,
                      size_t length, uint8_t, void* user) {
          Answer& answer = self(user).answers_[frame->hd.stream_id];
          const std::string text(reinterpret_cast<const char*>(value), length);
          answer.headers.emplace_back(reinterpret_cast<const char*>(name), text);
          if (answer.headers.back().first == ":status") answer.statuses.push_back(answer.status = text);
          return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t length, void* user) {
          self(user).answers_[id].body.append(reinterpret_cast<const char*>(data), length);
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks,
                                                           [](nghttp2_session*, int32_t id, uint32_t code, void* user) {
                                                             self(user).answers_[id].ended = true;
                                                             self(user).answers_[id].reset = code != 0;
                                                             self(user).answers_[id].code = code;
                                                             return 0;
                                                           });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          if (frame->hd.type == NGHTTP2_GOAWAY) self(user).goaway_ = static_cast<int>(frame->goaway.error_code);
          if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK)) ++self(user).pongs_;
          return 0;
        });
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);  // the test decides what the client takes
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
    nghttp2_session_client_new2(&client_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, nullptr, 0);
    nghttp2_session_set_local_window_size(client_, NGHTTP2_FLAG_NONE, 0, 1 << 30);
    server_ = make_http2_session(*this);
    carry();
  }
  ~Http2SessionTest() override {
    server_.reset();
    nghttp2_session_del(client_);
  }

  static Http2SessionTest& self(void* user) { return *static_cast<Http2SessionTest*>(user); }

  // Carrier.
  std::shared_ptr<Exchange> dispatch(ExchangeSink& sink, int32_t stream, Request request) override {
    auto exchange = std::make_shared<Exchange>(thread_, sink, stream, request);
    paths_[stream] = request.path;
    bodies_[stream] = request.body.size();
    requests_[stream] = request;
    writers_[stream] = exchange->make_writer();
    return exchange;
  }
  void wake() override {}
  void activity() override {}
  const std::string& date() override { return date_; }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol>, std::string) override {}

  static nghttp2_nv field(std::string_view name, std::string_view value) {
    return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), 0};
  }

  /// A body that goes out as the window lets it, and ends the stream when it is empty and `ends_` holds.
  nghttp2_data_provider from(std::string* body) {
    nghttp2_data_provider source{};
    source.source.ptr = body;
    source.read_callback = [](nghttp2_session*, int32_t, uint8_t* into, size_t room, uint32_t* flags,
                              nghttp2_data_source* of, void* user) {
      auto& left = *static_cast<std::string*>(of->ptr);
      if (left.empty() && !self(user).ends_) return static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED);
      const size_t take = std::min(room, left.size());
      std::copy_n(left.begin(), take, into);
      left.erase(0, take);
      if (left.empty() && self(user).ends_) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(take);
    };
    return source;
  }

  int32_t ask(const std::string& method, const std::string& path, const Headers& headers, std::string* body = nullptr) {
    std::vector<nghttp2_nv> fields = {field(":method", method), field(":authority", "test")};
    if (!path.empty()) fields.insert(fields.end(), {field(":scheme", "https"), field(":path", path)});
    for (const auto& [name, value] : headers) fields.push_back(field(name, value));
    const nghttp2_data_provider source = from(body);
    return nghttp2_submit_request(client_, nullptr, fields.data(), fields.size(), body ? &source : nullptr, nullptr);
  }

  int32_t request(const std::string& path, std::string* body = nullptr) {
    return ask(body ? "POST" : "GET", path, {}, body);
  }

  /// Bytes that no honest client would send.
  void inject(std::string_view bytes) { server_->receive(bytes); }
  static std::string frame(uint8_t type, uint8_t flags, int32_t stream, std::string_view payload) {
    std::string out;
    for (const int shift : {16, 8, 0}) out += static_cast<char>(payload.size() >> shift);
    out += static_cast<char>(type);
    out += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(stream >> shift);
    return out.append(payload);
  }

  /// Lets bytes flow both ways until nothing moves.
  void carry() {
    for (bool moved = true; moved;) {
      moved = false;
      thread_->run([] {});
      const uint8_t* bytes = nullptr;
      for (ssize_t size = 0; (size = nghttp2_session_mem_send(client_, &bytes)) > 0; moved = true)
        server_->receive({reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)});
      thread_->run([] {});
      Output out;
      server_->produce(out, 256 * 1024);
      while (!out.empty()) {
        const std::string_view run = out.front();
        nghttp2_session_mem_recv(client_, reinterpret_cast<const uint8_t*>(run.data()), run.size());
        out.consume(run.size());
        moved = true;
      }
    }
  }

  std::shared_ptr<IoThread> thread_ = std::make_shared<IoThread>("test", 90);
  const std::string date_ = "today";
  std::map<int32_t, std::string> paths_;
  std::map<int32_t, size_t> bodies_;
  std::map<int32_t, ResponseWriterPtr> writers_;
  std::map<int32_t, Answer> answers_;
  std::map<int32_t, Request> requests_;
  int goaway_ = -1, pongs_ = 0;
  bool ends_ = true;
  nghttp2_session* client_ = nullptr;
  std::unique_ptr<Protocol> server_;
};

}  // namespace proa::http
