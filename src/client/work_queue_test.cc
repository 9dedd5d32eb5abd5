#include "client/work_queue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/fake_executor.h"

namespace proa::client {
namespace {

using Outcome = WorkQueue::Outcome;

struct WorkQueueTest : testing::Test {
  FakeExecutor executor;
  std::vector<std::string> worked;
  std::vector<WorkQueue::Finish> open;

  WorkQueue::Worker keep_open() {
    return [this](const std::string& key, WorkQueue::Finish finish) {
      worked.push_back(key);
      open.push_back(std::move(finish));
    };
  }
  void finish(size_t i, Outcome outcome = Outcome::kDone) {
    auto done = std::move(open[i]);
    done(outcome);
    executor.settle();
  }
};

TEST_F(WorkQueueTest, a_key_is_in_the_queue_once) {
  WorkQueue queue(executor, keep_open());
  queue.add("a");
  queue.add("b");
  queue.add("a");
  executor.settle();
  EXPECT_EQ(worked, (std::vector<std::string>{"a"}));
  finish(0);
  finish(1);
  EXPECT_EQ(worked, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(queue.idle());
}

TEST_F(WorkQueueTest, a_key_added_while_in_work_comes_again_afterwards) {
  WorkQueue queue(executor, keep_open(), 4);
  queue.add("a");
  executor.settle();
  queue.add("a");
  queue.add("a");
  executor.settle();
  EXPECT_EQ(worked.size(), 1u);
  finish(0);
  EXPECT_EQ(worked.size(), 2u);
  finish(1);
  EXPECT_EQ(worked.size(), 2u);
  EXPECT_TRUE(queue.idle());
}

TEST_F(WorkQueueTest, never_more_than_parallel_keys_in_work) {
  WorkQueue queue(executor, keep_open(), 2);
  for (const char* key : {"a", "b", "c"}) queue.add(key);
  executor.settle();
  EXPECT_EQ(worked.size(), 2u);
  finish(0);
  EXPECT_EQ(worked.size(), 3u);
}

TEST_F(WorkQueueTest, failures_come_again_with_growing_delay_until_one_succeeds) {
  std::vector<runtime::TimeNs> times;
  int failures = 3;
  WorkQueue queue(executor, [&](const std::string&, WorkQueue::Finish finish) {
    times.push_back(executor.monotonic() / runtime::kMillisecond);
    finish(failures-- > 0 ? Outcome::kRetry : Outcome::kDone);
  });
  queue.add("a");
  executor.advance(runtime::kSecond);
  EXPECT_EQ(times, (std::vector<runtime::TimeNs>{0, 5, 15, 35}));
  EXPECT_TRUE(queue.idle());
  failures = 1;
  queue.add("a");
  executor.advance(runtime::kSecond);
  EXPECT_EQ(times.back() - times[4], 5) << "success forgets the failures";
}

TEST_F(WorkQueueTest, the_earliest_delay_counts) {
  WorkQueue queue(executor, keep_open());
  queue.add_after("a", 10 * runtime::kSecond);
  queue.add_after("a", 2 * runtime::kSecond);
  queue.add_after("a", 5 * runtime::kSecond);
  EXPECT_EQ(queue.size(), 1u);
  executor.advance(3 * runtime::kSecond);
  EXPECT_EQ(worked.size(), 1u);
  finish(0);
  executor.advance(20 * runtime::kSecond);
  EXPECT_EQ(worked.size(), 1u);
  EXPECT_EQ(executor.timers(), 0u) << "an idle queue has no timer";
}

TEST_F(WorkQueueTest, destroying_it_with_work_open_is_harmless) {
  auto queue = std::make_unique<WorkQueue>(executor, keep_open());
  queue->add("a");
  executor.settle();
  queue->add_after("b", runtime::kSecond);
  queue.reset();
  finish(0);
  executor.advance(runtime::kMinute);
  EXPECT_EQ(worked.size(), 1u);
}

}  // namespace
}  // namespace proa::client
