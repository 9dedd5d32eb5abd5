#include <vector>

#include <gtest/gtest.h>

#include "http/http1_parser.h"
#include "http/protocol.h"

namespace proa::http {
namespace {

/// A connection that only keeps what the session tells it, and what goes out.
class Http1SessionTest : public testing::Test, public Carrier {
 protected:
  Http1SessionTest() : server_(make_http1_session(*this)) {}
  ~Http1SessionTest() override { server_.reset(); }

  // Carrier.
  std::shared_ptr<Exchange> dispatch(ExchangeSink& sink, int32_t stream, Request request) override {
    auto exchange = std::make_shared<Exchange>(thread_, sink, stream, request);
    requests_.push_back(std::move(request));
    writer_ = exchange->make_writer();
    return exchange;
  }
  void wake() override {}
  void activity() override { told_busy_ = server_ && server_->busy(); }
  const std::string& date() override { return date_; }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol> next, std::string received) override {
    next_ = std::move(next);
    received_ = std::move(received);
  }

  void receive(std::string_view bytes) {
    thread_->run([&] { server_->receive(bytes); });
  }
  /// All that goes out now, at most `room` bytes a time.
  std::string sent(size_t room = 256 * 1024) {
    thread_->run([] {});
    std::string out;
    for (;;) {
      Output batch;
      server_->produce(batch, room);
      if (batch.empty()) return out;
      while (!batch.empty()) {
        out += batch.front();
        batch.consume(batch.front().size());
      }
    }
  }

  const std::shared_ptr<IoThread> thread_ = std::make_shared<IoThread>("test", 3600);
  const std::string date_ = "today";
  std::vector<Request> requests_;
  ResponseWriterPtr writer_;
  std::unique_ptr<Protocol> server_, next_;
  std::string received_;
  bool told_busy_ = false;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kWatch = "GET /pods?watch=true HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(Http1SessionTest, tells_its_connection_that_a_request_began_so_that_a_silent_watch_is_not_idle) {
  server_->receive("GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(server_->busy());
  EXPECT_TRUE(told_busy_);
  server_->abandon();
  EXPECT_FALSE(told_busy_);
}

TEST_F(Http1SessionTest, answers_pipelined_requests_one_by_one_and_in_order) {
  receive(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /3 "
      "HTTP/1.1\r\nHo");
  ASSERT_EQ(requests_.size(), 1U) << "the second waits for the first's answer";
  writer_->send(200, {}, share("one"));
  const std::string first = sent();
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
  EXPECT_TRUE(first.ends_with("content-length: 3\r\n\r\none")) << first;
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(requests_[1].path + requests_[1].body, "/2ab");
  writer_->send(404, {}, share("two"));
  EXPECT_TRUE(sent().starts_with("HTTP/1.1 404 Not Found\r\n"));
  ASSERT_EQ(requests_.size(), 2U) << "the third has not come whole";
  receive("st: a\r\n\r\n");
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_EQ(requests_[2].path, "/3");
}

TEST_F(Http1SessionTest, a_pipelined_request_that_is_wrong_ends_after_the_answer_to_the_first) {
  receive(std::string(kGet) + "nonsense\r\n\r\n");
  EXPECT_EQ(sent(), "");
  EXPECT_FALSE(server_->finished());
  writer_->send(200, {}, share("one"));
  const std::string out = sent();
  const size_t second = out.find("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_NE(out.find("one"), std::string::npos);
  ASSERT_NE(second, std::string::npos) << out;
  EXPECT_LT(out.find("one"), second);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http1SessionTest, nothing_is_read_after_a_request_that_closes) {
  receive("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  writer_->send(200, {}, share("one"));
  EXPECT_NE(sent().find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http1SessionTest, says_to_go_on_where_the_client_waits_for_it_and_only_once) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(sent(), "HTTP/1.1 100 Continue\r\n\r\n");
  receive("ab");
  EXPECT_EQ(sent(), "");
  receive("cd");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].body, "abcd");
  writer_->send(200, {}, share(""));
  EXPECT_TRUE(sent().starts_with("HTTP/1.1 200 OK"));
  receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(sent(), "HTTP/1.1 100 Continue\r\n\r\n") << "the next request too";
}

TEST_F(Http1SessionTest, does_not_say_to_go_on_where_it_would_refuse_or_nobody_waits) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd");
  EXPECT_EQ(sent(), "") << "the body is there";
  writer_->send(200, {}, share(""));
  sent();
  receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_TRUE(sent().starts_with("HTTP/1.1 413 Request Entity Too Large\r\n"));
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http1SessionTest, chunks_an_answer_in_pieces) {
  receive(kGet);
  writer_->begin(200, {});
  writer_->write(share("hello"));
  std::string out = sent();
  EXPECT_NE(out.find("transfer-encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n5\r\nhello\r\n")) << out;
  writer_->write(share(std::string(20, 'x')));
  EXPECT_EQ(sent(), "14\r\n" + std::string(20, 'x') + "\r\n");
  writer_->finish();
  EXPECT_EQ(sent(), "0\r\n\r\n");
  EXPECT_FALSE(server_->finished());
}

TEST_F(Http1SessionTest, whole_and_readable_chunks_come_out_whatever_the_room) {
  for (const size_t room : {1U, 7U, 64U, 4096U}) {
    receive(kGet);
    writer_->begin(200, {});
    std::string all;
    for (int i = 0; i < 5; ++i) {
      writer_->write(share(std::string(1000, static_cast<char>('a' + i))));
      all += std::string(1000, static_cast<char>('a' + i));
    }
    writer_->finish();
    const std::string out = sent(room);
    Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
    EXPECT_EQ(parser.feed(out), out.size()) << room;
    EXPECT_TRUE(parser.done()) << room;
    EXPECT_EQ(parser.body, all) << room;
  }
}

struct BodylessCase {
  const char* request;
  int status;
  bool pieces;
};

TEST_F(Http1SessionTest, an_answer_that_may_have_no_body_has_none_and_the_next_is_read_right) {
  const BodylessCase cases[] = {
      {"GET", 204, false},  {"GET", 204, true},  {"GET", 304, false},  {"GET", 304, true},
      {"HEAD", 200, false}, {"HEAD", 200, true}, {"HEAD", 404, false},
  };
  for (const BodylessCase& one : cases) {
    receive(std::string(one.request) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    if (one.pieces) {
      writer_->begin(one.status, {});
      writer_->write(share("body"));
      writer_->finish();
    } else {
      writer_->send(one.status, {}, share("body"));
    }
    const std::string out = sent();
    EXPECT_TRUE(out.ends_with("\r\n\r\n")) << one.request << one.status << out;
    EXPECT_EQ(out.find("body"), std::string::npos) << one.request << one.status << out;
    EXPECT_FALSE(server_->finished()) << "the connection goes on";
    const bool framed =
        out.find("content-length") != std::string::npos || out.find("transfer-encoding") != std::string::npos;
    EXPECT_TRUE(one.status != 204 || !framed) << "RFC 9110 section 8.6, RFC 9112 section 6.1";
    EXPECT_TRUE(std::string_view(one.request) != "HEAD" || framed) << "as it would be with GET";
  }
}

TEST_F(Http1SessionTest, http_1_0_gets_no_chunks_and_goes_on_only_when_it_asks) {
  receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  writer_->send(200, {}, share("one"));
  EXPECT_NE(sent().find("connection: keep-alive\r\n"), std::string::npos);
  EXPECT_FALSE(server_->finished());
  receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  writer_->begin(200, {});
  writer_->write(share("two"));
  writer_->finish();
  const std::string out = sent();
  EXPECT_EQ(out.find("chunked"), std::string::npos);
  EXPECT_TRUE(out.ends_with("connection: close\r\n\r\ntwo")) << out;
  EXPECT_TRUE(server_->finished()) << "its end is the body's";
}

TEST_F(Http1SessionTest, an_answer_that_breaks_off_ends_the_connection_without_the_last_chunk) {
  receive(kGet);
  writer_->begin(200, {});
  writer_->write(share("half"));
  EXPECT_NE(sent().find("half"), std::string::npos);
  writer_.reset();
  EXPECT_EQ(sent(), "");
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http1SessionTest, a_client_that_sends_too_much_ahead_is_cut_off) {
  receive(kGet);
  bool gone = false;
  writer_->on_abandoned([&] { gone = true; });
  for (int i = 0; i < 300 && !gone; ++i) receive(std::string(1024, 'x'));
  EXPECT_TRUE(gone);
  EXPECT_TRUE(server_->finished());
}

TEST_F(Http1SessionTest, stops_at_once_where_nothing_runs_and_after_the_answer_where_something_does) {
  receive(kGet);
  server_->shut_down();
  EXPECT_FALSE(server_->finished());
  writer_->send(200, {}, share("last"));
  const std::string out = sent();
  EXPECT_NE(out.find("connection: close\r\n"), std::string::npos) << out;
  EXPECT_TRUE(out.ends_with("last"));
  EXPECT_TRUE(server_->finished());
  auto idle = make_http1_session(*this);
  idle->shut_down();
  EXPECT_TRUE(idle->finished());
}

TEST_F(Http1SessionTest, stopping_ends_a_watch_also_one_that_has_not_begun) {
  for (const bool begun : {true, false}) {
    server_ = make_http1_session(*this);
    receive(kWatch);
    if (begun) writer_->begin(200, {});
    sent();
    server_->shut_down();
    if (!begun) writer_->begin(200, {});
    EXPECT_TRUE(sent().ends_with("0\r\n\r\n")) << begun;
    EXPECT_TRUE(server_->finished()) << begun;
  }
}

TEST_F(Http1SessionTest, a_request_that_was_half_sent_when_the_server_stops_is_the_last) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  server_->shut_down();
  EXPECT_TRUE(server_->finished()) << "nobody has promised it an answer";
}

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

TEST_F(Http1SessionTest, agrees_on_a_websocket_as_rfc_6455_says) {
  const std::string key = "Sec-WebSocket-Key: " + std::string(kKey) + "\r\n", version = "Sec-WebSocket-Version: 13\r\n";
  const std::string both = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  const std::string v5 = "Sec-WebSocket-Protocol: v4.channel.k8s.io, v5.channel.k8s.io\r\n";
  const std::string lines =
      "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n";
  struct Case {
    const char* what;
    std::string headers;
    std::vector<std::string> accepts;
    int status;
    const char* chosen;
  };
  const Case cases[] = {
      {"the first that we have",
       both + key + version + v5,
       {"v5.channel.k8s.io", "v4.channel.k8s.io"},
       101,
       "v5.channel.k8s.io"},
      {"several lines are one list", both + key + version + lines, {"v5.channel.k8s.io"}, 101, "v5.channel.k8s.io"},
      {"none in common", both + key + version + v5, {"v1"}, 400, ""},
      {"none offered, none needed", both + key + version, {"", "v1"}, 101, ""},
      {"none offered, one needed", both + key + version, {"v1"}, 400, ""},
      {"another version", both + key + "Sec-WebSocket-Version: 8\r\n" + v5, {"v5.channel.k8s.io"}, 400, ""},
      {"no key", both + version + v5, {"v5.channel.k8s.io"}, 400, ""},
      {"other words too, in other cases",
       "Connection: keep-alive\r\nConnection: UPGRADE\r\nUpgrade: WebSocket\r\n" + key + version + v5,
       {"v5.channel.k8s.io"},
       101,
       "v5.channel.k8s.io"},
      {"no upgrade", key + version + v5, {"v5.channel.k8s.io"}, 400, ""},
  };
  for (const Case& one : cases) {
    server_ = make_http1_session(*this);
    next_.reset();
    std::shared_ptr<Socket> socket;
    receive("GET /exec HTTP/1.1\r\nHost: a\r\n" + one.headers + "\r\n");
    writer_->accept_websocket(one.accepts, [&](std::shared_ptr<Socket> made) { socket = std::move(made); });
    const std::string out = sent();
    EXPECT_TRUE(out.starts_with("HTTP/1.1 " + std::to_string(one.status))) << one.what << out;
    ASSERT_EQ(socket != nullptr, one.status == 101) << one.what;
    if (!socket) continue;
    EXPECT_EQ(socket->protocol(), one.chosen) << one.what;
    EXPECT_NE(out.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos) << out;
  }
}

TEST_F(Http1SessionTest, what_came_behind_the_upgrade_goes_to_the_websocket) {
  receive(
      "GET /exec HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: " +
      std::string(kKey) + "\r\n\r\nframes");
  writer_->accept_websocket({""}, [](std::shared_ptr<Socket>) {});
  sent();
  ASSERT_TRUE(next_);
  EXPECT_EQ(received_, "frames");
}

TEST_F(Http1SessionTest, compresses_for_those_who_take_gzip_and_not_for_those_who_refuse_it) {
  struct Case {
    const char* accepts;
    size_t size;
    bool packed;
  };
  const Case cases[] = {
      {"gzip", 128 * 1024 + 1, true}, {"gzip", 128 * 1024, false},
      {"br, gzip", 200'000, true},    {"br,gzip , zstd", 200'000, true},
      {"gzip;q=0", 200'000, false},   {"", 200'000, false},
      {"br", 200'000, false},         {"identity, gzip;q=0", 200'000, false},
  };
  for (const Case& one : cases) {
    receive(std::string("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ") + one.accepts + "\r\n\r\n");
    writer_->send(200, {}, share(std::string(one.size, 'x')));
    EXPECT_EQ(sent().find("content-encoding: gzip") != std::string::npos, one.packed) << one.accepts << one.size;
  }
}

}  // namespace
}  // namespace proa::http
