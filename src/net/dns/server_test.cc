#include "net/dns/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "net/dns/message.h"

namespace proa::net {
namespace {

using object::Value;

/// A server on the loopback link, for one Service, asked over real sockets.
class DnsServerTest : public testing::Test {
 protected:
  DnsServerTest() {
    loop_.start();
    on_loop([&] {
      Value service = Value::object({{"metadata", Value::object({{"name", "web"}, {"namespace", "default"}})}});
      service["spec"] = Value::object({{"clusterIP", "10.96.0.50"}, {"ports", Value::array()}});
      cluster_.put(client::resources::kServices, service);
      informers_ = std::make_unique<client::Informers>(cluster_, loop_);
      for (port_ = static_cast<uint16_t>(20000 + getpid() % 20000); !server_; ++port_) {
        auto made = DnsServer::start(
            {.address = "127.0.0.1", .port = port_, .domain = "cluster.local", .upstreams = {}}, *informers_, loop_);
        if (made) server_ = std::move(*made);
      }
      --port_;
      informers_->start();
    });
    on_loop([] {});
  }
  ~DnsServerTest() override {
    on_loop([&] {
      server_.reset();
      informers_.reset();
    });
    loop_.stop();
    loop_.join();
  }

  void on_loop(const std::function<void()>& work) {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    loop_.post([&] {
      work();
      const std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
  }

  static std::string query(const std::string& name) {
    return std::string("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12) + encode_name(name) +
           std::string("\0\1\0\1", 4);
  }

  std::string ask(int type, const std::string& bytes) const {
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    const timeval limit{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    char answer[1500];
    const ssize_t got = ::recv(fd, answer, sizeof answer, 0);
    ::close(fd);
    return {answer, static_cast<size_t>(std::max<ssize_t>(got, 0))};
  }

  runtime::EventLoop loop_{"dns-test"};
  client::FakeClient cluster_{loop_};
  std::unique_ptr<client::Informers> informers_;
  std::unique_ptr<DnsServer> server_;
  uint16_t port_ = 0;
};

TEST_F(DnsServerTest, answers_by_datagram_and_by_stream) {
  std::string answer;
  // The informers fill by tasks of the loop: a few questions may come first.
  for (int i = 0; i < 100 && !answer.ends_with(encode_ipv4("10.96.0.50")); ++i)
    answer = ask(SOCK_DGRAM, query("web.default.svc.cluster.local"));
  EXPECT_TRUE(answer.ends_with(encode_ipv4("10.96.0.50")));
  const std::string bytes = query("web.default.svc.cluster.local");
  const std::string framed = std::string("\0", 1) + static_cast<char>(bytes.size()) + bytes;
  EXPECT_TRUE(ask(SOCK_STREAM, framed).ends_with(encode_ipv4("10.96.0.50")));
}

TEST_F(DnsServerTest, unknown_names_are_told_at_once_and_the_world_needs_an_upstream) {
  EXPECT_EQ(ask(SOCK_DGRAM, query("none.default.svc.cluster.local"))[3] & 15, static_cast<int>(DnsCode::kNoName));
  EXPECT_EQ(ask(SOCK_DGRAM, query("example.org"))[3] & 15, static_cast<int>(DnsCode::kServerFailure));
}

}  // namespace
}  // namespace proa::net
