// Logs on disk: how they are rotated, and what a reader sees of them.
#include "node/streams/log_rotation.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include <gmock/gmock.h>

#include "client/fake_executor.h"
#include "node/cri/fake.h"
#include "node/streams/log_stream.h"
#include "runtime/event_loop.h"

namespace proa::node {
namespace {

namespace fs = std::filesystem;
using runtime::kSecond;
using testing::ElementsAre;

class LogsTest : public testing::Test {
 protected:
  LogsTest() {
    char name[] = "/tmp/proa-logs-XXXXXX";
    dir_ = ::mkdtemp(name);
    log_ = dir_ + "/0.log";
  }
  ~LogsTest() override { fs::remove_all(dir_); }

  void write(const std::string& text) const { std::ofstream(log_, std::ios::app) << text; }
  static std::string record(const std::string& text, char tag = 'F', const std::string& stream = "stdout") {
    return "2026-01-01T00:00:00Z " + stream + " " + tag + " " + text + "\n";
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& each : fs::directory_iterator(dir_)) out.push_back(each.path().filename());
    std::ranges::sort(out);
    return out;
  }

  std::string dir_, log_;
};

/// A runtime that opens a new log when it is told to, or refuses.
class LogRuntime : public cri::FakeRuntime {
 public:
  using FakeRuntime::FakeRuntime;
  void reopen_log(const std::string& id, cri::Done<void> done) override {
    reopened.push_back(id);
    if (refuses) return done(Error(base::bad_request("no")));
    std::ofstream(path).close();
    done({});
  }
  std::vector<std::string> reopened;
  std::string path;
  bool refuses = false;
};

class LogRotationTest : public LogsTest {
 protected:
  LogRotationTest() {
    runtime_.path = log_;
    container_.id = "c1";
    container_.log_path = log_;
  }
  void grow(uintmax_t size) const {
    write("");
    fs::resize_file(log_, size);
  }

  client::FakeExecutor executor_;
  LogRuntime runtime_{executor_};
  cri::ContainerStatus container_;
  LogRotation rotation_{executor_, runtime_, [this] { return std::vector{container_}; }};
};

TEST_F(LogRotationTest, puts_a_log_of_more_than_ten_mebibytes_aside) {
  grow(10 << 20);
  rotation_.rotate();
  EXPECT_THAT(files(), ElementsAre("0.log"));
  grow((10 << 20) + 1);
  rotation_.rotate();
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260101-000000"));
  EXPECT_THAT(runtime_.reopened, ElementsAre("c1"));
  EXPECT_EQ(fs::file_size(log_), 0U);
}

TEST_F(LogRotationTest, looks_twice_a_minute) {
  grow(11 << 20);
  rotation_.start();
  executor_.advance(29 * kSecond);
  EXPECT_THAT(files(), ElementsAre("0.log"));
  executor_.advance(kSecond);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260101-000030"));
  grow(11 << 20);
  executor_.advance(30 * kSecond);
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260101-000030", "0.log.20260101-000100"));
}

TEST_F(LogRotationTest, keeps_five_files_and_those_of_others) {
  std::ofstream(dir_ + "/10.log.20200101-000000").close();
  for (int i = 0; i < 7; ++i) {
    grow(11 << 20);
    rotation_.rotate();
    executor_.advance(kSecond);
  }
  EXPECT_THAT(files(), ElementsAre("0.log", "0.log.20260101-000003", "0.log.20260101-000004", "0.log.20260101-000005",
                                   "0.log.20260101-000006", "10.log.20200101-000000"));
}

TEST_F(LogRotationTest, puts_the_log_back_where_the_runtime_goes_on_writing_to_it) {
  runtime_.refuses = true;
  grow(11 << 20);
  rotation_.rotate();
  EXPECT_THAT(files(), ElementsAre("0.log"));
  EXPECT_EQ(fs::file_size(log_), 11U << 20);
}

TEST_F(LogRotationTest, passes_over_a_log_that_is_not_there) {
  rotation_.rotate();
  container_.log_path.clear();
  rotation_.rotate();
  EXPECT_THAT(runtime_.reopened, testing::IsEmpty());
}

// ---- reading

/// Reads a log on a loop of its own; what is written after begin() follows when the reader has seen the rest.
class LogStreamTest : public LogsTest {
 protected:
  LogStreamTest() { loop_.start(); }
  ~LogStreamTest() override {
    on_loop([this] { stream_.reset(); });
    loop_.stop();
    loop_.join();
  }

  void on_loop(const std::function<void()>& task) {
    std::promise<void> ran;
    loop_.post([&] {
      task();
      ran.set_value();
    });
    ran.get_future().get();
  }
  void begin(const client::LogOptions& options) {
    on_loop([&] {
      LogStream::Handlers handlers;
      handlers.data = [this](const std::string& text) {
        text_ += text;
        if (!awaited_.empty() && text_.ends_with(awaited_)) arrived_.set_value();
      };
      handlers.end = [this](const Result<void>& how) { ended_.set_value(how ? "" : how.error().message); };
      handlers.container_runs = [this] { return runs_; };
      stream_ = std::make_unique<LogStream>(loop_, log_, options, std::move(handlers));
    });
  }
  /// Waits until the text ends so.
  void await(const std::string& text) {
    on_loop([&] {
      awaited_ = text;
      arrived_ = {};
      if (text_.ends_with(text)) arrived_.set_value();
    });
    arrived_.get_future().get();
    on_loop([&] { awaited_.clear(); });
  }
  void container_ends() {
    on_loop([this] {
      runs_ = false;
      stream_->check();
    });
  }
  std::string end() { return ended_.get_future().get(); }
  std::string all(const client::LogOptions& options) {
    begin(options);
    EXPECT_EQ(end(), "");
    return text_;
  }

  runtime::EventLoop loop_{"logs"};
  std::unique_ptr<LogStream> stream_;
  std::string text_, awaited_;
  std::promise<void> arrived_;
  std::promise<std::string> ended_;
  bool runs_ = true;
};

TEST_F(LogStreamTest, gives_the_whole_of_a_log_and_ends) {
  std::string wanted;
  for (int i = 0; i < 5000; ++i) {
    const std::string line = "line " + std::to_string(i) + " of a log that needs more than one piece";
    write(record(line));
    wanted += line + "\n";
  }
  EXPECT_EQ(all({}), wanted);
}

TEST_F(LogStreamTest, gives_the_last_lines_up_to_a_limit_of_bytes) {
  for (const char* line : {"one", "two", "three"}) write(record(line));
  client::LogOptions options;
  options.tail_lines = 2;
  options.limit_bytes = 6;
  EXPECT_EQ(all(options), "two\nth");
}

TEST_F(LogStreamTest, gives_what_a_killed_runtime_left_of_a_record) {
  write(record("whole") + "2026-01-01T00:00:00Z stdout F cut sh");
  EXPECT_EQ(all({}), "whole\ncut sh");
}

TEST_F(LogStreamTest, says_that_there_is_no_log) {
  begin({});
  EXPECT_EQ(end(), "Internal error occurred: failed to try resolving symlinks in path \"" + log_ + "\": open " + log_ +
                       ": No such file or directory");
}

TEST_F(LogStreamTest, follows_what_is_written_until_the_container_has_ended) {
  write(record("first"));
  client::LogOptions options;
  options.follow = true;
  begin(options);
  await("first\n");
  write(record("sec", 'P') + record("ond"));
  await("second\n");
  write(record("last words"));
  container_ends();
  EXPECT_EQ(end(), "");
  EXPECT_EQ(text_, "first\nsecond\nlast words\n");
}

TEST_F(LogStreamTest, follows_a_log_over_its_rotation) {
  write(record("old"));
  client::LogOptions options;
  options.follow = true;
  begin(options);
  await("old\n");
  fs::rename(log_, log_ + ".aside");
  write(record("new"));
  await("new\n");
  container_ends();
  EXPECT_EQ(end(), "");
  EXPECT_EQ(text_, "old\nnew\n");
}

}  // namespace
}  // namespace proa::node
