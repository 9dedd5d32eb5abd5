#include "http/websocket_codec.h"

#include <vector>

#include <gtest/gtest.h>

namespace proa::http {
namespace {

struct Seen {
  std::vector<std::string> messages;
  std::vector<std::pair<Opcode, std::string>> control;
};

WebSocketDecoder decoder(Seen& seen) {
  WebSocketDecoder out(true);
  out.on_message = [&seen](std::string message, bool) { seen.messages.push_back(std::move(message)); };
  out.on_control = [&seen](Opcode opcode, std::string payload) {
    seen.control.emplace_back(opcode, std::move(payload));
  };
  return out;
}

std::string masked(Opcode opcode, std::string_view payload) {
  return encode_masked_frame(opcode, payload, {1, 2, 3, 4});
}

std::string not_final(std::string frame) {
  frame[0] = static_cast<char>(frame[0] & 0x7f);
  return frame;
}

TEST(WebSocketDecoder, joins_fragments_and_lets_control_frames_in_between) {
  const std::string bytes = not_final(masked(Opcode::kBinary, "one ")) + masked(Opcode::kPing, "p") +
                            not_final(masked(Opcode::kContinuation, "two ")) + masked(Opcode::kContinuation, "three") +
                            masked(Opcode::kText, std::string(70'000, 'x'));
  for (const size_t step : {1UL, 3UL, 1000UL, bytes.size()}) {
    Seen seen;
    auto machine = decoder(seen);
    for (size_t at = 0; at < bytes.size(); at += step)
      ASSERT_TRUE(machine.feed(std::string_view(bytes).substr(at, step)));
    ASSERT_EQ(seen.messages.size(), 2U) << step;
    EXPECT_EQ(seen.messages[0], "one two three");
    EXPECT_EQ(seen.messages[1], std::string(70'000, 'x'));
    ASSERT_EQ(seen.control.size(), 1U);
    EXPECT_EQ(seen.control[0].second, "p");
  }
}

TEST(WebSocketDecoder, refuses_what_the_protocol_forbids) {
  const auto refused = [](const std::string& bytes) {
    Seen seen;
    auto machine = decoder(seen);
    return machine.feed(bytes) ? 0 : machine.close_code();
  };
  EXPECT_EQ(refused(encode_frame(Opcode::kText, "unmasked")), 1002);
  EXPECT_EQ(refused(masked(Opcode::kContinuation, "nothing to continue")), 1002);
  EXPECT_EQ(refused(not_final(masked(Opcode::kText, "a")) + masked(Opcode::kText, "b")), 1002);
  EXPECT_EQ(refused(not_final(masked(Opcode::kPing, "a"))), 1002);
  EXPECT_EQ(refused(masked(Opcode::kPing, std::string(126, 'x'))), 1002);
  EXPECT_EQ(refused(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10) + "1234"), 1009);
  EXPECT_EQ(refused(masked(Opcode::kClose, close_payload(1001, "bye"))), 1001);
  EXPECT_EQ(refused(masked(static_cast<Opcode>(3), "")), 1002);
}

TEST(WebSocketDecoder, takes_the_close_codes_of_rfc_6455_and_no_others) {
  const auto answered = [](const std::string& payload) {
    Seen seen;
    auto machine = decoder(seen);
    EXPECT_FALSE(machine.feed(masked(Opcode::kClose, payload)));
    return machine.close_code();
  };
  EXPECT_EQ(answered(""), 1000) << "a close without a code";
  EXPECT_EQ(answered("\x03"), 1002) << "half a code";
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999})
    EXPECT_EQ(answered(close_payload(code, "bye")), code);
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_EQ(answered(close_payload(code, "")), 1002) << code;
}

TEST(WebSocketDecoder, takes_nothing_after_the_end) {
  Seen seen;
  auto machine = decoder(seen);
  EXPECT_FALSE(machine.feed(masked(Opcode::kClose, "") + masked(Opcode::kText, "late")));
  EXPECT_FALSE(machine.feed(masked(Opcode::kText, "later")));
  EXPECT_TRUE(seen.messages.empty());
}

TEST(WebSocketDecoder, limits_a_message_over_all_its_fragments) {
  Seen seen;
  auto machine = decoder(seen);
  const std::string half(WebSocketDecoder::kMaxMessage / 2, 'x');
  ASSERT_TRUE(machine.feed(not_final(masked(Opcode::kBinary, half))));
  ASSERT_TRUE(machine.feed(not_final(masked(Opcode::kContinuation, half))));
  EXPECT_FALSE(machine.feed(masked(Opcode::kContinuation, "x")));
  EXPECT_EQ(machine.close_code(), 1009);
}

TEST(WebSocketFrame, lengths_are_as_short_as_they_can_be) {
  EXPECT_EQ(encode_frame_header(Opcode::kBinary, 125).size(), 2U);
  EXPECT_EQ(encode_frame_header(Opcode::kBinary, 126).size(), 4U);
  EXPECT_EQ(encode_frame_header(Opcode::kBinary, 65'535).size(), 4U);
  EXPECT_EQ(encode_frame_header(Opcode::kBinary, 65'536).size(), 10U);
  EXPECT_EQ(close_payload(1000, std::string(200, 'x')).size(), 125U) << "a control frame holds no more";
}

TEST(WebSocket, accepts_a_key_as_rfc_6455_shows) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace proa::http
