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
  EXPECT_EQ(refusal({"--ephemeral=maybe"}),
            R"(invalid argument "maybe" for --ephemeral: it takes true or false)" + see);
  EXPECT_EQ(refusal({"--data-dir="}), R"(invalid argument "" for --data-dir)" + see);
  EXPECT_EQ(refusal({"--listen=127.0.0.1:7443", "--simulate", "3"}), "");
}

TEST(ClusterFlags, know_what_a_port_and_a_number_of_nodes_can_be) {
  for (const char* listen : {"127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:", ":6443", "127.0.0.1:x", "127.0.0.1:-1"})
    EXPECT_NE(refusal({"--listen", listen}), "") << listen;
  for (const char* listen : {"127.0.0.1:1", "[::1]:65535", "localhost:6443"})
    EXPECT_EQ(refusal({"--listen", listen}), "") << listen;
  for (const char* nodes : {"0", "-1", "10001", "", "3x"}) EXPECT_NE(refusal({"--simulate", nodes}), "") << nodes;
  EXPECT_EQ(refusal({"--simulate", "10000"}), "");
}

TEST(ClusterFlags, a_switch_that_is_turned_off_stays_off) {
  EXPECT_TRUE(parse_cluster_flags({"--ephemeral"}, "up")->ephemeral);
  EXPECT_TRUE(parse_cluster_flags({"--ephemeral=true"}, "up")->ephemeral);
  EXPECT_FALSE(parse_cluster_flags({"--ephemeral=false"}, "up")->ephemeral);
  EXPECT_FALSE(parse_cluster_flags({"--no-node"}, "up")->node);
  EXPECT_TRUE(parse_cluster_flags({"--no-node=false"}, "up")->node);
}

TEST(ClusterFlags, simulated_nodes_leave_this_machine_alone) {
  const auto config = parse_cluster_flags({"--simulate=3"}, "up").value();
  EXPECT_EQ(config.simulated_nodes, 3);
  EXPECT_FALSE(config.node);
}

TEST(ClusterFlags, a_data_directory_is_made_absolute) {
  EXPECT_EQ(parse_cluster_flags({"--data-dir=/a/./b/../c"}, "up")->data_dir, "/a/c");
  EXPECT_TRUE(parse_cluster_flags({"--data-dir=here"}, "up")->data_dir.ends_with("/here"));
  EXPECT_TRUE(parse_cluster_flags({"--data-dir=here"}, "up")->data_dir.starts_with("/"));
}

TEST(ClusterFlags, the_server_is_told_all_that_up_was_told) {
  const std::vector<std::vector<std::string>> cases = {
      {"--data-dir=/d"},
      {"--data-dir=/d", "--listen=0.0.0.0:1", "--node-name=n", "--kubeconfig=/k", "--ephemeral"},
      {"--data-dir=/d", "--no-node", "--runtime-endpoint=/run/cri.sock"},
      {"--data-dir=/d", "--simulate=7"},
  };
  for (const auto& args : cases) {
    const auto told = parse_cluster_flags(args, "up").value();
    const auto heard = parse_cluster_flags(server_flags(told), "server").value();
    EXPECT_EQ(heard.data_dir, told.data_dir);
    EXPECT_EQ(heard.listen, told.listen);
    EXPECT_EQ(heard.kubeconfig, told.kubeconfig);
    EXPECT_EQ(heard.ephemeral, told.ephemeral);
    EXPECT_EQ(heard.node, told.node);
    EXPECT_EQ(heard.simulated_nodes, told.simulated_nodes);
    EXPECT_EQ(heard.runtime_endpoint, told.runtime_endpoint);
    EXPECT_EQ(heard.node_name, told.node_name);
  }
}

TEST(ErrorText, leaves_out_what_the_api_puts_before_its_own_faults) {
  EXPECT_EQ(error_text(base::internal_error("disk full")), "disk full");
  EXPECT_EQ(error_text(base::bad_request("no such flag")), "no such flag");
}

}  // namespace
}  // namespace proa::cli
