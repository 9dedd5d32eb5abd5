#include "http/http2_session_testing.h"
#include "http/text.h"

namespace proa::http {
namespace {

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
