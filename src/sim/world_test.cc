#include "sim/world.h"

#include <string>

#include <gtest/gtest.h>

namespace proa::sim {
namespace {

using runtime::kSecond;

std::string trace_of(uint64_t seed) {
  World world(seed);
  std::string trace;
  for (const char* name : {"a", "b", "c"}) {
    SimExecutor& executor = world.make_executor(name);
    for (int i = 0; i < 5; ++i) executor.post([&trace, name, i] { trace += name + std::to_string(i) + " "; });
  }
  while (world.step()) {
  }
  return trace;
}

TEST(WorldTest, same_seed_gives_the_same_order_and_another_seed_another) {
  EXPECT_EQ(trace_of(7), trace_of(7));
  EXPECT_NE(trace_of(7), trace_of(8));
}

TEST(WorldTest, tasks_of_one_executor_keep_their_order) {
  const std::string trace = trace_of(3);
  EXPECT_LT(trace.find("a0"), trace.find("a1"));
  EXPECT_LT(trace.find("b3"), trace.find("b4"));
}

TEST(WorldTest, time_jumps_to_the_next_timer) {
  World world(1);
  SimExecutor& executor = world.make_executor("a");
  runtime::TimeNs fired = 0;
  executor.after(3600 * kSecond, [&] { fired = world.clock().monotonic(); });
  world.run_until(7200 * kSecond);
  EXPECT_EQ(fired, 3600 * kSecond);
  EXPECT_EQ(world.clock().monotonic(), 7200 * kSecond);
}

TEST(WorldTest, budget_ends_the_run_of_what_is_busy_without_end) {
  World world(1);
  SimExecutor& executor = world.make_executor("a");
  const std::function<void()> again = [&] { executor.post(again); };
  executor.post(again);
  world.set_budget(1000);
  EXPECT_FALSE(world.run_until_true([] { return false; }, kSecond));
  EXPECT_TRUE(world.spent());
  EXPECT_EQ(world.steps(), 1000);
}

TEST(WorldTest, cancelled_timer_never_fires) {
  World world(1);
  SimExecutor& executor = world.make_executor("a");
  bool fired = false;
  executor.cancel(executor.after(kSecond, [&] { fired = true; }));
  world.run_until(2 * kSecond);
  EXPECT_FALSE(fired);
}

TEST(WorldTest, timer_that_is_due_can_be_cancelled_until_its_task_runs) {
  World world(1);
  SimExecutor& executor = world.make_executor("a");
  bool fired = false;
  runtime::TimerId second = 0;
  executor.after(kSecond, [&] { executor.cancel(second); });
  second = executor.after(kSecond, [&] { fired = true; });
  world.run_until(2 * kSecond);
  EXPECT_FALSE(fired);
}

TEST(WorldTest, killed_executor_drops_what_waits_and_what_comes) {
  World world(1);
  SimExecutor& executor = world.make_executor("a");
  int ran = 0;
  executor.post([&] { ++ran; });
  executor.after(kSecond, [&] { ++ran; });
  executor.kill();
  executor.post([&] { ++ran; });
  world.run_until(5 * kSecond);
  EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace proa::sim
