#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>

#include "node/pod_fixture.h"
#include "node/streams/container_choice.h"
#include "node/streams/exec_stream.h"
#include "node/streams/log_file.h"
#include "node/streams/spdy.h"

namespace proa::node {
namespace {

TEST(LogFilter, joins_partial_lines_across_any_cut) {
  LogFilter filter({}, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:00.1Z stdout P hel"), "");
  EXPECT_EQ(filter.feed("lo \n2026-01-01T00:00:00.2Z stdout F world\n"), "hello world\n");
}

TEST(LogFilter, adds_times_and_leaves_out_what_is_old) {
  client::LogOptions options;
  options.timestamps = true;
  options.since_seconds = 10;
  LogFilter filter(options, kTestNow);
  EXPECT_EQ(filter.feed("2025-12-31T23:59:00Z stdout F old\n2025-12-31T23:59:55Z stderr F new\n"),
            "2025-12-31T23:59:55Z new\n");
}

TEST(LogFilter, ends_at_the_limit_of_bytes) {
  client::LogOptions options;
  options.limit_bytes = 5;
  LogFilter filter(options, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:00Z stdout F abc\n2026-01-01T00:00:00Z stdout F def\n"), "abc\nd");
  EXPECT_TRUE(filter.full());
}

TEST(TailOffset, finds_the_last_lines_of_long_files) {
  char name[] = "/tmp/proa-tail-XXXXXX";
  const int fd = ::mkstemp(name);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + "\n";
  ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_EQ(text.substr(static_cast<size_t>(tail_offset(fd, 2))), "line 2998\nline 2999\n");
  EXPECT_EQ(tail_offset(fd, 5000), 0);
  EXPECT_EQ(tail_offset(fd, 0), static_cast<int64_t>(text.size()));
  EXPECT_EQ(text.substr(static_cast<size_t>(tail_offset(fd, 1500))).substr(0, 10), "line 1500\n");
  ::close(fd);
  ::unlink(name);
}

std::string choice(const std::string& status, bool previous = false) {
  const auto pod = pod_with("", "", R"({"containerStatuses":[)" + status + "]}");
  const auto got = container_for_logs(pod, "web", previous);
  return got ? *got : got.error().message;
}

TEST(ContainerForLogs, is_the_kubelets_choice) {
  EXPECT_EQ(choice(R"({"name":"web","containerID":"c://1","state":{"running":{}}})"), "c://1");
  EXPECT_EQ(choice(R"({"name":"web","state":{"waiting":{"reason":"ContainerCreating"}}})"),
            "container \"web\" in pod \"web\" is waiting to start: ContainerCreating");
  EXPECT_EQ(choice(R"({"name":"web","state":{"waiting":{"reason":"ImagePullBackOff"}}})"),
            "container \"web\" in pod \"web\" is waiting to start: trying and failing to pull image");
  const std::string crashing =
      R"({"name":"web","state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"containerID":"c://0"}}})";
  EXPECT_EQ(choice(crashing), "c://0");
  EXPECT_EQ(choice(crashing, true), "c://0");
  EXPECT_EQ(choice(R"({"name":"web","containerID":"c://1","state":{"running":{}}})", true),
            "previous terminated container \"web\" in pod \"web\" not found");
  EXPECT_EQ(choice(R"({"name":"other"})"), "container \"web\" in pod \"web\" is not available");
}

TEST(ExecExit, reads_the_status_of_the_error_stream) {
  EXPECT_EQ(*exit_of(R"({"metadata":{},"status":"Success"})"), 0);
  EXPECT_EQ(
      *exit_of(
          R"({"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}})"),
      7);
  EXPECT_EQ(exit_of(R"({"status":"Failure","message":"no such file"})").error().message,
            "Internal error occurred: no such file");
}

TEST(Spdy, sends_stream_numbers_data_and_ends) {
  SpdySession session({});
  EXPECT_EQ(session.open({{"streamtype", "error"}}), 1U);
  EXPECT_EQ(session.open({{"streamtype", "stdin"}}), 3U);
  const std::string opened = session.output();
  EXPECT_EQ(opened.substr(0, 4), std::string("\x80\x03\x00\x01", 4));
  session.send(3, "hi");
  session.finish(3);
  EXPECT_EQ(session.output(), std::string("\0\0\0\x03\0\0\0\x02hi\0\0\0\x03\x01\0\0\0", 18));
}

TEST(Spdy, takes_frames_in_any_cut_and_answers_pings) {
  std::string got;
  std::vector<std::pair<uint32_t, bool>> ends;
  SpdySession session(
      {[&](uint32_t stream, std::string_view data) { got += std::to_string(stream) + ":" + std::string(data); },
       [&](uint32_t stream, bool reset) { ends.emplace_back(stream, reset); }});
  const std::string frames = std::string(
                                 "\0\0\0\x05\x01\0\0\x03"
                                 "abc",
                                 11) +
                             std::string("\x80\x03\0\x06\0\0\0\x04\0\0\0\x02", 12) +
                             std::string("\x80\x03\0\x03\0\0\0\x08\0\0\0\x07\0\0\0\x01", 16);
  for (const char c : frames) ASSERT_TRUE(session.feed({&c, 1}));
  EXPECT_EQ(got, "5:abc");
  EXPECT_THAT(ends, testing::ElementsAre(testing::Pair(5U, false), testing::Pair(7U, true)));
  EXPECT_EQ(session.output(), std::string("\x80\x03\0\x06\0\0\0\x04\0\0\0\x02", 12));
}

TEST(Spdy, ends_when_the_peer_says_goodbye) {
  SpdySession session({});
  EXPECT_FALSE(session.feed(std::string("\x80\x03\0\x07\0\0\0\0", 8)));
}

TEST(Spdy, cuts_large_data_and_headers_into_what_the_peer_takes) {
  SpdySession session({});
  session.open({{"a", std::string(70'000, 'h')}});
  const std::string opened = session.output();
  EXPECT_EQ(opened.substr(18, 2), "\x78\x01") << "the begin of the zlib stream";
  EXPECT_EQ(opened.size(), 18U + 2 + 5 + 65535 + 5 + (4 + 4 + 1 + 4 + 70'000 - 65535) + 5);
  session.open({});
  EXPECT_EQ(session.output().substr(18, 1), std::string(1, '\0')) << "once for the session";
  session.send(1, std::string(40'000, 'd'));
  const std::string data = session.output();
  EXPECT_EQ(data.size(), 8U + 32768 + 8 + 7232);
  EXPECT_EQ(data.substr(4, 4), std::string("\0\0\x80\0", 4));
  session.send(1, "");
  EXPECT_EQ(session.output(), "");
}

TEST(Spdy, tells_the_end_of_a_stream_however_it_is_told) {
  std::vector<std::pair<uint32_t, bool>> ends;
  SpdySession session(
      {[](uint32_t, std::string_view) {}, [&](uint32_t stream, bool reset) { ends.emplace_back(stream, reset); }});
  EXPECT_TRUE(session.feed(std::string("\0\0\0\x01\x01\0\0\0", 8)));                   // data, empty, the last
  EXPECT_TRUE(session.feed(std::string("\x80\x03\0\x02\x01\0\0\x04\0\0\0\x03", 12)));  // a reply that ends it
  EXPECT_TRUE(session.feed(std::string("\x80\x03\0\x03\0\0\0\x08\0\0\0\x05\0\0\0\x05", 16)));
  EXPECT_THAT(ends, testing::ElementsAre(testing::Pair(1U, false), testing::Pair(3U, false), testing::Pair(5U, true)));
}

TEST(Spdy, passes_over_frames_that_are_too_short_and_its_own_pings) {
  int ends = 0;
  SpdySession session({[](uint32_t, std::string_view) {}, [&](uint32_t, bool) { ++ends; }});
  for (const char type : {1, 2, 3, 4, 6, 8, 9})
    EXPECT_TRUE(session.feed(std::string("\x80\x03\0", 3) + type + std::string("\0\0\0\x02xx", 6)));
  EXPECT_TRUE(session.feed(std::string("\x80\x03\0\x06\0\0\0\x04\0\0\0\x07", 12)));
  EXPECT_EQ(session.output(), "") << "the answer to a ping of ours needs none";
  EXPECT_EQ(ends, 0);
}

TEST(LogFilter, passes_over_damaged_records) {
  LogFilter filter({}, kTestNow);
  EXPECT_EQ(filter.feed("nonsense\n2026-01-01T00:00:00Z stdout\n2026-01-01T00:00:00Z stdout F\n\n"
                        "2026-01-01T00:00:00Z stdout F good\n2026-01-01T00:00:00Z stdout F \n"),
            "good\n\n");
}

TEST(LogFilter, keeps_standard_error_apart_where_that_is_asked_for) {
  LogFilter filter({}, kTestNow);
  std::string errors;
  const std::string text = "2026-01-01T00:00:00Z stdout F a\n2026-01-01T00:00:00Z stderr F b\n";
  EXPECT_EQ(filter.feed(text, &errors), "a\n");
  EXPECT_EQ(errors, "b\n");
  EXPECT_EQ(filter.feed(text), "a\nb\n");
}

TEST(LogFilter, gives_a_time_once_for_a_line_in_parts) {
  client::LogOptions options;
  options.timestamps = true;
  LogFilter filter(options, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:01Z stdout P one \n2026-01-01T00:00:02Z stdout F line\n"
                        "2026-01-01T00:00:03Z stdout F next\n"),
            "2026-01-01T00:00:01Z one line\n2026-01-01T00:00:03Z next\n");
}

TEST(LogFilter, begins_at_the_given_time_with_it) {
  client::LogOptions options;
  options.since_time = "2026-01-01T00:00:02Z";
  LogFilter filter(options, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:01.999999999Z stdout F old\n2026-01-01T00:00:02Z stdout F on time\n"
                        "2026-01-01T02:00:03.5+02:00 stdout F elsewhere\n"),
            "on time\nelsewhere\n");
}

TEST(LogFilter, gives_a_record_that_was_cut_short_at_the_end) {
  LogFilter filter({}, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:00Z stdout F whole\n2026-01-01T00:00:00Z stdout F cut sh"), "whole\n");
  EXPECT_EQ(filter.finish(), "cut sh");
  EXPECT_EQ(filter.finish(), "");
}

TEST(LogFilter, a_limit_may_fall_into_a_time) {
  client::LogOptions options;
  options.timestamps = true;
  options.limit_bytes = 10;
  LogFilter filter(options, kTestNow);
  EXPECT_EQ(filter.feed("2026-01-01T00:00:01Z stdout F text\n"), "2026-01-01");
  EXPECT_TRUE(filter.full());
  EXPECT_EQ(filter.feed("2026-01-01T00:00:01Z stdout F text\n"), "");
}

}  // namespace
}  // namespace proa::node
