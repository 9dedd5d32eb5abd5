// For tests: a server on a free port of the loopback interface, and probes that are waited for.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "node/probes/probe.h"

namespace proa::node {

/// Serves one connection after the other on a thread of its own.
class LoopbackServer {
 public:
  /// `serve` talks over a connection that it does not close. False: it is held until the server is destroyed.
  explicit LoopbackServer(std::function<bool(int fd)> serve)
      : serve_(std::move(serve)), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listening_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listening_, 16), 0);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept(); });
  }
  ~LoopbackServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
    for (const int fd : held_) ::close(fd);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }

 private:
  void accept() {
    for (int fd = -1; (fd = ::accept(listening_, nullptr, nullptr)) >= 0;) {
      if (serve_(fd))
        ::close(fd);
      else
        held_.push_back(fd);
    }
  }

  std::function<bool(int fd)> serve_;
  int listening_, port_ = 0;
  std::vector<int> held_;
  std::thread thread_;
};

/// What the peer has to say now; empty: nothing more will come.
inline std::string read_some(int fd) {
  std::string piece(4096, '\0');
  const ssize_t n = ::read(fd, piece.data(), piece.size());
  piece.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return piece;
}

inline void write_all(int fd, const std::string& text) { (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL); }

class ProbeNetworkTest : public testing::Test {
 protected:
  ProbeNetworkTest() { loop_.start(); }
  ~ProbeNetworkTest() override {
    loop_.stop();
    loop_.join();
  }

  /// Begins a probe on the loop and gives what it came to.
  ProbeOutcome wait(const std::function<void(ProbeDone)>& begin) {
    std::promise<ProbeOutcome> outcome;
    loop_.post([&] { begin([&](ProbeOutcome got) { outcome.set_value(std::move(got)); }); });
    return outcome.get_future().get();
  }
  /// A port on which nobody listens.
  static int closed_port() {
    return LoopbackServer([](int) { return true; }).port();
  }

  runtime::EventLoop loop_{"probes"};
  std::unique_ptr<ProbeNetwork> network_ = make_probe_network(loop_);
};

}  // namespace proa::node
