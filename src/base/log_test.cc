#include "base/log.h"

#include <vector>

#include <gtest/gtest.h>

namespace proa::base {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    set_log_level(LogLevel::kInfo);
    set_log_sink([this](std::string_view line) { lines_.emplace_back(line); });
  }
  void TearDown() override { set_log_sink({}); }
  /// Without the time.
  std::string said(size_t i = 0) { return lines_.at(i).substr(lines_.at(i).find(' ') + 1); }
  std::vector<std::string> lines_;
};

TEST_F(LogTest, an_entry_is_time_level_room_message_and_fields) {
  log_warn("store", "commit is slow", {{"ms", 250}, {"path", "/a"}, {"safe", true}});
  EXPECT_EQ(said(), "WARN store: commit is slow ms=250 path=/a safe=true");
  EXPECT_EQ(lines_[0].find('Z'), std::string("2026-05-01T10:00:00.123").size());
}

TEST_F(LogTest, values_that_would_be_misread_are_quoted) {
  log_info("node", "x", {{"a", "two words"}, {"b", ""}, {"c", "say \"hi\""}, {"d", "k=v"}});
  EXPECT_EQ(said(), R"(INFO node: x a="two words" b="" c="say \"hi\"" d="k=v")");
}

TEST_F(LogTest, an_entry_stays_one_line_whatever_it_says) {
  log_error("node", "first\nsecond", {{"text", "a\nb\x01"}});
  EXPECT_EQ(said(), R"(ERROR node: first\nsecond text="a\nb\x01")");
}

TEST_F(LogTest, entries_below_the_level_are_left_out) {
  log_debug("node", "quiet");
  set_log_level(LogLevel::kError);
  log_warn("node", "quiet");
  log_error("node", "loud");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(said(), "ERROR node: loud");
  set_log_level(LogLevel::kInfo);
}

}  // namespace
}  // namespace proa::base
