#include <gmock/gmock.h>

#include "node/cri/event_stream.h"
#include "node/cri/grpc_session.h"
#include "node/cri/messages.h"
#include "node/cri/wire.h"

namespace proa::node::cri {
namespace {

TEST(Wire, round_trips_numbers_texts_and_messages) {
  WireWriter inner, out;
  inner.text(1, "deep").number(2, -1);
  out.number(1, 300).text(2, "").texts(3, {"a", ""}).message(4, inner).map(5, {{"k", "v"}}).numbers(6, {1, 128});
  std::vector<int> fields;
  StringMap map;
  WireReader reader(out.bytes());
  while (reader.next()) {
    fields.push_back(reader.field());
    if (reader.field() == 1) {
      EXPECT_EQ(reader.number(), 300);
    }
    if (reader.field() == 5) reader.entry_into(map);
    if (reader.field() == 4) {
      WireReader deep = reader.message();
      ASSERT_TRUE(deep.next());
      EXPECT_EQ(deep.bytes(), "deep");
      ASSERT_TRUE(deep.next());
      EXPECT_EQ(deep.number(), -1);
    }
  }
  EXPECT_FALSE(reader.damaged());
  EXPECT_THAT(fields, testing::ElementsAre(1, 3, 3, 4, 5, 6));
  EXPECT_EQ(map["k"], "v");
}

TEST(Wire, tells_damage_at_every_cut) {
  WireWriter out;
  out.text(1, "some text").number(2, 1'000'000);
  for (size_t n = 1; n < out.bytes().size(); ++n) {
    WireReader reader(std::string_view(out.bytes()).substr(0, n));
    while (reader.next()) {
    }
    EXPECT_TRUE(reader.damaged() || n == 11) << n;
  }
}

TEST(Messages, read_a_containers_status) {
  WireWriter metadata, status;
  metadata.text(1, "web").number(2, 3);
  status.text(1, "id").message(2, metadata).number(3, 2).number(4, 10).number(5, 20).number(6, 30).number(7, 137);
  status.message(8, WireWriter().text(1, "app:v1")).text(9, "sha256:1").text(10, "OOMKilled").text(15, "/log");
  status.message(14, WireWriter().text(1, "/in").text(2, "/out"));
  const ContainerStatus out = decode_container_status(WireReader(status.bytes()));
  EXPECT_EQ(out.name, "web");
  EXPECT_EQ(out.attempt, 3U);
  EXPECT_EQ(out.state, ContainerState::kExited);
  EXPECT_EQ(out.exit_code, 137);
  EXPECT_EQ(out.reason, "OOMKilled");
  EXPECT_EQ(out.mounts.at("/in"), "/out");
}

TEST(Messages, take_what_is_not_on_the_wire_as_ready_and_created) {
  EXPECT_TRUE(decode_sandbox(WireReader({})).ready);
  EXPECT_EQ(decode_container(WireReader({})).state, ContainerState::kCreated);
}

/// Each decoder, by what it makes of bytes: it must come to an end whatever they are.
void decode_all(std::string_view bytes) {
  (void)decode_sandbox(WireReader(bytes));
  (void)decode_sandbox_status(WireReader(bytes));
  (void)decode_container(WireReader(bytes));
  (void)decode_container_status(WireReader(bytes));
  (void)decode_image(WireReader(bytes));
  (void)decode_condition(WireReader(bytes));
  (void)decode_containerd_event(bytes);
  (void)decode_cri_event(bytes);
}

TEST(Messages, are_read_to_their_end_whatever_byte_is_cut_or_changed) {
  WireWriter metadata, status;
  metadata.text(1, "web").number(2, 3);
  status.text(1, "id").message(2, metadata).number(3, 2).number(4, -10).map(12, {{"k", "v"}}).numbers(6, {1, 300});
  const std::string& whole = status.bytes();
  for (size_t at = 0; at < whole.size(); ++at) {
    const std::string_view cut = std::string_view(whole).substr(0, at);
    decode_all(cut);
    EXPECT_EQ(decode_container_status(WireReader(cut)).id, at < 4 ? "" : "id") << "what stands before the cut is read";
    for (int value = 0; value < 256; ++value) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(value);
      decode_all(damaged);
    }
  }
}

TEST(Wire, refuses_numbers_of_more_than_ten_bytes_and_types_that_are_none) {
  for (const std::string& damage :
       {std::string(11, '\x80'), std::string("\x08") + std::string(10, '\xff'), std::string("\x0b"),
        std::string("\x0c"), std::string("\x0a\x05") + "abcd", std::string("\x09") + "1234567",
        std::string("\x0d") + "123", std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}) {
    WireReader reader(damage);
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.damaged());
    EXPECT_FALSE(reader.next()) << "it stays damaged";
  }
}

TEST(CriEvents, are_read_by_their_type) {
  const std::pair<int, Event::Type> cases[] = {
      {1, Event::Type::kStarted}, {2, Event::Type::kExited}, {3, Event::Type::kDeleted}};
  for (const auto& [number, type] : cases) {
    const auto event = decode_cri_event(WireWriter().text(1, "c1").number(2, number).bytes());
    ASSERT_TRUE(event);
    EXPECT_EQ(event->type, type);
    EXPECT_EQ(event->container_id, "c1");
  }
  EXPECT_FALSE(decode_cri_event(WireWriter().text(1, "c1").bytes())) << "created: nothing to see yet";
  EXPECT_FALSE(decode_cri_event(WireWriter().number(2, 2).bytes())) << "of nobody";
}

std::string envelope(const std::string& topic, const std::string& container, const std::string& process) {
  WireWriter event, any, out;
  event.text(1, container).text(2, process);
  any.text(1, "type").text(2, event.bytes());
  return out.text(2, "k8s.io").text(3, topic).message(4, any).bytes();
}

TEST(ContainerdEvents, tell_the_end_of_containers_but_not_of_execs) {
  const auto end = decode_containerd_event(envelope("/tasks/exit", "c1", "c1"));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->type, Event::Type::kExited);
  EXPECT_EQ(end->container_id, "c1");
  EXPECT_FALSE(decode_containerd_event(envelope("/tasks/exit", "c1", "exec-1")));
  EXPECT_FALSE(decode_containerd_event(envelope("/images/create", "c1", "")));
  EXPECT_EQ(decode_containerd_event(envelope("/tasks/start", "c1", ""))->type, Event::Type::kStarted);
  EXPECT_EQ(decode_containerd_event(envelope("/tasks/oom", "c1", ""))->type, Event::Type::kOom);
  EXPECT_FALSE(decode_containerd_event(envelope("/tasks/exit", "", "")));
}

/// Talks to the machine as a server would: only its own preface and settings are needed here.
TEST(GrpcSession, ends_every_call_when_the_connection_breaks) {
  GrpcSession session;
  std::vector<std::string> ends;
  for (int i = 0; i < 2; ++i)
    EXPECT_GT(
        session.call("/x/Y", "request", {{}, [&](const Result<void>& how) { ends.push_back(how.error().reason); }}), 0);
  EXPECT_THAT(session.output(), testing::StartsWith("PRI * HTTP/2.0"));
  session.fail(grpc_error(grpc::kUnavailable, "gone"));
  EXPECT_THAT(ends, testing::ElementsAre("ServiceUnavailable", "ServiceUnavailable"));
}

TEST(GrpcSession, cancels_a_call_once) {
  GrpcSession session;
  int ends = 0;
  const int stream = session.call("/x/Y", "request",
                                  {{}, [&](const Result<void>& how) { ends += how.error().is("Timeout") ? 1 : 100; }});
  session.cancel(stream, grpc_error(grpc::kDeadlineExceeded, "late"));
  (void)session.output();
  session.fail(grpc_error(grpc::kUnavailable, "gone"));
  EXPECT_EQ(ends, 1);
}

TEST(GrpcSession, refuses_what_is_no_http2) {
  GrpcSession session;
  (void)session.output();
  (void)session.feed("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  (void)session.output();  // its farewell
  EXPECT_FALSE(session.feed("more"));
}

}  // namespace
}  // namespace proa::node::cri
