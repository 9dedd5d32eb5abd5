// The client's side of gRPC against a server's side, byte for byte.
#include "node/cri/grpc_session.h"

#include <gmock/gmock.h>

#include "node/cri/grpc_testing.h"

namespace proa::node::cri {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Answer = GrpcTestServer::Answer;

/// A client, a server, and what the client's calls came to.
struct Pair {
  explicit Pair(Answer answer) : Pair([answer](const GrpcTestServer::Call&) { return answer; }) {}
  explicit Pair(std::function<Answer(const GrpcTestServer::Call&)> script) : server(std::move(script)) {}

  GrpcSession client;
  GrpcTestServer server;
  std::vector<std::string> told;  // messages, then "end" or REASON: MESSAGE
  bool is_sound = true;

  int call(std::string request = "question", int64_t timeout_ms = 0,
           const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
    return client.call("/test.Service/Ask", std::move(request),
                       {[this](std::string_view message) { told.emplace_back(message); },
                        [this](const Result<void>& how) {
                          told.push_back(how ? "end" : how.error().reason + ": " + how.error().message);
                        }},
                       timeout_ms, metadata);
  }
  /// Carries bytes both ways until nobody has more to say; those of the server in pieces of `cut`.
  void talk(size_t cut = 1 << 20) {
    for (bool more = true; more;) {
      const std::string asked = client.output();
      server.feed(asked);
      const std::string answered = server.output();
      for (size_t at = 0; at < answered.size() && is_sound; at += cut)
        is_sound = client.feed(std::string_view(answered).substr(at, cut));
      more = is_sound && (!asked.empty() || !answered.empty());
    }
  }
};

TEST(GrpcCall, is_one_framed_message_to_a_path) {
  Pair pair(Answer{.body = grpc_frame("answer")});
  pair.call("question", 1500, {{"containerd-namespace", "k8s.io"}});
  pair.talk();
  ASSERT_EQ(pair.server.calls().size(), 1U);
  const GrpcTestServer::Call& call = pair.server.calls().begin()->second;
  EXPECT_EQ(call.body, grpc_frame("question"));
  EXPECT_EQ(call.headers.at(":method"), "POST");
  EXPECT_EQ(call.headers.at(":path"), "/test.Service/Ask");
  EXPECT_EQ(call.headers.at("content-type"), "application/grpc");
  EXPECT_EQ(call.headers.at("te"), "trailers");
  EXPECT_EQ(call.headers.at("grpc-timeout"), "1500m");
  EXPECT_EQ(call.headers.at("containerd-namespace"), "k8s.io");
  EXPECT_THAT(pair.told, ElementsAre("answer", "end"));
}

TEST(GrpcCall, takes_its_answer_in_pieces_of_any_size) {
  const std::string body = grpc_frame("first") + grpc_frame("") + grpc_frame(std::string(300, 'x'));
  for (size_t cut = 1; cut < 80; ++cut) {
    Pair pair(Answer{.body = body});
    pair.call();
    pair.talk(cut);
    EXPECT_THAT(pair.told, ElementsAre("first", "", std::string(300, 'x'), "end")) << cut;
    EXPECT_TRUE(pair.is_sound) << cut;
  }
}

TEST(GrpcCall, carries_more_than_a_window_both_ways) {
  Pair pair([](const GrpcTestServer::Call& call) { return Answer{.body = call.body}; });
  const std::string large(9 << 20, 'z');
  pair.call(large);
  pair.talk(10'000);
  EXPECT_THAT(pair.told, ElementsAre(large, "end"));
}

TEST(GrpcCall, ends_with_the_servers_words) {
  struct Case {
    const char* what;
    Answer answer;
    const char* told;
  };
  const auto trailers = [](const char* code, const char* message) {
    return GrpcTestServer::Headers{{"grpc-status", code}, {"grpc-message", message}};
  };
  const Case cases[] = {
      {"not found", {.trailers = trailers("5", "no such container")}, "NotFound: no such container"},
      {"trailers alone", {.trailers = trailers("5", "gone"), .trailers_only = true}, "NotFound: gone"},
      {"late", {.trailers = trailers("4", "deadline")}, "Timeout: deadline"},
      {"twice", {.trailers = trailers("6", "there is one")}, "AlreadyExists: there is one"},
      {"bad", {.trailers = trailers("3", "no name")}, "BadRequest: no name"},
      {"old server", {.trailers = trailers("12", "unknown method")}, "MethodNotAllowed: unknown method"},
      {"busy", {.trailers = trailers("14", "shutting down")}, "ServiceUnavailable: shutting down"},
      {"unknown", {.trailers = trailers("2", "failed to pull")}, "InternalError: failed to pull"},
      {"escaped",
       {.trailers = trailers("2", "50%25 of \"%C3%A9\"%0Aand%zz%4")},
       "InternalError: 50% of \"\xC3\xA9\"\nand%zz%4"},
      {"no status", {.trailers = {}}, "ServiceUnavailable: stream ended early (HTTP 200, HTTP/2 code 0)"},
      {"no number",
       {.trailers = trailers("OK", "")},
       "ServiceUnavailable: stream ended early (HTTP 200, HTTP/2 code 0)"},
      {"no gRPC",
       {.trailers = {}, .headers = {{":status", "404"}}},
       "ServiceUnavailable: stream ended early (HTTP 404, HTTP/2 code 0)"},
  };
  for (const Case& each : cases) {
    Pair pair(each.answer);
    pair.call();
    pair.talk(7);
    EXPECT_THAT(pair.told, ElementsAre(each.told)) << each.what;
  }
}

TEST(GrpcCall, gives_what_came_before_an_error) {
  Pair pair(Answer{.body = grpc_frame("one") + grpc_frame("two"), .trailers = {{"grpc-status", "14"}}});
  pair.call();
  pair.talk();
  EXPECT_THAT(pair.told, ElementsAre("one", "two", "ServiceUnavailable: "));
}

TEST(GrpcCall, refuses_damaged_messages_and_lets_other_calls_live) {
  for (const std::string& damage : {grpc_frame("packed", 1), std::string("\0\xff\xff\xff\xff", 5) + "x"}) {
    int calls = 0;
    Pair pair([&](const GrpcTestServer::Call&) { return Answer{.body = ++calls == 1 ? damage : grpc_frame("good")}; });
    pair.call();
    pair.talk();
    pair.call();
    pair.talk();
    EXPECT_THAT(pair.told, ElementsAre("InternalError: damaged gRPC message", "good", "end"));
    EXPECT_TRUE(pair.is_sound);
  }
}

TEST(GrpcCall, a_message_that_is_cut_short_is_no_success) {
  const std::string whole = grpc_frame("answer");
  for (size_t size = 1; size < whole.size(); ++size) {
    Pair pair(Answer{.body = whole.substr(0, size)});
    pair.call();
    pair.talk();
    EXPECT_THAT(pair.told, ElementsAre("InternalError: damaged gRPC message")) << size;
  }
}

TEST(GrpcCall, ends_when_the_server_resets_it) {
  Pair pair(Answer{.body = grpc_frame("so far"), .is_open = true});
  pair.call();
  pair.talk();
  EXPECT_THAT(pair.told, ElementsAre("so far"));
  pair.server.reset(NGHTTP2_REFUSED_STREAM);
  pair.talk();
  EXPECT_THAT(pair.told, ElementsAre("so far", "ServiceUnavailable: stream ended early (HTTP 200, HTTP/2 code 7)"));
}

TEST(GrpcCall, ends_when_the_server_goes_away_without_having_seen_it) {
  Pair pair(Answer{.is_open = true});
  pair.call();
  pair.call();
  pair.talk();
  pair.server.go_away(1);
  pair.talk();
  ASSERT_EQ(pair.told.size(), 1U) << "the first may still be answered";
  EXPECT_THAT(pair.told[0], testing::StartsWith("ServiceUnavailable: stream ended early"));
}

TEST(GrpcCall, that_was_cancelled_hears_nothing_more) {
  Pair pair(Answer{.body = grpc_frame("so far"), .is_open = true});
  const int stream = pair.call();
  pair.talk();
  pair.client.cancel(stream, grpc_error(grpc::kDeadlineExceeded, "late"));
  pair.client.cancel(stream, grpc_error(grpc::kDeadlineExceeded, "twice"));
  pair.client.cancel(99, grpc_error(grpc::kDeadlineExceeded, "unknown"));
  pair.talk();
  pair.client.fail(grpc_error(grpc::kUnavailable, "gone"));
  EXPECT_THAT(pair.told, ElementsAre("so far", "Timeout: late"));
}

TEST(GrpcCall, that_was_forgotten_hears_nothing) {
  Pair pair(Answer{.body = grpc_frame("answer")});
  pair.call();
  pair.client.forget();
  pair.talk();
  EXPECT_THAT(pair.told, IsEmpty());
}

TEST(GrpcCall, may_begin_in_the_answer_of_another) {
  Pair pair(Answer{.body = grpc_frame("answer")});
  bool asked = false;
  pair.client.call("/x/Y", "q", {{}, [&](const Result<void>&) {
                                   if (!std::exchange(asked, true)) pair.call();
                                 }});
  pair.talk(3);
  EXPECT_THAT(pair.told, ElementsAre("answer", "end"));
}

TEST(GrpcSessionDamage, ends_or_goes_on_but_never_breaks_whatever_byte_is_changed) {
  Pair honest(Answer{.body = grpc_frame("answer")});
  honest.call();
  honest.server.feed(honest.client.output());
  const std::string answer = honest.server.output();
  for (size_t at = 0; at < answer.size(); ++at)
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      Pair pair(Answer{});
      pair.call();
      (void)pair.client.output();
      std::string damaged = answer;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      if (!pair.client.feed(damaged)) pair.client.fail(grpc_error(grpc::kUnavailable, "broken"));
      (void)pair.client.output();
      pair.client.fail(grpc_error(grpc::kUnavailable, "broken"));
      EXPECT_THAT(pair.told, testing::Not(IsEmpty())) << "every call ends once: " << at;
      for (size_t i = 0; i + 1 < pair.told.size(); ++i) EXPECT_NE(pair.told[i], "end");
    }
}

}  // namespace
}  // namespace proa::node::cri
