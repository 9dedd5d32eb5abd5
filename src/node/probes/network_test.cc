// Probes over the loopback interface, against a server that says what the test wants.
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "node/probes/loopback_testing.h"

namespace proa::node {
namespace {

using runtime::kMillisecond;
using runtime::kSecond;
using testing::ElementsAre;
using testing::StartsWith;
using Kind = ProbeOutcome::Result;

/// Takes one request on each connection, answers with what `answer` gives for it and closes. An empty answer: the
/// connection stays open.
class Server {
 public:
  explicit Server(std::function<std::string(const std::string& request)> answer)
      : answer_(std::move(answer)), server_([this](int fd) { return serve(fd); }) {}
  int port() const { return server_.port(); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  bool serve(int fd) {
    std::string request;
    for (std::string piece; !is_whole(request) && !(piece = read_some(fd)).empty();) request += piece;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string text = answer_(request);
    write_all(fd, text);
    return !text.empty();
  }

  /// A head with its end, or the begin of TLS.
  static bool is_whole(const std::string& request) {
    return request.starts_with('\x16') || request.find("\r\n\r\n") != std::string::npos;
  }

  std::function<std::string(const std::string&)> answer_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  LoopbackServer server_;  // last: it serves while it lives
};

std::string answer_with(const std::string& status, const std::string& headers = "", const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "\r\n" + body;
}

class HttpProbeTest : public ProbeNetworkTest {
 protected:
  ProbeOutcome http(const HttpRequest& request, runtime::DurationNs timeout = 10 * kSecond) {
    return wait([&](ProbeDone done) { network_->http(request, timeout, std::move(done)); });
  }
  ProbeOutcome get(const Server& server, const std::string& path = "/") {
    return http({.host = "127.0.0.1", .port = server.port(), .path = path});
  }
  ProbeOutcome tcp(int port) {
    return wait([&](ProbeDone done) { network_->tcp("127.0.0.1", port, 10 * kSecond, std::move(done)); });
  }
};

TEST_F(HttpProbeTest, judges_by_the_status_alone) {
  struct Case {
    const char* status;
    Kind result;
    const char* output;
  };
  for (const Case& each : {Case{"200 OK", Kind::kSuccess, ""}, Case{"204 No Content", Kind::kSuccess, ""},
                           Case{"299 Odd", Kind::kSuccess, ""},
                           Case{"400 Bad Request", Kind::kFailure, "HTTP probe failed with statuscode: 400"},
                           Case{"404 Not Found", Kind::kFailure, "HTTP probe failed with statuscode: 404"},
                           Case{"503 Busy", Kind::kFailure, "HTTP probe failed with statuscode: 503"}}) {
    Server server([&](const auto&) { return answer_with(each.status, "", "a body that nobody sees"); });
    const ProbeOutcome got = get(server);
    EXPECT_EQ(got.result, each.result) << each.status;
    EXPECT_EQ(got.output, each.output);
  }
}

TEST_F(HttpProbeTest, sends_the_given_headers_and_the_host_among_them) {
  Server server([](const auto&) { return answer_with("200 OK"); });
  http({.host = "127.0.0.1",
        .port = server.port(),
        .path = "/healthz?full=1",
        .headers = {{"Host", "web.example"}, {"X-Probe", "yes"}}});
  get(server);
  EXPECT_THAT(
      server.requests(),
      ElementsAre(
          "GET /healthz?full=1 HTTP/1.1\r\nHost: web.example\r\nX-Probe: yes\r\nConnection: close\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\nConnection: close\r\n\r\n"));
}

TEST_F(HttpProbeTest, follows_a_redirect_on_the_same_host_to_what_stands_there) {
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"}) {
    Server server([&](const std::string& request) {
      if (request.starts_with("GET /live ")) return answer_with(status, "LOCATION:  /login\r\n");
      return answer_with("404 Not Found");
    });
    EXPECT_EQ(get(server, "/live").output, "HTTP probe failed with statuscode: 404") << status;
    EXPECT_EQ(server.requests().size(), 2U);
  }
}

TEST_F(HttpProbeTest, warns_of_a_redirect_to_another_host_and_shows_its_body) {
  Server server([](const auto&) {
    return answer_with("302 Found", "Location: http://other.example/\r\nContent-Length: 5\r\n", "there");
  });
  const ProbeOutcome got = get(server);
  EXPECT_EQ(got.result, Kind::kWarning);
  EXPECT_EQ(got.output, "Probe terminated redirects, Response body: there");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpProbeTest, warns_where_a_status_of_300_leads_nowhere) {
  for (const char* status : {"300 Multiple Choices", "304 Not Modified", "302 Found"}) {
    Server server([&](const auto&) { return answer_with(status, "", "stay"); });
    EXPECT_EQ(get(server).output, "Probe terminated redirects, Response body: stay") << status;
  }
}

TEST_F(HttpProbeTest, keeps_ten_kibibytes_of_a_body) {
  Server server([&](const auto&) { return answer_with("300 Many", "", std::string(30'000, 'x')); });
  EXPECT_EQ(get(server).output.size(), std::string("Probe terminated redirects, Response body: ").size() + 10 * 1024);
}

TEST_F(HttpProbeTest, stops_after_ten_redirects) {
  Server server([](const auto&) { return answer_with("302 Found", "Location: /again\r\n"); });
  const ProbeOutcome got = get(server);
  EXPECT_EQ(got.result, Kind::kFailure);
  EXPECT_EQ(got.output, fmt::format("Get \"http://127.0.0.1:{}/again\": stopped after 10 redirects", server.port()));
  EXPECT_EQ(server.requests().size(), 10U);
}

TEST_F(HttpProbeTest, says_what_was_wrong_with_an_answer) {
  Server silent([](const auto&) { return std::string("HTTP/1.1 200"); });
  EXPECT_EQ(get(silent).output, fmt::format("Get \"http://127.0.0.1:{}/\": EOF", silent.port()));
  Server ssh([](const auto&) { return std::string("SSH-2.0-\"x\"\r\n\r\n"); });
  EXPECT_EQ(get(ssh).output,
            fmt::format("Get \"http://127.0.0.1:{}/\": net/http: HTTP/1.x transport connection broken: malformed HTTP "
                        "response \"SSH-2.0-\\\"x\\\"\"",
                        ssh.port()));
}

TEST_F(HttpProbeTest, says_that_nobody_listens) {
  const int port = closed_port();
  const std::string refused = fmt::format("dial tcp 127.0.0.1:{}: connect: connection refused", port);
  EXPECT_EQ(tcp(port).output, refused);
  EXPECT_EQ(http({.host = "127.0.0.1", .port = port, .path = "/x"}).output,
            fmt::format("Get \"http://127.0.0.1:{}/x\": {}", port, refused));
  EXPECT_THAT(http({.host = "::1", .port = port}).output,
              StartsWith(fmt::format("Get \"http://[::1]:{}/\": dial", port)));
}

TEST_F(HttpProbeTest, a_connection_is_all_that_a_tcp_probe_wants) {
  Server server([](const auto&) { return std::string(" "); });
  EXPECT_EQ(tcp(server.port()).result, Kind::kSuccess);
}

TEST_F(HttpProbeTest, gives_up_when_the_answer_does_not_come_in_time) {
  Server server([](const auto&) { return std::string(); });
  const ProbeOutcome got = http({.host = "127.0.0.1", .port = server.port()}, 300 * kMillisecond);
  EXPECT_EQ(got.result, Kind::kFailure);
  EXPECT_EQ(got.output, fmt::format("Get \"http://127.0.0.1:{}/\": context deadline exceeded (Client.Timeout exceeded "
                                    "while awaiting headers)",
                                    server.port()));
}

TEST_F(HttpProbeTest, says_that_a_server_speaks_no_tls) {
  Server server([](const auto&) { return answer_with("400 Bad Request"); });
  const ProbeOutcome got = http({.tls = true, .host = "127.0.0.1", .port = server.port()});
  EXPECT_EQ(got.result, Kind::kFailure);
  EXPECT_EQ(got.output, fmt::format("Get \"https://127.0.0.1:{}/\": http: server gave HTTP response to HTTPS client",
                                    server.port()));
}

}  // namespace
}  // namespace proa::node
