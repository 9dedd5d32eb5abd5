// HTTP/2 where clients are slow, odd or hostile: RFC 9113, section by section.
#include "http/http1_parser.h"
#include "http/http2_session_testing.h"
#include "http/text.h"

namespace proa::http {
namespace {

using Http2RulesTest = Http2SessionTest;

constexpr uint8_t kData = 0, kHeaders = 1, kSettings = 4, kPing = 6, kWindowUpdate = 8, kContinuation = 9;

TEST_F(Http2RulesTest, a_body_comes_in_pieces_and_with_trailers_that_are_no_headers) {
  std::string body = "first ";
  ends_ = false;
  const int32_t id = ask("POST", "/", {{"x", "y"}}, &body);
  carry();
  EXPECT_FALSE(requests_.contains(id)) << "not before it is whole";
  body = "second";
  nghttp2_session_resume_data(client_, id);
  carry();
  const nghttp2_nv trailer = field("authorization", "Bearer x");
  nghttp2_submit_headers(client_, NGHTTP2_FLAG_END_STREAM, id, nullptr, &trailer, 1, nullptr);
  carry();
  ASSERT_TRUE(requests_.contains(id));
  EXPECT_EQ(requests_[id].body, "first second");
  EXPECT_EQ(requests_[id].header("x"), "y");
  EXPECT_EQ(requests_[id].header("authorization"), "") << "RFC 9110 section 6.5.1";
}

TEST_F(Http2RulesTest, says_to_go_on_where_the_client_waits_for_it) {
  std::string body;
  ends_ = false;
  const int32_t id = ask("POST", "/", {{"expect", "100-continue"}}, &body);
  carry();
  EXPECT_EQ(answers_[id].statuses, std::vector<std::string>{"100"});
  body = "body";
  ends_ = true;
  nghttp2_session_resume_data(client_, id);
  carry();
  ASSERT_TRUE(requests_.contains(id));
  writers_[id]->send(201, {}, share("made"));
  carry();
  EXPECT_EQ(answers_[id].statuses, (std::vector<std::string>{"100", "201"}));
  EXPECT_EQ(answers_[id].body, "made");
}

TEST_F(Http2RulesTest, the_authority_is_the_host) {
  const int32_t id = request("/");
  carry();
  EXPECT_EQ(requests_[id].header("host"), "test");
}

struct TargetCase {
  const char *method, *path;
};

TEST_F(Http2RulesTest, a_request_without_a_path_is_refused_and_reaches_nobody) {
  for (const TargetCase& one : {TargetCase{"CONNECT", ""}, TargetCase{"OPTIONS", "*"}}) {
    const int32_t id = ask(one.method, one.path, {});
    carry();
    EXPECT_FALSE(requests_.contains(id)) << one.method;
    EXPECT_EQ(answers_[id].status, "400") << one.method;
  }
}

TEST_F(Http2RulesTest, an_answer_that_may_have_no_body_has_none) {
  struct Case {
    const char* method;
    int status;
    bool pieces;
  };
  const Case cases[] = {
      {"GET", 204, false}, {"GET", 204, true}, {"GET", 304, false}, {"HEAD", 200, false}, {"HEAD", 200, true}};
  for (const Case& one : cases) {
    const int32_t id = ask(one.method, "/", {});
    carry();
    if (one.pieces) {
      writers_[id]->begin(one.status, {});
      writers_[id]->write(share("body"));
      writers_[id]->finish();
    } else {
      writers_[id]->send(one.status, {}, share("body"));
    }
    carry();
    EXPECT_EQ(answers_[id].status, std::to_string(one.status));
    EXPECT_EQ(answers_[id].body, "") << one.method << one.status;
    EXPECT_TRUE(answers_[id].ended && !answers_[id].reset) << one.method << one.status << one.pieces;
    const bool sized = !find_header(answers_[id].headers, "content-length").empty();
    EXPECT_EQ(sized, one.status == 200 && !one.pieces) << one.method << one.status;
  }
}

TEST_F(Http2RulesTest, no_more_streams_than_promised) {
  std::vector<int32_t> ids;
  for (int i = 0; i < 251; ++i) ids.push_back(request("/"));
  carry();
  EXPECT_EQ(requests_.size(), 250U) << "the client keeps the last for later";
  writers_[ids[0]]->send(200, {}, share("x"));
  carry();
  EXPECT_EQ(requests_.size(), 251U);
}

TEST_F(Http2RulesTest, a_window_that_shrinks_and_grows_is_kept_to) {
  const int32_t id = request("/");
  carry();
  writers_[id]->begin(200, {});
  writers_[id]->write(share(std::string(200'000, 'x')));
  carry();
  EXPECT_EQ(answers_[id].body.size(), 65'535U);
  const auto set_window = [&](uint32_t size) {
    const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, size};
    nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, &entry, 1);
    carry();
  };
  set_window(1000);  // by 64,535 bytes less than nothing, now
  nghttp2_submit_window_update(client_, NGHTTP2_FLAG_NONE, id, 64'535);
  carry();
  EXPECT_EQ(answers_[id].body.size(), 65'535U) << "still none";
  set_window(1500);
  EXPECT_EQ(answers_[id].body.size(), 66'035U) << "RFC 9113 section 6.9.2: the change is that of open streams too";
  set_window(1'000'000);
  EXPECT_EQ(answers_[id].body.size(), 200'000U);
}

TEST_F(Http2RulesTest, frames_are_no_larger_than_the_client_takes) {
  const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 20'000};
  nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, &entry, 1);
  const int32_t id = request("/");
  carry();
  writers_[id]->send(200, {}, share(std::string(60'000, 'x')));
  carry();  // the client ends the connection on a larger one
  EXPECT_EQ(answers_[id].body.size(), 60'000U);
  EXPECT_TRUE(answers_[id].ended);
}

TEST_F(Http2RulesTest, padding_counts_for_nothing_but_the_window) {
  const int32_t id = request("/");  // makes the id known to the client
  carry();
  writers_[id]->send(200, {}, share("x"));
  carry();
  // HEADERS (POST, https, /) with 3 bytes of padding, then DATA "ab" with 2: RFC 7541's static table.
  inject(frame(kHeaders, 0x4 | 0x8, 101, std::string("\x03\x83\x87\x84\x41\x01", 6) + "t" + std::string(3, '\0')));
  inject(frame(kData, 0x1 | 0x8, 101, std::string("\x02", 1) + "ab" + std::string(2, '\0')));
  ASSERT_TRUE(requests_.contains(101));
  EXPECT_EQ(requests_[101].body, "ab");
  EXPECT_EQ(requests_[101].method, "POST");
}

TEST_F(Http2RulesTest, padding_longer_than_its_frame_ends_the_connection) {
  inject(frame(kHeaders, 0x4 | 0x8 | 0x1, 1, std::string("\x7f\x82\x87\x84", 4)));
  carry();
  EXPECT_EQ(goaway_, static_cast<int>(NGHTTP2_PROTOCOL_ERROR));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(Http2RulesTest, headers_may_be_continued_and_nothing_may_come_between) {
  inject(frame(kHeaders, 0x1, 1, "\x82\x87"));
  inject(frame(kContinuation, 0, 1, "\x84"));
  EXPECT_TRUE(requests_.empty());
  inject(frame(kContinuation, 0x4, 1, std::string("\x41\x01t", 3)));
  EXPECT_TRUE(requests_.contains(1));
  inject(frame(kHeaders, 0x1, 3, "\x82\x87"));
  inject(frame(kPing, 0, 0, "12345678"));
  carry();
  EXPECT_EQ(goaway_, static_cast<int>(NGHTTP2_PROTOCOL_ERROR));
}

TEST_F(Http2RulesTest, a_flood_of_continuations_ends_the_connection) {
  inject(frame(kHeaders, 0x1, 1, "\x82\x87\x84"));
  const std::string empty = frame(kContinuation, 0, 1, "");
  for (int i = 0; i < 100'000 && !server_->finished(); ++i) inject(empty);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2RulesTest, floods_of_pings_and_settings_without_reading_end_the_connection) {
  for (const std::string& bytes : {frame(kPing, 0, 0, "12345678"), frame(kSettings, 0, 0, "")}) {
    server_ = make_http2_session(*this);
    inject("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    inject(frame(kSettings, 0, 0, ""));
    int sent = 0;
    for (; sent < 100'000 && !server_->finished(); ++sent) inject(bytes);
    EXPECT_TRUE(server_->finished()) << "what waits to be answered is bounded";
    EXPECT_GT(sent, 100) << "a few are no flood";
  }
}

TEST_F(Http2RulesTest, a_ping_is_answered) {
  nghttp2_submit_ping(client_, NGHTTP2_FLAG_NONE, nullptr);
  carry();
  EXPECT_EQ(pongs_, 1);
}

TEST_F(Http2RulesTest, streams_that_the_client_makes_us_reset_are_a_flood_too) {
  for (int i = 0; i < 1500 && goaway_ < 0; ++i) {
    const int32_t id = request("/");
    carry();
    inject(frame(kWindowUpdate, 0, id, "\x7f\xff\xff\xff"));  // beyond the largest window: an error of the stream
    carry();
    writers_.clear();
  }
  EXPECT_GT(goaway_, 0);
}

TEST_F(Http2RulesTest, answers_that_we_break_off_are_no_flood) {
  for (int i = 0; i < 1500; ++i) {
    const int32_t id = request("/");
    carry();
    writers_[id]->begin(200, {});
    writers_.clear();
    carry();
    ASSERT_TRUE(answers_[id].reset);
  }
  EXPECT_EQ(goaway_, -1);
}

TEST_F(Http2RulesTest, headers_beyond_the_limit_are_431_and_the_connection_goes_on) {
  Headers headers;
  for (int i = 0; i < 70; ++i) headers.emplace_back("x-" + std::to_string(i), std::string(2000, 'x'));
  const int32_t large = ask("GET", "/", headers);
  carry();
  EXPECT_EQ(answers_[large].status, "431");
  EXPECT_FALSE(requests_.contains(large));
  headers.resize(60);
  const int32_t fits = ask("GET", "/", headers);
  carry();
  ASSERT_TRUE(requests_.contains(fits));
  EXPECT_EQ(requests_[fits].headers.size(), 61U);
}

TEST_F(Http2RulesTest, a_body_that_is_announced_too_large_is_refused_before_it_comes) {
  std::string body;
  ends_ = false;
  const int32_t id = ask("POST", "/", {{"content-length", "3145729"}}, &body);
  carry();
  EXPECT_EQ(answers_[id].status, "413");
  EXPECT_FALSE(requests_.contains(id));
}

TEST_F(Http2RulesTest, a_body_of_another_length_than_announced_is_an_error_of_the_stream) {
  for (const char* length : {"3", "5"}) {
    std::string body = "four";
    const int32_t id = ask("POST", "/", {{"content-length", length}}, &body);
    carry();
    EXPECT_FALSE(requests_.contains(id)) << length;
    EXPECT_EQ(answers_[id].code, static_cast<uint32_t>(NGHTTP2_PROTOCOL_ERROR)) << length;
  }
  EXPECT_EQ(goaway_, -1);
}

TEST_F(Http2RulesTest, bodies_under_way_are_bounded_over_all_streams) {
  std::vector<std::string> bodies(20, std::string(3 * 1024 * 1024, 'x'));
  std::vector<int32_t> ids;
  ends_ = false;
  for (std::string& body : bodies) ids.push_back(ask("POST", "/", {}, &body));
  carry();
  const auto refused = std::count_if(ids.begin(), ids.end(), [&](int32_t id) { return answers_[id].status == "503"; });
  EXPECT_EQ(refused, 4) << "of 60 MiB, 48 have room";
  ends_ = true;
  for (const int32_t id : ids) nghttp2_session_resume_data(client_, id);
  carry();
  EXPECT_EQ(requests_.size(), 16U);
  std::string more(1024, 'x');
  const int32_t later = ask("POST", "/", {}, &more);
  carry();
  EXPECT_TRUE(requests_.contains(later)) << "and room again when they are through";
}

TEST_F(Http2RulesTest, a_client_that_says_goaway_gets_its_answers_and_then_the_end) {
  const int32_t id = request("/");
  carry();
  nghttp2_submit_goaway(client_, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
  carry();
  EXPECT_FALSE(server_->finished());
  writers_[id]->send(200, {}, share("last"));
  carry();
  EXPECT_EQ(answers_[id].body, "last");
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2RulesTest, what_is_asked_after_goaway_reaches_nobody) {
  const int32_t id = request("/first");
  carry();
  server_->shut_down();
  // Sent before the client has read of the end: HEADERS (GET, https, /) of the next stream.
  inject(frame(kHeaders, 0x4 | 0x1, id + 2, std::string("\x82\x87\x84\x41\x01t", 6)));
  carry();
  EXPECT_FALSE(requests_.contains(id + 2));
  writers_[id]->send(200, {}, share("x"));
  carry();
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2RulesTest, a_watch_that_begins_when_the_server_stops_ends_at_once) {
  const int32_t id = request("/pods?watch=true");
  carry();
  server_->shut_down();
  writers_[id]->begin(200, {});
  carry();
  EXPECT_EQ(answers_[id].status, "200");
  EXPECT_TRUE(answers_[id].ended && !answers_[id].reset);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http2RulesTest, no_websocket_over_http2) {
  const int32_t id = request("/exec");
  carry();
  writers_[id]->accept_websocket({"v5.channel.k8s.io"}, [](std::shared_ptr<Socket>) { FAIL(); });
  carry();
  EXPECT_EQ(answers_[id].status, "400");
}

TEST_F(Http2RulesTest, the_handler_is_told_when_the_connection_ends) {
  const int32_t id = request("/");
  carry();
  bool gone = false;
  writers_[id]->on_abandoned([&] { gone = true; });
  server_->abandon();
  EXPECT_TRUE(gone);
  EXPECT_FALSE(server_->busy());
}

}  // namespace
}  // namespace proa::http
