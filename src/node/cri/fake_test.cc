// The made-up runtime keeps the promises of runtime.h that whoever drives it leans on.
#include "node/cri/fake.h"

#include <gmock/gmock.h>

#include "client/fake_executor.h"

namespace proa::node::cri {
namespace {

using runtime::kSecond;
using testing::IsEmpty;

class FakeRuntimeTest : public testing::Test {
 protected:
  FakeRuntimeTest() {
    runtime_.on_start([](const auto&, const auto&) { return FakeLife{.start_delay = 5 * kSecond}; });
    runtime_.run_pod_sandbox({}, [this](const Result<std::string>& got) { sandbox_ = *got; });
    executor_.settle();
    runtime_.create_container(sandbox_, {}, {}, [this](const Result<std::string>& got) { container_ = *got; });
    executor_.settle();
  }

  /// Begins to start the container, lets `meanwhile` happen a second later, and looks at how the start ended.
  template <class F>
  void start_and(F meanwhile) {
    runtime_.start_container(container_, [this](const Result<void>& how) {
      ++answers_;
      started_ = how.has_value();
    });
    executor_.advance(kSecond);
    EXPECT_EQ(answers_, 0);
    meanwhile();
    executor_.advance(60 * kSecond);
  }

  client::FakeExecutor executor_;
  FakeRuntime runtime_{executor_};
  std::string sandbox_, container_;
  int answers_ = 0;
  bool started_ = false;
};

TEST_F(FakeRuntimeTest, answers_a_start_once_it_runs) {
  start_and([] {});
  EXPECT_EQ(answers_, 1);
  EXPECT_TRUE(started_);
  EXPECT_EQ(runtime_.running_ids().size(), 1U);
}

TEST_F(FakeRuntimeTest, a_start_fails_when_the_container_is_removed_meanwhile) {
  start_and([this] { runtime_.remove_container(container_, [](const Result<void>&) {}); });
  EXPECT_EQ(answers_, 1);
  EXPECT_FALSE(started_);
}

TEST_F(FakeRuntimeTest, a_start_fails_when_its_sandbox_is_stopped_or_removed_meanwhile) {
  start_and([this] { runtime_.stop_pod_sandbox(sandbox_, [](const Result<void>&) {}); });
  EXPECT_EQ(answers_, 1);
  EXPECT_FALSE(started_);
  EXPECT_THAT(runtime_.running_ids(), IsEmpty());
  runtime_.remove_pod_sandbox(sandbox_, [](const Result<void>&) {});
  executor_.settle();
  EXPECT_EQ(answers_, 1);
}

TEST_F(FakeRuntimeTest, nothing_begins_to_run_after_a_power_cut) {
  start_and([this] { runtime_.power_cut(); });
  EXPECT_EQ(answers_, 1);
  EXPECT_FALSE(started_);
  EXPECT_THAT(runtime_.running_ids(), IsEmpty());
}

TEST_F(FakeRuntimeTest, a_stop_ends_when_the_container_is_removed_meanwhile) {
  runtime_.on_start([](const auto&, const auto&) { return FakeLife{.stop_delay = 100 * kSecond}; });
  runtime_.start_container(container_, [](const Result<void>&) {});
  int stops = 0;
  runtime_.stop_container(container_, 30, [&](const Result<void>&) { ++stops; });
  runtime_.remove_pod_sandbox(sandbox_, [](const Result<void>&) {});
  executor_.advance(60 * kSecond);
  EXPECT_EQ(stops, 1);
}

TEST_F(FakeRuntimeTest, asks_for_a_look_at_everything_when_it_answers_again) {
  std::vector<Event::Type> heard;
  runtime_.on_event([&](const Event& event) { heard.push_back(event.type); });
  runtime_.set_down("connection refused");
  executor_.settle();
  EXPECT_THAT(heard, IsEmpty());
  runtime_.set_down("");
  executor_.settle();
  EXPECT_THAT(heard, testing::ElementsAre(Event::Type::kRelist));
}

}  // namespace
}  // namespace proa::node::cri
