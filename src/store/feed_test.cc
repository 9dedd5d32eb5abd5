#include "store/feed.h"

#include <string>

#include <gtest/gtest.h>

#include "store/store_testing.h"

namespace proa::store {
namespace {

constexpr runtime::TimeNs kStart = 1'800'000'000 * runtime::kSecond;

class FeedTest : public testing::Test {
 protected:
  void make(FeedLimits limits) { feed_ = std::make_shared<Feed>(limits, 100); }

  /// Appends one change of `key`; `size` bytes of old value hang on it.
  void change(const std::string& key, size_t size = 0, runtime::TimeNs at = kStart) {
    auto entry = std::make_shared<Entry>();
    entry->key = key;
    entry->revision = ++revision_;
    EntryPtr previous;
    if (size > 0)
      previous = std::make_shared<Entry>(Entry{key, test_document("old", std::string(size, 'x')), revision_ - 1, 1});
    const std::vector<EventPtr> events{
        std::make_shared<Event>(Event{EventType::kPut, std::move(entry), std::move(previous), revision_})};
    feed_->append(events, revision_, at, at);
    feed_->wake_for(events);
  }
  std::unique_ptr<Watch> watch(std::string_view prefix, Revision from, std::function<void()> wake = [] {}) {
    auto made = feed_->watch(prefix, from, std::move(wake));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }

  std::shared_ptr<Feed> feed_;
  Revision revision_ = 100;
};

TEST_F(FeedTest, a_watcher_that_falls_behind_by_count_is_told) {
  make({.max_events = 200});
  const auto slow = watch("/a/", 100), fast = watch("/a/", 100);
  for (int i = 0; i < 500; ++i) {
    change("/a/1");
    if (i % 50 == 0) drain(*fast);
  }
  EventPtr event;
  EXPECT_EQ(slow->next(event), Watch::Next::kExpired);
  EXPECT_EQ(slow->next(event), Watch::Next::kExpired) << "nothing more comes";
  EXPECT_EQ(drain(*fast).back()->revision, 600);
  EXPECT_EQ(fast->next(event), Watch::Next::kIdle);
  EXPECT_EQ(feed_->oldest(), 400);
  EXPECT_FALSE(feed_->watch("/a/", 399, [] {}));
  EXPECT_EQ(drain(*watch("/a/", 400)).size(), 200u);
}

TEST_F(FeedTest, what_was_taken_out_of_the_ring_is_still_given_before_the_watch_expires) {
  make({.max_events = 100});
  const auto slow = watch("/a/", 100);
  for (int i = 0; i < 80; ++i) change("/a/1");
  EventPtr event;
  ASSERT_EQ(slow->next(event), Watch::Next::kEvent);
  for (int i = 0; i < 200; ++i) change("/a/1");
  Revision last = event->revision;
  Watch::Next what = Watch::Next::kEvent;
  while ((what = slow->next(event)) == Watch::Next::kEvent) {
    EXPECT_EQ(event->revision, last + 1);
    last = event->revision;
  }
  EXPECT_EQ(what, Watch::Next::kExpired);
}

TEST_F(FeedTest, old_values_are_kept_within_a_budget_of_bytes) {
  make({.max_bytes = 100'000});
  for (int i = 0; i < 100; ++i) change("/a/1", 10'000);
  EXPECT_GE(feed_->oldest(), 190);
  EXPECT_LT(feed_->oldest(), 200);
}

TEST_F(FeedTest, events_leave_when_they_are_too_old) {
  make({.max_age = runtime::kMinute});
  change("/a/1", 0, kStart);
  change("/a/1", 0, kStart + 50 * runtime::kSecond);
  EXPECT_EQ(feed_->oldest(), 100);
  change("/a/1", 0, kStart + 61 * runtime::kSecond);
  EXPECT_EQ(feed_->oldest(), 101);
}

TEST_F(FeedTest, a_watcher_finds_its_few_events_among_many_others) {
  make({});
  const auto rare = watch("/rare/", 100);
  for (int i = 0; i < 5000; ++i) change(i % 1000 == 999 ? "/rare/1" : "/often/1");
  EXPECT_EQ(drain(*rare).size(), 5u);
  EXPECT_EQ(rare->position(), revision_);
}

TEST_F(FeedTest, a_watch_outlives_its_store) {
  make({});
  const auto watch = this->watch("/a/", 100);
  change("/a/1");
  feed_.reset();
  EXPECT_EQ(drain(*watch).size(), 1u);
}

TEST_F(FeedTest, only_idle_watchers_of_a_matching_prefix_are_woken) {
  make({});
  int busy = 0, idle = 0, other = 0;
  const auto one = watch("/a/", 100, [&] { ++busy; });
  const auto two = watch("/a/", 100, [&] { ++idle; });
  const auto three = watch("/a/b/", 100, [&] { ++other; });
  for (int i = 0; i < 3; ++i) {
    change("/a/1");
    drain(*two);
  }
  EXPECT_EQ(busy, 1);
  EXPECT_EQ(idle, 3);
  EXPECT_EQ(other, 0);
}

}  // namespace
}  // namespace proa::store
