#include <map>

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include "http/protocol.h"
#include "http/text.h"

namespace proa::http {
namespace {

/// Both ends in one thread: nghttp2's client, our server, and bytes carried by hand.
class Http2SessionTest : public testing::Test, public Carrier {
 protected:
  struct Answer {
    std::string status, body;
    bool ended = false, reset = false;
  };

  Http2SessionTest() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t, const uint8_t* value,
                      size_t length, uint8_t, void* user) {
          if (std::string_view(reinterpret_cast<const char*>(name)) == ":status")
            self(user).answers_[frame->hd.stream_id].status.assign(reinterpret_cast<const char*>(value), length);
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
                                                             return 0;
                                                           });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          if (frame->hd.type == NGHTTP2_GOAWAY) self(user).goaway_ = static_cast<int>(frame->goaway.error_code);
          return 0;
        });
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);  // the test decides what the client takes
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
    writers_[stream] = exchange->make_writer();
    return exchange;
  }
  void wake() override {}
  void activity() override {}
  const std::string& date() override { return date_; }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol>, std::string) override {}

  int32_t request(const std::string& path, std::string* body = nullptr) {
    const auto field = [](std::string_view name, std::string_view value) {
      return nghttp2_nv{reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(), 0};
    };
    const nghttp2_nv fields[] = {field(":method", body ? "POST" : "GET"), field(":scheme", "https"),
                                 field(":authority", "test"), field(":path", path)};
    nghttp2_data_provider source{};
    source.source.ptr = body;
    source.read_callback = [](nghttp2_session*, int32_t, uint8_t* into, size_t room, uint32_t* flags,
                              nghttp2_data_source* from, void*) {
      auto& left = *static_cast<std::string*>(from->ptr);
      const size_t take = std::min(room, left.size());
      std::copy_n(left.begin(), take, into);
      left.erase(0, take);
      if (left.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(take);
    };
    return nghttp2_submit_request(client_, nullptr, fields, std::size(fields), body ? &source : nullptr, nullptr);
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
  int goaway_ = -1;
  nghttp2_session* client_ = nullptr;
  std::unique_ptr<Protocol> server_;
};

TEST_F(Http2SessionTest, answers_many_streams_in_any_order) {
  const int32_t a = request("/a"), b = request("/b?x=1");
  carry();
  EXPECT_EQ(paths_[a], "/a");
  EXPECT_EQ(paths_[b], "/b");
  writers_[b]->send(200, {}, share("second"));
  carry();
  EXPECT_TRUE(answers_[b].ended);
  EXPECT_FALSE(answers_[a].ended);
  writers_[a]->send(404, {}, share("first"));
  carry();
  EXPECT_EQ(answers_[a].status + answers_[a].body, "404first");
  EXPECT_EQ(answers_[b].status + answers_[b].body, "200second");
}

TEST_F(Http2SessionTest, a_stream_without_window_waits_alone) {
  const int32_t slow = request("/slow"), quick = request("/quick");
  carry();
  writers_[slow]->begin(200, {});
  for (int i = 0; i < 100; ++i) writers_[slow]->write(share(std::string(10'000, 's')));
  carry();
  EXPECT_EQ(answers_[slow].body.size(), 65'535U) << "the stream's window, no more";
  EXPECT_EQ(writers_[slow]->queued(), 1'000'000U - 65'535U);
  writers_[quick]->send(200, {}, share(std::string(30'000, 'q')));
  carry();
  EXPECT_EQ(answers_[quick].body.size(), 30'000U);
  EXPECT_TRUE(answers_[quick].ended);
  writers_[slow]->finish();
  while (!answers_[slow].ended) {
    nghttp2_session_consume(client_, slow, answers_[slow].body.size());
    nghttp2_submit_window_update(client_, NGHTTP2_FLAG_NONE, slow, 60'000);
    carry();
  }
  EXPECT_EQ(answers_[slow].body.size(), 1'000'000U);
}

TEST_F(Http2SessionTest, tells_the_handler_when_a_stream_is_reset) {
  const int32_t id = request("/watch");
  carry();
  bool gone = false;
  writers_[id]->on_abandoned([&] { gone = true; });
  writers_[id]->begin(200, {});
  carry();
  nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  carry();
  EXPECT_TRUE(gone);
  EXPECT_FALSE(server_->busy());
}

TEST_F(Http2SessionTest, a_flood_of_resets_ends_the_connection) {
  for (int i = 0; i < 1500 && goaway_ < 0; ++i) {
    const int32_t id = request("/");
    carry();
    nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    carry();
    writers_.clear();
  }
  EXPECT_GT(goaway_, 0) << "by our count or that of the library, whichever is first";
}

TEST_F(Http2SessionTest, shutting_down_says_goaway_ends_watches_and_lets_others_finish) {
  const int32_t watch = request("/pods?watch=true"), get = request("/pods");
  carry();
  bool told = false;
  writers_[watch]->on_abandoned([&] { told = true; });
  writers_[watch]->begin(200, {});
  writers_[watch]->write(share("event\n"));
  carry();
  server_->shut_down();
  carry();
  EXPECT_EQ(goaway_, 0);
  EXPECT_EQ(answers_[watch].body, "event\n");
  EXPECT_TRUE(answers_[watch].ended);
  EXPECT_FALSE(answers_[watch].reset);
  EXPECT_TRUE(told);
  EXPECT_FALSE(server_->finished());
  writers_[get]->send(200, {}, share("list"));
  carry();
  EXPECT_EQ(answers_[get].body, "list");
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2SessionTest, bodies_are_whole_or_refused) {
  std::string body(3 * 1024 * 1024, 'x'), larger(3 * 1024 * 1024 + 1, 'x');
  const int32_t good = request("/", &body), bad = request("/", &larger);
  carry();
  EXPECT_EQ(bodies_[good], 3U * 1024 * 1024);
  EXPECT_FALSE(bodies_.contains(bad));
  EXPECT_EQ(answers_[bad].status, "413");
}

TEST_F(Http2SessionTest, an_answer_that_breaks_off_is_a_reset) {
  const int32_t id = request("/");
  carry();
  writers_[id]->begin(200, {});
  writers_[id]->write(share("half"));
  writers_.erase(id);
  carry();
  EXPECT_TRUE(answers_[id].reset);
}

TEST_F(Http2SessionTest, bytes_that_are_no_http2_end_it) {
  auto server = make_http2_session(*this);
  server->receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(server->finished());
}

}  // namespace
}  // namespace proa::http
