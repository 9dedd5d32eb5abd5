#include "cli/kubectl/word_wrap.h"

#include <gtest/gtest.h>

namespace proa::cli::kubectl {
namespace {

TEST(WordWrap, breaks_at_blanks) { EXPECT_EQ(word_wrap("one two three", 7), "one two\nthree"); }
TEST(WordWrap, keeps_line_ends_and_long_words) {
  EXPECT_EQ(word_wrap("a\nb c\n", 10), "a\nb c\n");
  EXPECT_EQ(word_wrap("see https://example.com/long/path now", 10), "see\nhttps://example.com/long/path\nnow");
}

}  // namespace
}  // namespace proa::cli::kubectl
