#include "runtime/event_loop.h"

#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace proa::runtime {
namespace {

struct Loop {
  EventLoop loop{"test"};
  Loop() { loop.start(); }

  /// Runs on the loop and waits for it.
  void on_loop(std::function<void()> task) {
    std::promise<void> ran;
    loop.post([&] {
      task();
      ran.set_value();
    });
    ran.get_future().get();
  }
};

TEST(EventLoop, tasks_of_one_thread_run_in_order_on_the_loops_thread) {
  Loop t;
  std::vector<int> ran;
  for (int i = 0; i < 100; ++i)
    t.loop.post([&, i] {
      if (t.loop.on_this_thread()) ran.push_back(i);
    });
  t.on_loop([] {});
  EXPECT_FALSE(t.loop.on_this_thread());
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[static_cast<size_t>(i)], i);
}

TEST(EventLoop, a_task_never_runs_before_post_returns) {
  Loop t;
  std::string order;
  t.on_loop([&] {
    t.loop.post([&] { order += "posted "; });
    order += "poster ";
  });
  // Twice: the order of posts is kept for each thread, and this one's first may overtake the loop's own.
  t.on_loop([] {});
  t.on_loop([] {});
  EXPECT_EQ(order, "poster posted ");
}

TEST(EventLoop, timers_fire_by_time_and_cancelled_ones_never) {
  Loop t;
  std::promise<void> last;
  std::string fired;
  t.on_loop([&] {
    t.loop.after(2 * kMillisecond, [&] {
      fired += "b";
      last.set_value();
    });
    t.loop.after(1 * kMillisecond, [&] { fired += "a"; });
    t.loop.cancel(t.loop.after(0, [&] { fired += "x"; }));
    t.loop.cancel(0);
  });
  last.get_future().get();
  EXPECT_EQ(fired, "ab");
}

TEST(EventLoop, a_timer_does_not_fire_early) {
  Loop t;
  std::promise<TimeNs> fired;
  TimeNs start = 0;
  t.on_loop([&] {
    start = system_clock().monotonic();
    t.loop.after(20 * kMillisecond, [&] { fired.set_value(system_clock().monotonic()); });
  });
  EXPECT_GE(fired.get_future().get() - start, 20 * kMillisecond);
}

TEST(EventLoop, timer_object_cancels_at_the_end_of_its_scope_and_when_armed_anew) {
  Loop t;
  std::promise<void> end;
  std::string fired;
  std::unique_ptr<Timer> twice;
  t.on_loop([&] {
    Timer gone(t.loop);
    gone.start(0, [&] { fired += "gone"; });
    twice = std::make_unique<Timer>(t.loop);
    twice->start(0, [&] { fired += "first"; });
    twice->start(0, [&] { fired += "second"; });
    t.loop.after(5 * kMillisecond, [&] { end.set_value(); });
  });
  end.get_future().get();
  EXPECT_EQ(fired, "second");
  t.on_loop([&] {
    EXPECT_FALSE(twice->armed());
    twice.reset();
  });
}

TEST(EventLoop, what_waits_at_the_end_is_destroyed_not_run) {
  auto token = std::make_shared<int>(0);
  bool ran = false;
  {
    EventLoop loop("test");
    loop.post([&, token] { ran = true; });
    loop.after(kMinute, [&, token] { ran = true; });
    // A task whose captured state still speaks to the loop while the loop dies.
    auto timer = std::make_shared<Timer>(loop);
    timer->start(kMinute, [] {});
    loop.post([timer] {});
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(token.use_count(), 1);
}

TEST(EventLoop, runs_on_the_calling_thread_until_stopped) {
  EventLoop loop("test");
  bool here = false;
  loop.post([&] {
    here = loop.on_this_thread();
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(here);
}

}  // namespace
}  // namespace proa::runtime
