#include "node/cri/grpc_channel.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <future>

#include <gtest/gtest.h>

namespace proa::node::cri {
namespace {

/// A channel to a peer that listens and never answers.
class GrpcChannelTest : public testing::Test {
 protected:
  GrpcChannelTest() : path_("/tmp/proa-channel-" + std::to_string(::getpid()) + ".sock") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path_.c_str());
    EXPECT_EQ(::bind(peer_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(peer_, 4), 0);
    loop_.start();
    run([this] { channel_ = std::make_unique<GrpcChannel>(loop_, path_); });
  }
  ~GrpcChannelTest() override {
    run([this] { channel_.reset(); });
    loop_.stop();
    loop_.join();
    ::close(peer_);
    ::unlink(path_.c_str());
  }

  void run(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void pass(runtime::DurationNs time) {
    std::promise<void> over;
    run([&] { loop_.after(time, [&] { over.set_value(); }); });
    over.get_future().wait();
  }
  /// A call whose owner drops the channel when it hears how it ended.
  void call(runtime::DurationNs timeout) {
    channel_->call("/test.Service/Ask", "question", timeout, [this](const Result<std::string>& got) {
      EXPECT_FALSE(got);
      ++told_;
      channel_.reset();
    });
  }

  std::string path_;
  int peer_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  runtime::EventLoop loop_{"channel"};
  std::unique_ptr<GrpcChannel> channel_;
  int told_ = 0;
};

TEST_F(GrpcChannelTest, tells_a_call_that_its_time_is_over) {
  run([this] { call(20 * runtime::kMillisecond); });
  pass(60 * runtime::kMillisecond);
  EXPECT_EQ(told_, 1);
}

TEST_F(GrpcChannelTest, tells_nothing_of_a_time_that_ends_after_it_was_destroyed) {
  run([this] { call(100 * runtime::kMillisecond); });
  const int connection = ::accept(peer_, nullptr, nullptr);
  char first = 0;
  EXPECT_EQ(::read(connection, &first, 1), 1);  // the call is on its way
  run([this] { channel_.reset(); });
  pass(200 * runtime::kMillisecond);
  EXPECT_EQ(told_, 0);
  ::close(connection);
}

TEST_F(GrpcChannelTest, tells_nobody_else_when_the_first_to_hear_of_a_break_destroys_it) {
  run([this] {
    call(0);
    call(0);
  });
  const int connection = ::accept(peer_, nullptr, nullptr);
  char first = 0;
  EXPECT_EQ(::read(connection, &first, 1), 1);  // the calls are on their way
  ::close(connection);
  pass(20 * runtime::kMillisecond);
  EXPECT_EQ(told_, 1);
}

TEST_F(GrpcChannelTest, tells_nobody_else_when_the_first_to_hear_that_there_is_no_peer_destroys_it) {
  ::unlink(path_.c_str());
  run([this] {
    call(0);
    call(0);
  });
  pass(20 * runtime::kMillisecond);
  EXPECT_EQ(told_, 1);
}

}  // namespace
}  // namespace proa::node::cri
