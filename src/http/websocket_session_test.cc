// A WebSocket of the server's side, with no sockets in between.
#include <gtest/gtest.h>

#include "http/protocol.h"
#include "http/websocket_codec.h"

namespace proa::http {
namespace {

class WebSocketSessionTest : public testing::Test, public Carrier {
 protected:
  WebSocketSessionTest() : pair_(make_websocket_session(*this, "v5.channel.k8s.io")) {
    decoder_.on_message = [this](std::string message, bool) { messages_.push_back(std::move(message)); };
    decoder_.on_control = [this](Opcode opcode, std::string payload) {
      control_.emplace_back(opcode, std::move(payload));
    };
    pair_.socket->on_close = [this] { ++closed_; };
  }
  ~WebSocketSessionTest() override { pair_.protocol.reset(); }

  // Carrier.
  std::shared_ptr<Exchange> dispatch(ExchangeSink&, int32_t, Request) override { return nullptr; }
  void wake() override {}
  void activity() override { told_busy_ = pair_.protocol && pair_.protocol->busy(); }
  const std::string& date() override { return date_; }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol>, std::string) override {}

  void receive(Opcode opcode, std::string_view payload) {
    thread_->run([&] { pair_.protocol->receive(encode_masked_frame(opcode, payload, {1, 2, 3, 4})); });
  }
  /// The peer reads up to `room` bytes.
  size_t deliver(size_t room = 1 << 30) {
    thread_->run([] {});
    Output out;
    pair_.protocol->produce(out, room);
    const size_t size = out.size();
    while (!out.empty()) {
      decoder_.feed(out.front());
      out.consume(out.front().size());
    }
    return size;
  }

  const std::shared_ptr<IoThread> thread_ = std::make_shared<IoThread>("test", 3600);
  const std::string date_;
  WebSocketPair pair_;
  WebSocketDecoder decoder_{false};
  std::vector<std::string> messages_;
  std::vector<std::pair<Opcode, std::string>> control_;
  bool told_busy_ = true;
  int closed_ = 0;
};

TEST_F(WebSocketSessionTest, answers_a_ping_with_what_it_carried) {
  receive(Opcode::kPing, "are you there");
  deliver();
  ASSERT_EQ(control_.size(), 1U);
  EXPECT_EQ(control_[0], std::pair(Opcode::kPong, std::string("are you there")));
}

TEST_F(WebSocketSessionTest, a_peer_that_pings_and_does_not_read_fills_no_memory) {
  for (int i = 0; i < 100'000; ++i) receive(Opcode::kPing, std::string(125, 'x'));
  EXPECT_LT(deliver(), 70U * 1024);
}

TEST_F(WebSocketSessionTest, echoes_the_close_and_is_finished) {
  receive(Opcode::kClose, close_payload(1001, "bye"));
  EXPECT_EQ(closed_, 1);
  deliver();
  ASSERT_EQ(control_.size(), 1U);
  EXPECT_EQ(control_[0], std::pair(Opcode::kClose, close_payload(1001, "")));
  EXPECT_TRUE(pair_.protocol->finished());
}

TEST_F(WebSocketSessionTest, a_peer_that_does_not_answer_a_close_becomes_idle) {
  EXPECT_TRUE(pair_.protocol->busy());
  pair_.socket->send_binary("last");
  pair_.socket->close(1000, "done");
  pair_.socket->send_binary("too late");
  deliver();
  EXPECT_EQ(messages_, std::vector<std::string>{"last"});
  EXPECT_FALSE(pair_.protocol->finished()) << "the peer's close may still come";
  EXPECT_FALSE(told_busy_) << "else its connection would be kept for ever";
  receive(Opcode::kClose, "");
  EXPECT_TRUE(pair_.protocol->finished());
  EXPECT_EQ(closed_, 1);
}

TEST_F(WebSocketSessionTest, a_protocol_error_is_answered_with_its_code) {
  thread_->run([&] { pair_.protocol->receive(encode_frame(Opcode::kText, "unmasked")); });
  deliver();
  ASSERT_EQ(control_.size(), 1U);
  EXPECT_EQ(control_[0].second, close_payload(1002, ""));
  EXPECT_EQ(closed_, 1);
  EXPECT_TRUE(pair_.protocol->finished());
}

TEST_F(WebSocketSessionTest, counts_what_the_peer_has_not_taken_and_tells_when_it_has) {
  int drained = 0;
  pair_.socket->on_drain = [&] { ++drained; };
  for (int i = 0; i < 10; ++i) pair_.socket->send_binary(std::string(20'000, 'x'));
  EXPECT_EQ(pair_.socket->queued(), 200'000U);
  deliver(100'000);
  EXPECT_EQ(drained, 0);
  EXPECT_LE(pair_.socket->queued(), 100'000U + 100);
  deliver(50'000);
  EXPECT_EQ(drained, 1);
  deliver();
  EXPECT_EQ(pair_.socket->queued(), 0U);
  EXPECT_EQ(drained, 1) << "once for each time that it falls below";
  EXPECT_EQ(messages_.size(), 10U);
}

TEST_F(WebSocketSessionTest, stopping_says_that_the_server_goes_away) {
  pair_.protocol->shut_down();
  deliver();
  ASSERT_EQ(control_.size(), 1U);
  EXPECT_EQ(control_[0].second, close_payload(1001, "the server is stopping"));
  EXPECT_TRUE(pair_.protocol->finished()) << "nobody is waited for";
}

TEST_F(WebSocketSessionTest, the_handle_outlives_the_connection) {
  pair_.protocol.reset();
  EXPECT_EQ(closed_, 1);
  pair_.socket->send_binary("into the void");
  pair_.socket->close(1000, "");
  thread_->run([] {});
  EXPECT_EQ(closed_, 1);
}

}  // namespace
}  // namespace proa::http
