#include "http/http1_parser.h"

#include <gtest/gtest.h>

#include "http/text.h"

namespace proa::http {
namespace {

Http1Parser parse(std::string_view text, size_t step = SIZE_MAX) {
  Http1Parser parser(Http1Parser::Kind::kRequest);
  while (!text.empty() && !parser.done() && !parser.failed()) text.remove_prefix(parser.feed(text.substr(0, step)));
  return parser;
}

int refusal(std::string_view text) {
  const Http1Parser parser = parse(text);
  return parser.failed() ? parser.error_status() : 0;
}

TEST(Http1Parser, reads_a_request_in_pieces_of_any_size) {
  const std::string text = "POST /api?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX-Two:  b c \r\n\r\nhello";
  for (size_t step = 1; step <= text.size(); ++step) {
    const Http1Parser parser = parse(text, step);
    ASSERT_TRUE(parser.done()) << step;
    EXPECT_EQ(parser.method, "POST");
    EXPECT_EQ(parser.target, "/api?x=1");
    EXPECT_EQ(find_header(parser.headers, "x-two"), "b c");
    EXPECT_EQ(parser.body, "hello");
    EXPECT_TRUE(parser.keep_alive());
  }
}

TEST(Http1Parser, reads_chunks_with_extensions_and_trailers) {
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n, world!!!\r\n0\r\nT: "
      "1\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    const Http1Parser parser = parse(text, step);
    ASSERT_TRUE(parser.done()) << step;
    EXPECT_EQ(parser.body, "hello, world!!!");
  }
}

TEST(Http1Parser, stops_at_the_end_of_the_message) {
  const std::string one = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  Http1Parser parser(Http1Parser::Kind::kRequest);
  EXPECT_EQ(parser.feed(one + "GET /2 HTTP/1.1\r\n"), one.size());
  EXPECT_TRUE(parser.done());
}

TEST(Http1Parser, refuses_what_proxies_could_read_in_another_way) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\n"), 505);
  EXPECT_EQ(refusal("GET  HTTP/1.1\r\n"), 400);
  EXPECT_EQ(refusal("nonsense\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"), 400);
}

TEST(Http1Parser, limits_headers_and_bodies) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(kMaxHeaderBytes, 'x')), 431);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145729\r\n\r\n"), 413);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n300001\r\n"), 413);
}

TEST(Http1Parser, a_response_without_length_ends_with_the_connection) {
  Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
  parser.feed("HTTP/1.1 200 OK\r\n\r\nabc");
  EXPECT_FALSE(parser.done());
  parser.end_of_input();
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.body, "abc");
  EXPECT_FALSE(parser.keep_alive());
}

TEST(Query, decodes_pairs_in_order) {
  const Query query = Query::parse("labelSelector=app%3Dweb%2Ctier+in+%28a%29&watch&a=1&a=2&&bad=%zz");
  EXPECT_EQ(query.get("labelSelector"), "app=web,tier in (a)");
  ASSERT_NE(query.find("watch"), nullptr);
  EXPECT_EQ(*query.find("watch"), "");
  EXPECT_EQ(query.all("a"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(query.get("bad"), "%zz");
  EXPECT_EQ(query.get("none", "otherwise"), "otherwise");
}

TEST(Target, splits_path_and_query) {
  std::string path;
  Query query;
  ASSERT_TRUE(split_target("https://host:6443/a%2Fb/c?x=1#f", path, query));
  EXPECT_EQ(path, "/a/b/c");
  EXPECT_EQ(query.get("x"), "1");
  EXPECT_FALSE(split_target("*", path, query));
}

}  // namespace
}  // namespace proa::http
