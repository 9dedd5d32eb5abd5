// The client against a server that says what a test makes it say, over plain TCP.
#include "http/client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/http1_parser.h"

namespace proa::http {
namespace {

/// Serves one script a connection: to each request the next answer; an empty one is silence. After the last answer it
/// closes, unless `stays` holds.
class ScriptedServer {
 public:
  struct Script {
    std::vector<std::string> answers;
    bool stays = false;
  };

  ScriptedServer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }

  void serve(std::deque<Script> scripts) {
    thread_ = std::thread([this, scripts = std::move(scripts)]() mutable {
      for (const Script& script : scripts) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        converse(socket, script);
        ::close(socket);
        ++closed;
      }
    });
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  std::string url;
  std::atomic<int> closed = 0;

 private:
  /// Waits for bytes, but not beyond the test's end.
  ssize_t receive(int socket, char* into, size_t room) {
    pollfd one{socket, POLLIN, 0};
    while (!stopping_)
      if (::poll(&one, 1, 20) > 0) return ::recv(socket, into, room, 0);
    return 0;
  }

  void converse(int socket, const Script& script) {
    size_t next = 0;
    Http1Parser parser(Http1Parser::Kind::kRequest);
    char buffer[4096];
    while (next < script.answers.size() || script.stays) {
      const ssize_t got = receive(socket, buffer, sizeof buffer);
      if (got <= 0) return;
      parser.feed({buffer, static_cast<size_t>(got)});
      if (!parser.done()) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(parser.method + " " + parser.target + " " + parser.body);
      }
      parser.reset();
      if (next == script.answers.size()) continue;
      const std::string& answer = script.answers[next++];
      if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ClientTest : public testing::Test {
 protected:
  std::unique_ptr<Client> client(int64_t timeout_ms = 60'000) {
    ClientOptions options;
    options.url = server_.url;
    options.timeout_ms = timeout_ms;
    return std::move(*Client::make(options));
  }
  void wait_for_close(int count) const {
    while (server_.closed < count) std::this_thread::yield();
  }
  using Requests = std::vector<std::string>;

  ScriptedServer server_;
};

TEST_F(ClientTest, makes_a_connection_anew_that_ended_while_it_was_idle) {
  server_.serve({{{ok("one")}}, {{ok("two")}}});
  auto c = client();
  EXPECT_EQ(c->exchange("GET", "/1", {}, "")->body, "one");
  wait_for_close(1);
  auto second = c->exchange("POST", "/2", {}, "x");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->body, "two");
  EXPECT_EQ(server_.requests(), (Requests{"GET /1 ", "POST /2 x"}));
}

TEST_F(ClientTest, sends_nothing_twice_that_may_have_been_done) {
  // The second request is read, and the connection ends without an answer.
  server_.serve({{{ok("one"), ""}}, {{ok("again")}}});
  auto c = client();
  ASSERT_TRUE(c->exchange("GET", "/1", {}, ""));
  EXPECT_FALSE(c->exchange("POST", "/2", {}, "x"));
  EXPECT_EQ(server_.requests(), (Requests{"GET /1 ", "POST /2 x"}));
}

TEST_F(ClientTest, asks_again_what_does_no_harm) {
  server_.serve({{{ok("one"), ""}}, {{ok("again")}}});
  auto c = client();
  ASSERT_TRUE(c->exchange("GET", "/1", {}, ""));
  auto got = c->exchange("GET", "/2", {}, "");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->body, "again");
}

TEST_F(ClientTest, asks_only_once_when_the_answer_takes_too_long) {
  server_.serve({{{ok("one")}, true}, {{ok("late")}}});
  auto c = client(2000);
  ASSERT_TRUE(c->exchange("GET", "/1", {}, ""));
  auto got = c->exchange("GET", "/2", {}, "");
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message.find("Client.Timeout exceeded"), std::string::npos) << got.error().message;
  EXPECT_EQ(server_.requests(), (Requests{"GET /1 ", "GET /2 "}));
}

TEST_F(ClientTest, an_answer_that_nobody_asked_for_is_nobodys) {
  server_.serve({{{ok("one") + ok("forged")}, true}, {{ok("two")}}});
  auto c = client();
  EXPECT_EQ(c->exchange("GET", "/1", {}, "")->body, "one");
  auto second = c->exchange("GET", "/2", {}, "");
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->body, "two");
}

TEST_F(ClientTest, passes_over_answers_that_only_say_to_go_on) {
  server_.serve(
      {{{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("real"), ok("next")}}});
  auto c = client();
  EXPECT_EQ(c->exchange("GET", "/1", {}, "")->body, "real");
  EXPECT_EQ(c->exchange("GET", "/2", {}, "")->body, "next");
}

TEST_F(ClientTest, goes_on_after_answers_without_a_body) {
  server_.serve({{{"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ok("last")}}});
  auto c = client();
  EXPECT_EQ(c->exchange("DELETE", "/1", {}, "")->status, 204);
  EXPECT_EQ(c->exchange("GET", "/2", {}, "")->status, 304);
  EXPECT_EQ(c->exchange("HEAD", "/3", {}, "")->body, "");
  EXPECT_EQ(c->exchange("GET", "/4", {}, "")->body, "last");
}

TEST_F(ClientTest, an_answer_without_length_ends_with_the_connection) {
  server_.serve({{{"HTTP/1.1 200 OK\r\n\r\nto the end"}}, {{ok("two")}}});
  auto c = client();
  EXPECT_EQ(c->exchange("GET", "/1", {}, "")->body, "to the end");
  EXPECT_EQ(c->exchange("GET", "/2", {}, "")->body, "two");
}

struct CutCase {
  const char *what, *answer, *message;
};

TEST_F(ClientTest, an_answer_that_is_cut_or_no_http_is_an_error) {
  const CutCase cases[] = {
      {"in its head", "HTTP/1.1 200 OK\r\nConte", "unexpected EOF"},
      {"in its body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "unexpected EOF"},
      {"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha", "unexpected EOF"},
      {"between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n", "unexpected EOF"},
      {"before the first byte", "", "Unable to connect to the server: EOF"},
      {"no HTTP", "SSH-2.0-OpenSSH\r\n", "Unable to connect to the server: net/http: malformed HTTP response"},
      {"a length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "Unable to connect to the server: net/http: malformed HTTP response"},
  };
  std::deque<ScriptedServer::Script> scripts;
  for (const CutCase& one : cases) scripts.push_back({{one.answer}});
  server_.serve(scripts);
  for (const CutCase& one : cases) {
    auto got = client()->exchange("GET", "/", {}, "");
    ASSERT_FALSE(got) << one.what;
    EXPECT_EQ(got.error().message, one.message) << one.what;
  }
}

TEST_F(ClientTest, a_watch_that_is_cut_in_the_middle_of_a_line_gives_what_came_and_then_an_error) {
  server_.serve({{{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"a\":1}\n\r\n4\r\n{\"b\"\r\n"}}});
  std::string all;
  auto got = client()->stream("GET", "/?watch=1", {}, [&](std::string_view piece) {
    all += piece;
    return true;
  });
  EXPECT_EQ(all, "{\"a\":1}\n{\"b\"");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "unexpected EOF");
}

TEST_F(ClientTest, a_stream_that_has_begun_is_not_asked_for_again) {
  server_.serve({{{ok("one"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"}}, {{ok("again")}}});
  auto c = client();
  ASSERT_TRUE(c->exchange("GET", "/1", {}, ""));
  std::string all;
  EXPECT_FALSE(c->stream("GET", "/2", {}, [&](std::string_view piece) {
    all += piece;
    return true;
  }));
  EXPECT_EQ(all, "ab") << "no piece twice";
}

TEST_F(ClientTest, the_body_of_a_refused_stream_is_told_and_not_streamed) {
  server_.serve({{{"HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\ngone", ok("next")}}});
  auto c = client();
  auto got = c->stream("GET", "/?watch=1", {}, [](std::string_view) {
    ADD_FAILURE();
    return true;
  });
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 410);
  EXPECT_EQ(got->body, "gone");
  EXPECT_EQ(c->exchange("GET", "/", {}, "")->body, "next");
}

TEST_F(ClientTest, who_ends_a_stream_gets_no_rest_of_it_afterwards) {
  server_.serve({{{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}, true}, {{ok("next")}}});
  auto c = client();
  EXPECT_TRUE(c->stream("GET", "/", {}, [](std::string_view) { return false; }));
  EXPECT_EQ(c->exchange("GET", "/", {}, "")->body, "next");
}

TEST_F(ClientTest, tells_the_headers_it_was_given_and_a_length_only_where_there_is_a_body) {
  server_.serve({{{ok(""), ok(""), ok("")}}});
  auto c = client();
  for (const char* method : {"GET", "POST", "DELETE"}) ASSERT_TRUE(c->exchange(method, "/", {{"x-one", "1"}}, ""));
  EXPECT_EQ(server_.requests().size(), 3U) << "an empty POST has a length, else the server would refuse it";
}

TEST(ClientUrl, is_split_as_kubeconfigs_have_it) {
  struct Case {
    const char *url, *message;
  };
  const Case cases[] = {{"ftp://host", "no http or https URL"}, {"https://", "no http or https URL"}};
  for (const Case& one : cases) {
    ClientOptions options;
    options.url = one.url;
    auto made = Client::make(options);
    ASSERT_FALSE(made) << one.url;
    EXPECT_NE(made.error().message.find(one.message), std::string::npos);
  }
}

}  // namespace
}  // namespace proa::http
