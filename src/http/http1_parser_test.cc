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

struct Shape {
  const char *what, *text;
  int status;  // 0: a whole request
};

/// What two readers of one byte stream could part in different ways: RFC 9112 sections 6 and 11.
const Shape kSmuggling[] = {
    {"a transfer coding without a name beside a length",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nContent-Length: 5\r\n\r\nhello", 400},
    {"a transfer coding without a name", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \r\n\r\n", 400},
    {"an empty coding before the real one",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"the coding twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501},
    {"another coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 501},
    {"the coding with a parameter", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
     501},
    {"the coding in capitals", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", 0},
    {"the coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
    {"the same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 0},
    {"a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", 400},
    {"an empty length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
    {"a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
    {"a length in hexadecimal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", 400},
    {"a length beyond 64 bits", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx", 400},
    {"a length with a tab behind", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\t\r\n\r\nx", 0},
    {"a null in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
    {"a return in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", 400},
    {"a return before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r: b\r\n\r\n", 400},
    {"a space in a name", "GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400},
    {"no name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400},
    {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400},
    {"a space before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"three words and one more", "GET /a /b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"the version in small letters", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"a version to come", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"the oldest version", "GET /\r\n", 400},
    {"empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"bare line feeds after headers", "GET / HTTP/1.1\nHost: a\n\n", 0},
    {"HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"an expectation that nobody knows", "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nx",
     417},
    {"an expectation in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nx", 0},
};

const Shape kChunks[] = {
    {"a bare line feed after the size", "5\nhello\r\n0\r\n\r\n", 400},
    {"a bare line feed after an extension", "5;a=b\nhello\r\n0\r\n\r\n", 400},
    {"a bare line feed after the data", "5\r\nhello\n0\r\n\r\n", 400},
    {"nothing after the data", "5\r\nhello0\r\n\r\n", 400},
    {"more data than said", "5\r\nhello!\r\n0\r\n\r\n", 400},
    {"a space before the size", " 5\r\nhello\r\n0\r\n\r\n", 400},
    {"a space after the size", "5 \r\nhello\r\n0\r\n\r\n", 0},
    {"a prefix", "0x5\r\nhello\r\n0\r\n\r\n", 400},
    {"a plus", "+5\r\nhello\r\n0\r\n\r\n", 400},
    {"no size", "\r\nhello\r\n0\r\n\r\n", 400},
    {"an extension alone", ";a=b\r\n\r\n", 400},
    {"zeros before the size", "0005\r\nhello\r\n000\r\n\r\n", 0},
    {"a return in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", 400},
    {"capitals and small letters", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 0},
    {"trailers", "0\r\nOne: 1\r\nTwo: 2\r\n\r\n", 0},
    {"a trailer without a colon", "0\r\nOne\r\n\r\n", 400},
    {"a folded trailer", "0\r\nOne: 1\r\n two\r\n\r\n", 400},
};

TEST(Http1Parser, what_could_be_read_in_two_ways_is_refused_in_pieces_of_any_size) {
  std::vector<Shape> shapes(std::begin(kSmuggling), std::end(kSmuggling));
  std::vector<std::string> bodies;
  bodies.reserve(std::size(kChunks));
  for (const Shape& chunk : kChunks) {
    bodies.push_back(std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") + chunk.text);
    shapes.push_back({chunk.what, bodies.back().c_str(), chunk.status});
  }
  for (const Shape& shape : shapes)
    for (const size_t step : {SIZE_MAX, size_t{1}, size_t{3}}) {
      const Http1Parser parser = parse(shape.text, step);
      EXPECT_EQ(parser.failed() ? parser.error_status() : 0, shape.status) << shape.what << " in pieces of " << step;
      EXPECT_EQ(parser.done(), shape.status == 0) << shape.what;
    }
}

TEST(Http1Parser, trailers_are_no_headers) {
  const Http1Parser parser = parse(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n");
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(find_header(parser.headers, "authorization"), "");
}

TEST(Http1Parser, trailers_and_extensions_have_the_limit_of_headers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refusal(head + "1;" + std::string(kMaxHeaderBytes, 'x')), 431);
  std::string trailers = "0\r\n";
  while (trailers.size() <= kMaxHeaderBytes) trailers += "X: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(refusal(head + trailers), 431);
}

TEST(Http1Parser, the_limits_are_met_to_the_byte) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ", end = "\r\n\r\n";
  const size_t room = kMaxHeaderBytes - start.size() - end.size();
  EXPECT_EQ(refusal(start + std::string(room, 'x') + end), 0);
  EXPECT_EQ(refusal(start + std::string(room + 1, 'x') + end), 431);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145728\r\n\r\n"), 0);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2ffff0\r\n";
  const std::string most = chunked + std::string(0x2ffff0, 'x') + "\r\n";
  EXPECT_EQ(refusal(most + "10\r\n"), 0);
  EXPECT_EQ(refusal(most + "11\r\n"), 413) << "all chunks together";
}

TEST(Http1Parser, says_whether_the_connection_goes_on) {
  struct Case {
    const char *version, *headers;
    bool goes_on;
  };
  const Case cases[] = {
      {"1.1", "", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Close\r\n", false},
      {"1.1", "Connection: keep-alive, close\r\n", false},
      {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
      {"1.1", "Connection: closely\r\n", true},
      {"1.0", "", false},
      {"1.0", "Connection: keep-alive\r\n", true},
      {"1.0", "Connection: x\r\nConnection: Keep-Alive\r\n", true},
      {"1.0", "Connection: keep-alive, close\r\n", false},
  };
  for (const Case& one : cases)
    EXPECT_EQ(parse(std::string("GET / HTTP/") + one.version + "\r\nHost: a\r\n" + one.headers + "\r\n").keep_alive(),
              one.goes_on)
        << one.version << " " << one.headers;
}

TEST(Http1Parser, starts_anew_after_a_message) {
  Http1Parser parser(Http1Parser::Kind::kRequest);
  const std::string first = "POST /1 HTTP/1.0\r\nX: y\r\nContent-Length: 1\r\n\r\nx",
                    second = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_FALSE(parser.in_message());
  parser.feed(first);
  ASSERT_TRUE(parser.done());
  parser.reset();
  EXPECT_FALSE(parser.in_message());
  parser.feed(second.substr(0, 5));
  EXPECT_TRUE(parser.in_message());
  parser.feed(second.substr(5));
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.target + parser.body, "/2");
  EXPECT_EQ(parser.headers.size(), 1U);
  EXPECT_TRUE(parser.keep_alive());
}

struct Reply {
  const char *what, *text;
  bool head, done;
  const char* body;
};

TEST(Http1Parser, a_response_ends_where_rfc_9112_says) {
  const Reply replies[] = {
      {"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", false, true, "ab"},
      {"to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true, true, ""},
      {"204", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", false, true, ""},
      {"304", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", false, true, ""},
      {"100", "HTTP/1.1 100 Continue\r\n\r\n", false, true, ""},
      {"without a phrase", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", false, true, ""},
      {"in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false, true, "a"},
      {"in the middle of chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", false, false, "ab"},
      {"without a length", "HTTP/1.1 200 OK\r\n\r\nab", false, false, "ab"},
  };
  for (const Reply& reply : replies) {
    Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
    parser.no_body = reply.head;
    parser.feed(reply.text);
    EXPECT_EQ(parser.done(), reply.done) << reply.what;
    EXPECT_EQ(parser.body, reply.body) << reply.what;
    EXPECT_FALSE(parser.failed()) << reply.what;
  }
}

TEST(Http1Parser, an_end_in_the_middle_is_a_failure) {
  for (const char* text : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}) {
    Http1Parser parser(Http1Parser::Kind::kResponse, SIZE_MAX);
    parser.feed(text);
    parser.end_of_input();
    EXPECT_TRUE(parser.failed()) << text;
  }
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
  struct Case {
    const char *target, *path, *x;  // path null: refused
  };
  const Case cases[] = {
      {"https://host:6443/a%2Fb/c?x=1#f", "/a/b/c", "1"},
      {"/", "/", ""},
      {"/a?x=1?2", "/a", "1?2"},
      {"/a?x=http://b/", "/a", "http://b/"},
      {"//a/b", "//a/b", ""},
      {"http://host", "/", ""},
      {"http://host?x=1", "/", "1"},
      {"http://host?x=/a/b", "/", "/a/b"},
      {"HTTPS://host/a", "/a", ""},
      {"/a%", "/a%", ""},
      {"/a%4", "/a%4", ""},
      {"/%41+b", "/A+b", ""},
      {"ftp://host/a", nullptr, ""},
      {"*", nullptr, ""},
      {"host:443", nullptr, ""},
      {"a/b", nullptr, ""},
      {"?x=1", nullptr, ""},
  };
  for (const Case& one : cases) {
    std::string path;
    Query query;
    ASSERT_EQ(split_target(one.target, path, query), one.path != nullptr) << one.target;
    if (one.path == nullptr) continue;
    EXPECT_EQ(path, one.path) << one.target;
    EXPECT_EQ(query.get("x"), one.x) << one.target;
  }
}

TEST(Lists, hold_tokens_on_one_line_or_several) {
  const Headers headers = {{"connection", "keep-alive"}, {"connection", "x;q=1 , Upgrade"}, {"other", "close"}};
  EXPECT_TRUE(header_has(headers, "connection", "upgrade"));
  EXPECT_TRUE(header_has(headers, "connection", "keep-alive"));
  EXPECT_TRUE(header_has(headers, "connection", "x"));
  EXPECT_FALSE(header_has(headers, "connection", "close"));
  EXPECT_FALSE(header_has(headers, "connection", "up"));
  EXPECT_FALSE(header_has({}, "connection", "close"));
  EXPECT_EQ(joined_header(headers, "connection"), "keep-alive, x;q=1 , Upgrade");
}

}  // namespace
}  // namespace proa::http
