#include "cli/kubectl/summaries.h"

#include <gtest/gtest.h>

#include "cli/kubectl/help.h"

namespace proa::cli::kubectl {
namespace {

TEST(Summaries, every_top_level_command_has_one) {
  for (const std::string& words : command_words()) {
    if (words.find(' ') == std::string::npos) {
      EXPECT_FALSE(summary_of(words).empty()) << words;
    }
  }
}

TEST(Summaries, what_this_client_has_is_not_called_lacking) {
  for (const std::string& words : command_words()) EXPECT_FALSE(is_lacking(words)) << words;
}

TEST(Summaries, lists_show_each_command_once_with_what_it_does) {
  EXPECT_EQ(command_list("top"),
            "  node          Display resource (CPU/memory) usage of nodes\n"
            "  pod           Display resource (CPU/memory) usage of pods\n");
}

}  // namespace
}  // namespace proa::cli::kubectl
