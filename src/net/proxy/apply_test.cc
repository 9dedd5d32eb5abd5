#include "net/proxy/apply.h"

#include <gtest/gtest.h>

#include "client/fake_executor.h"

namespace proa::net {
namespace {

Ruleset with_service(const std::string& ip) {
  Ruleset rules;
  rules.cluster_ips = {ip};
  return rules;
}

class ApplierTest : public testing::Test {
 protected:
  /// Ends the transaction that runs.
  void end(Result<void> result) {
    auto done = std::move(done_);
    done_ = nullptr;
    done(std::move(result));
  }
  client::FakeExecutor executor_;
  std::vector<std::string> scripts_;
  std::function<void(Result<void>)> done_;
  Applier applier_{{"t", "10.244.0.0/24"},
                   [this](std::string script, std::function<void(Result<void>)> done) {
                     ASSERT_FALSE(done_) << "two transactions at a time";
                     scripts_.push_back(std::move(script));
                     done_ = std::move(done);
                   },
                   executor_};
};

TEST_F(ApplierTest, sends_the_table_first_and_then_what_changed) {
  int told = 0;
  applier_.want(with_service("10.96.0.1"), [&] { ++told; });
  EXPECT_EQ(told, 0);
  end({});
  EXPECT_EQ(told, 1);
  applier_.want(with_service("10.96.0.2"), [&] { ++told; });
  end({});
  EXPECT_EQ(told, 2);
  ASSERT_EQ(scripts_.size(), 2U);
  EXPECT_TRUE(scripts_[0].starts_with("add table ip proa-t"));
  EXPECT_EQ(scripts_[1],
            "delete element ip proa-t cluster-ips { 10.96.0.1 }\nadd element ip proa-t cluster-ips { 10.96.0.2 }\n");
}

TEST_F(ApplierTest, what_is_wanted_while_nft_runs_is_one_transaction) {
  std::vector<int> told;
  applier_.want(with_service("10.96.0.1"));
  applier_.want(with_service("10.96.0.2"), [&] { told.push_back(2); });
  applier_.want(with_service("10.96.0.3"), [&] { told.push_back(3); });
  end({});
  EXPECT_TRUE(told.empty());
  end({});
  EXPECT_EQ(told, (std::vector<int>{2, 3}));
  EXPECT_EQ(scripts_.size(), 2U);
  EXPECT_TRUE(applier_.settled());
}

TEST_F(ApplierTest, the_same_again_needs_no_transaction_and_is_told_at_once) {
  applier_.want(with_service("10.96.0.1"));
  end({});
  bool told = false;
  applier_.want(with_service("10.96.0.1"), [&] { told = true; });
  EXPECT_TRUE(told);
  EXPECT_EQ(scripts_.size(), 1U);
}

TEST_F(ApplierTest, after_a_failure_the_whole_table_is_sent_again) {
  applier_.want(with_service("10.96.0.1"));
  end({});
  bool told = false;
  applier_.want(with_service("10.96.0.2"), [&] { told = true; });
  end(Error(base::internal_error("no such table")));
  EXPECT_FALSE(told);
  executor_.advance(2 * runtime::kSecond);
  ASSERT_EQ(scripts_.size(), 3U);
  EXPECT_TRUE(scripts_[2].starts_with("add table ip proa-t"));
  EXPECT_NE(scripts_[2].find("10.96.0.2"), std::string::npos);
  end({});
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace proa::net
