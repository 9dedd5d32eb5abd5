#include <fmt/format.h>
#include <gmock/gmock.h>

#include "node/cri/grpc_testing.h"
#include "node/cri/wire.h"
#include "node/probes/loopback_testing.h"

namespace proa::node {
namespace {

using cri::GrpcTestServer;
using runtime::kMillisecond;
using runtime::kSecond;
using Answer = GrpcTestServer::Answer;
using Kind = ProbeOutcome::Result;

class GrpcHealthTest : public ProbeNetworkTest {
 protected:
  ProbeOutcome check(int port, const std::string& service = "", runtime::DurationNs timeout = 10 * kSecond) {
    return wait([&](ProbeDone done) { network_->grpc("127.0.0.1", port, service, timeout, std::move(done)); });
  }
  /// What a probe says of a server that answers so; notes the calls that it got.
  ProbeOutcome check(const Answer& answer, const std::string& service = "") {
    LoopbackServer server([&](int fd) {
      GrpcTestServer machine([&](const GrpcTestServer::Call& call) {
        calls_.push_back(call);
        return answer;
      });
      write_all(fd, machine.output());
      for (std::string asked; !(asked = read_some(fd)).empty();) {
        machine.feed(asked);
        write_all(fd, machine.output());
      }
      return true;
    });
    return check(server.port(), service);
  }
  static Answer status(int64_t number) {
    return {.body = cri::grpc_frame(cri::WireWriter().number(1, number).bytes())};
  }

  std::vector<GrpcTestServer::Call> calls_;
};

TEST_F(GrpcHealthTest, asks_for_the_service_by_its_name) {
  EXPECT_EQ(check(status(1), "shop.Cart").result, Kind::kSuccess);
  ASSERT_EQ(calls_.size(), 1U);
  EXPECT_EQ(calls_[0].headers.at(":path"), "/grpc.health.v1.Health/Check");
  EXPECT_EQ(calls_[0].body, cri::grpc_frame(cri::WireWriter().text(1, "shop.Cart").bytes()));
  check(status(1));
  EXPECT_EQ(calls_[1].body, cri::grpc_frame("")) << "no name: the whole server";
}

TEST_F(GrpcHealthTest, fails_where_the_service_does_not_serve) {
  for (const auto& [number, name] : {std::pair{0, "UNKNOWN"}, {2, "NOT_SERVING"}, {3, "SERVICE_UNKNOWN"}, {9, "9"}}) {
    const ProbeOutcome got = check(status(number));
    EXPECT_EQ(got.result, Kind::kFailure);
    EXPECT_EQ(got.output, fmt::format("service unhealthy (responded with \"{}\")", name));
  }
}

TEST_F(GrpcHealthTest, fails_with_the_servers_error) {
  struct Case {
    const char* code;
    const char* output;
  };
  const Case cases[] = {
      {"12", "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): why"},
      {"5", "error: health rpc probe failed: rpc error: code = NotFound desc = why"},
      {"14", "error: health rpc probe failed: rpc error: code = Unavailable desc = why"},
      {"2", "error: health rpc probe failed: rpc error: code = Unknown desc = why"}};
  for (const Case& each : cases) {
    const Answer answer{.trailers = {{"grpc-status", each.code}, {"grpc-message", "why"}}, .trailers_only = true};
    EXPECT_EQ(check(answer).output, each.output);
  }
}

TEST_F(GrpcHealthTest, fails_where_nobody_speaks_grpc) {
  const auto unreachable = [](int port) {
    return fmt::format("timeout: failed to connect service \"127.0.0.1:{}\" within 10s: context deadline exceeded",
                       port);
  };
  const int nobody = closed_port();
  EXPECT_EQ(check(nobody).output, unreachable(nobody));
  LoopbackServer deaf([](int) { return true; });
  EXPECT_EQ(check(deaf.port()).output, unreachable(deaf.port()));
  LoopbackServer web([](int fd) {
    (void)read_some(fd);
    write_all(fd, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    return true;
  });
  EXPECT_EQ(check(web.port()).output, unreachable(web.port()));
}

TEST_F(GrpcHealthTest, fails_when_no_answer_comes_in_time) {
  LoopbackServer server([](int fd) {
    write_all(fd, std::string("\0\0\0\x04\0\0\0\0\0", 9));  // its settings, and no more
    return false;
  });
  const ProbeOutcome got = check(server.port(), "", 300 * kMillisecond);
  EXPECT_EQ(got.result, Kind::kFailure);
  EXPECT_EQ(got.output, "timeout: health rpc did not complete within 300ms");
}

}  // namespace
}  // namespace proa::node
