#include "scheduler/queue.h"

#include <gtest/gtest.h>

#include "scheduler/filter/filter.h"

namespace proa::scheduler {
namespace {

using runtime::kSecond;

std::string drain(Queue& queue, runtime::TimeNs now) {
  std::string keys;
  while (const auto key = queue.take(now)) keys += (keys.empty() ? "" : " ") + *key;
  return keys;
}

TEST(Queue, the_more_important_go_first_and_equals_in_order_of_arrival) {
  Queue queue;
  queue.add("b", 0);
  queue.add("a", 0);
  queue.add("high", 10);
  queue.add("low", -5);
  EXPECT_EQ(drain(queue, 0), "high b a low");
}

TEST(Queue, a_pod_that_is_added_again_keeps_its_place_but_may_gain_importance) {
  Queue queue;
  queue.add("a", 0);
  queue.add("b", 0);
  queue.add("a", 0);
  EXPECT_EQ(queue.active(), 2u);
  queue.add("b", 5);
  EXPECT_EQ(drain(queue, 0), "b a");
}

TEST(Queue, a_removed_pod_is_forgotten_wherever_it_was) {
  Queue queue;
  for (const char* key : {"active", "backoff", "waiting", "taken"}) queue.add(key, 0);
  EXPECT_EQ(queue.take(0), "active");
  queue.add("active", 0);
  for (int i = 0; i < 4; ++i) (void)queue.take(0);
  queue.put_back("backoff", 0, 0);
  queue.put_back("waiting", 0, kNodeChanged);
  queue.add("active", 0);
  EXPECT_EQ(queue.size(), 4u);
  for (const char* key : {"active", "backoff", "waiting", "taken", "never"}) queue.remove(key);
  EXPECT_EQ(queue.size(), 0u);
  queue.put_back("taken", 0, 0);
  queue.wake(kAnyChange);
  EXPECT_FALSE(queue.next_due());
  EXPECT_EQ(drain(queue, 3600 * kSecond), "");
}

TEST(Queue, only_the_right_change_wakes_and_the_back_off_still_holds) {
  Queue queue;
  queue.add("node", 0);
  queue.add("pod", 0);
  (void)drain(queue, 0);
  queue.put_back("node", 0, kNodeChanged);
  queue.put_back("pod", 0, kNodeChanged | kPodGone);
  queue.wake(kPodCame);
  EXPECT_EQ(drain(queue, 60 * kSecond), "");
  queue.wake(kPodGone);
  EXPECT_EQ(queue.next_due(), kSecond);
  EXPECT_EQ(drain(queue, kSecond - 1), "");
  EXPECT_EQ(drain(queue, kSecond), "pod");
  queue.wake(kNodeChanged);
  EXPECT_EQ(drain(queue, kSecond), "node");
}

TEST(Queue, a_pod_that_changed_itself_is_tried_at_once_though_it_backs_off) {
  Queue queue;
  queue.add("a", 0);
  (void)queue.take(0);
  queue.put_back("a", 0, 0);
  EXPECT_EQ(queue.take(0), std::nullopt);
  queue.add("a", 0);
  EXPECT_EQ(queue.take(0), "a");
}

TEST(Queue, what_was_not_taken_cannot_be_put_back) {
  Queue queue;
  queue.add("a", 0);
  queue.put_back("a", 0, kNodeChanged);
  EXPECT_EQ(queue.take(0), "a");
}

}  // namespace
}  // namespace proa::scheduler
