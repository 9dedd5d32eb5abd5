#include "cli/kubectl/flags.h"

#include <gtest/gtest.h>

namespace proa::cli::kubectl {
namespace {

struct Parsed {
  std::string output;
  std::vector<std::string> files, env;
  bool watch = false, tty = false, in = false;
  int64_t replicas = -1, timeout = 0;
  FlagSet flags;

  Parsed() {
    flags.text("output", 'o', &output);
    flags.list("filename", 'f', &files);
    flags.array("env", 'e', &env);
    flags.boolean("watch", 'w', &watch);
    flags.boolean("tty", 't', &tty);
    flags.boolean("stdin", 'i', &in);
    flags.integer("replicas", 0, &replicas, 32);
    flags.duration("timeout", 0, &timeout);
  }
  std::string error(const std::vector<std::string>& words) {
    auto args = flags.parse(words);
    return args ? "" : args.error().message();
  }
};

TEST(Flags, reads_values_in_every_form) {
  Parsed p;
  auto args = p.flags.parse({"pods", "-owide", "--replicas=3", "-f", "a,b", "-f=c", "-it", "--env", "A=1,2", "web"});
  ASSERT_TRUE(args.has_value());
  EXPECT_EQ(*args, (std::vector<std::string>{"pods", "web"}));
  EXPECT_EQ(p.output, "wide");
  EXPECT_EQ(p.replicas, 3);
  EXPECT_EQ(p.files, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(p.env, (std::vector<std::string>{"A=1,2"}));
  EXPECT_TRUE(p.in && p.tty);
  EXPECT_TRUE(p.flags.changed("output"));
  EXPECT_FALSE(p.flags.changed("watch"));
}

TEST(Flags, ends_at_two_dashes) {
  Parsed p;
  auto args = p.flags.parse({"web", "-i", "--", "sleep", "-w"});
  ASSERT_TRUE(args.has_value());
  EXPECT_EQ(*args, (std::vector<std::string>{"web", "sleep", "-w"}));
  EXPECT_EQ(p.flags.args_before_dashes(), 1);
  EXPECT_FALSE(p.watch);
}

TEST(Flags, words_its_errors_as_pflag_does) {
  EXPECT_EQ(Parsed().error({"--frobnicate"}), "unknown flag: --frobnicate");
  EXPECT_EQ(Parsed().error({"-wx"}), "unknown shorthand flag: 'x' in -wx");
  EXPECT_EQ(Parsed().error({"--output"}), "flag needs an argument: --output");
  EXPECT_EQ(Parsed().error({"-o"}), "flag needs an argument: 'o' in -o");
  EXPECT_EQ(Parsed().error({"--watch=maybe"}),
            R"(invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax)");
  EXPECT_EQ(Parsed().error({"--replicas=x"}),
            R"(invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax)");
  EXPECT_EQ(Parsed().error({"--timeout=5"}),
            R"(invalid argument "5" for "--timeout" flag: time: missing unit in duration "5")");
}

TEST(Flags, remembers_what_was_given_in_order) {
  Parsed p;
  ASSERT_TRUE(p.flags.parse({"-w", "--filename", "a", "-o=x"}).has_value());
  const std::vector<std::pair<std::string, std::string>> want{{"watch", "true"}, {"filename", "a"}, {"output", "x"}};
  EXPECT_EQ(p.flags.seen(), want);
}

}  // namespace
}  // namespace proa::cli::kubectl
