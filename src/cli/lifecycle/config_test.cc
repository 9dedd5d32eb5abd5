#include "cli/lifecycle/config.h"

#include <gtest/gtest.h>

namespace proa::cli {
namespace {

std::string refusal(const std::vector<std::string>& args) {
  const auto config = parse_cluster_flags(args, "up");
  return config ? "" : config.error().message;
}

TEST(ClusterFlags, are_refused_with_what_they_take) {
  const std::string see = "\nSee `proa up --help` for its flags.";
  EXPECT_EQ(refusal({"--listen", "127.0.0.1"}),
            R"(invalid argument "127.0.0.1" for --listen: it takes HOST:PORT, like 127.0.0.1:6443)" + see);
  EXPECT_EQ(refusal({"--simulate=x"}),
            R"(invalid argument "x" for --simulate: it takes a number from 1 to 10000)" + see);
  EXPECT_EQ(refusal({"--simulate"}), "flag needs an argument: --simulate" + see);
  EXPECT_EQ(refusal({"--frob"}), "unknown flag: --frob" + see);
  EXPECT_EQ(refusal({"x"}), "unexpected argument: x" + see);
  EXPECT_EQ(refusal({"--listen=127.0.0.1:7443", "--simulate", "3"}), "");
}

}  // namespace
}  // namespace proa::cli
