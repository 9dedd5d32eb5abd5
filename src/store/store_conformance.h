// The promises of store.h as tests, run against every implementation:
//
//   struct Maker { static constexpr bool kThreads = true; std::unique_ptr<Store> make(); };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreConformance, Maker);
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "object/value.h"
#include "runtime/random.h"
#include "store/store_testing.h"

namespace proa::store {

template <class Maker>
class StoreConformance : public testing::Test {
 protected:
  Maker maker_;
  std::unique_ptr<Store> store_ = maker_.make();

  Committed put(std::string key, std::string_view text, Revision expected = Write::kAny) {
    return testing_commit(*store_, {test_put(std::move(key), text, expected)});
  }
  Committed erase(std::string key, Revision expected = Write::kAny) {
    return testing_commit(*store_, {test_delete(std::move(key), expected)});
  }
  std::unique_ptr<Watch> watch(std::string_view prefix, Revision from, std::function<void()> wake = [] {}) {
    auto made = store_->watch(prefix, from, std::move(wake));
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
};

TYPED_TEST_SUITE_P(StoreConformance);

// --- writes ------------------------------------------------------------------------------------------------------

TYPED_TEST_P(StoreConformance, a_stored_object_carries_its_revision) {
  const Committed made = this->put("/a/1", "one");
  EXPECT_EQ(made.refusal, Refusal::kNone);
  EXPECT_GT(made.revision, 1);
  const EntryPtr entry = this->store_->snapshot()->get("/a/1");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry, made.entries.at(0));
  EXPECT_EQ(entry->revision, made.revision);
  EXPECT_EQ(entry->create_revision, made.revision);
  EXPECT_EQ(entry->document["metadata"]["resourceVersion"].as_string(), std::to_string(made.revision));
  EXPECT_EQ(text_of(entry), "one");
  EXPECT_EQ(this->store_->latest("/a/1"), entry);
}

TYPED_TEST_P(StoreConformance, revisions_grow_by_one_per_write_and_per_batch) {
  const Revision first = this->put("/a/1", "x").revision;
  EXPECT_EQ(this->put("/a/1", "y").revision, first + 1);
  const Committed batch =
      testing_commit(*this->store_, {test_put("/a/2", "2"), test_put("/a/3", "3"), test_delete("/a/1", Write::kAny)});
  EXPECT_EQ(batch.revision, first + 2);
  EXPECT_EQ(batch.entries.size(), 3u);
  EXPECT_EQ(this->put("/a/4", "x").revision, first + 3);
  EXPECT_EQ(this->store_->snapshot()->revision(), first + 3);
}

TYPED_TEST_P(StoreConformance, an_update_keeps_the_revision_of_the_creation) {
  const Revision created = this->put("/a/1", "x").revision;
  this->put("/a/1", "y");
  EXPECT_EQ(this->store_->snapshot()->get("/a/1")->create_revision, created);
  this->erase("/a/1");
  const Revision again = this->put("/a/1", "z").revision;
  EXPECT_EQ(this->store_->snapshot()->get("/a/1")->create_revision, again);
}

TYPED_TEST_P(StoreConformance, what_the_head_must_hold_is_checked) {
  const Revision first = this->put("/a/1", "x", Write::kAbsent).revision;
  const Committed exists = this->put("/a/1", "y", Write::kAbsent);
  EXPECT_EQ(exists.refusal, Refusal::kExists);
  EXPECT_EQ(text_of(exists.current), "x");
  EXPECT_EQ(this->put("/a/1", "y", first).refusal, Refusal::kNone);
  const Committed changed = this->put("/a/1", "z", first);
  EXPECT_EQ(changed.refusal, Refusal::kChanged);
  EXPECT_EQ(text_of(changed.current), "y");
  EXPECT_EQ(changed.revision, 0);
  EXPECT_EQ(this->put("/a/2", "z", first).refusal, Refusal::kNotFound);
  EXPECT_EQ(this->erase("/a/1", first).refusal, Refusal::kChanged);
  EXPECT_EQ(this->erase("/a/2").refusal, Refusal::kNotFound);
  EXPECT_EQ(text_of(this->store_->snapshot()->get("/a/1")), "y");
}

TYPED_TEST_P(StoreConformance, a_refusal_takes_no_revision) {
  const Revision first = this->put("/a/1", "x").revision;
  this->put("/a/1", "y", Write::kAbsent);
  EXPECT_EQ(this->put("/a/1", "y").revision, first + 1);
}

TYPED_TEST_P(StoreConformance, a_delete_gives_the_last_state_with_its_own_revision) {
  this->put("/a/1", "x");
  const Committed gone = this->erase("/a/1");
  EXPECT_EQ(text_of(gone.entries.at(0)), "x");
  EXPECT_EQ(gone.entries[0]->document["metadata"]["resourceVersion"].as_string(), std::to_string(gone.revision));
  EXPECT_EQ(this->store_->snapshot()->get("/a/1"), nullptr);
  EXPECT_EQ(this->store_->latest("/a/1"), nullptr);
}

TYPED_TEST_P(StoreConformance, a_batch_is_taken_whole_or_not_at_all) {
  this->put("/a/1", "x");
  const Committed refused = testing_commit(
      *this->store_, {test_put("/a/2", "2"), test_put("/a/1", "y", Write::kAbsent), test_put("/a/3", "3")});
  EXPECT_EQ(refused.refusal, Refusal::kExists);
  EXPECT_EQ(refused.refused_index, 1u);
  EXPECT_EQ(this->store_->snapshot()->count(""), 1u);
}

TYPED_TEST_P(StoreConformance, a_batch_that_writes_a_key_twice_or_nothing_is_an_error) {
  EXPECT_EQ(testing_try(*this->store_, {test_put("/a/1", "x"), test_put("/a/1", "y")}).error().code, 400);
  EXPECT_EQ(testing_try(*this->store_, {}).error().code, 413);
}

TYPED_TEST_P(StoreConformance, the_durable_head_holds_the_write_when_it_is_acknowledged) {
  std::atomic<int> held = 0;
  for (int i = 0; i < 20; ++i) {
    std::vector<Write> writes;
    const std::string key = "/a/" + std::to_string(i);
    writes.push_back(test_put(key, "x"));
    this->store_->commit(std::move(writes), [&, key](Result<Committed> result) {
      const auto now = this->store_->snapshot();
      held += result && now->get(key) && now->revision() >= result->revision;
    });
  }
  this->store_->flush();
  EXPECT_EQ(held, 20);
}

TYPED_TEST_P(StoreConformance, a_callback_may_write_again) {
  int left = 2000;
  std::function<void(Result<Committed>)> again = [&](Result<Committed> result) {
    ASSERT_TRUE(result);
    if (--left == 0) return;
    std::vector<Write> writes;
    writes.push_back(test_put("/a/1", std::to_string(left)));
    this->store_->commit(std::move(writes), again);
  };
  std::vector<Write> writes;
  writes.push_back(test_put("/a/1", "first"));
  this->store_->commit(std::move(writes), again);
  this->store_->flush();
  EXPECT_EQ(left, 0);
}

// --- snapshots ---------------------------------------------------------------------------------------------------

TYPED_TEST_P(StoreConformance, a_snapshot_does_not_change) {
  this->put("/a/1", "x");
  this->put("/a/2", "x");
  const SnapshotPtr then = this->store_->snapshot();
  this->put("/a/1", "y");
  this->erase("/a/2");
  this->put("/a/3", "z");
  EXPECT_EQ(text_of(then->get("/a/1")), "x");
  EXPECT_EQ(then->count("/a/"), 2u);
  EXPECT_EQ(this->store_->snapshot()->count("/a/"), 2u);
  EXPECT_EQ(text_of(this->store_->snapshot()->get("/a/1")), "y");
}

TYPED_TEST_P(StoreConformance, a_scan_can_go_on_from_a_key) {
  for (int i = 0; i < 250; ++i) this->put("/a/" + std::to_string(1000 + i), "x");
  this->put("/b/1", "x");
  const SnapshotPtr now = this->store_->snapshot();
  std::vector<std::string> found;
  std::string from;
  bool more = true;
  while (more) {
    size_t page = 0;
    more = false;
    now->scan("/a/", from, [&](const EntryPtr& entry) {
      if (page++ == 100) {
        from = entry->key;
        more = true;
        return false;
      }
      found.push_back(entry->key);
      return true;
    });
  }
  EXPECT_EQ(found.size(), 250u);
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  EXPECT_EQ(now->count("/a/"), 250u);
}

TYPED_TEST_P(StoreConformance, the_past_can_be_read_as_it_was) {
  runtime::SeededRandom random(5);
  std::map<Revision, std::map<std::string, std::string>> states;
  std::map<std::string, std::string> state;
  states[this->store_->snapshot()->revision()] = state;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "/a/" + std::to_string(random.below(20));
    if (state.contains(key) && random.below(3) == 0) {
      state.erase(key);
      states[this->erase(key).revision] = state;
    } else {
      state[key] = std::to_string(i);
      states[this->put(key, state[key]).revision] = state;
    }
  }
  for (const auto& [revision, then] : states) {
    const SnapshotPtr past = this->store_->snapshot_at(revision);
    ASSERT_TRUE(past) << revision;
    EXPECT_EQ(past->revision(), revision);
    std::map<std::string, std::string> seen;
    past->scan("", "", [&](const EntryPtr& entry) {
      seen[entry->key] = text_of(entry);
      return true;
    });
    EXPECT_EQ(seen, then) << revision;
  }
  EXPECT_EQ(this->store_->snapshot_at(this->store_->oldest() - 1), nullptr);
  EXPECT_EQ(this->store_->snapshot_at(this->store_->snapshot()->revision() + 1), nullptr);
}

// --- watches -----------------------------------------------------------------------------------------------------

TYPED_TEST_P(StoreConformance, a_watch_gives_each_later_event_once_and_in_order) {
  const Revision start = this->put("/a/0", "before").revision;
  const auto watch = this->watch("/a/", start);
  const Revision made = this->put("/a/1", "one").revision;
  this->put("/b/1", "elsewhere");
  const Revision changed = this->put("/a/1", "two").revision;
  const Revision gone = this->erase("/a/1").revision;
  const auto events = drain(*watch);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0]->revision, made);
  EXPECT_EQ(events[0]->type, EventType::kPut);
  EXPECT_EQ(events[0]->previous, nullptr);
  EXPECT_EQ(text_of(events[0]->entry), "one");
  EXPECT_EQ(events[1]->revision, changed);
  EXPECT_EQ(text_of(events[1]->previous), "one");
  EXPECT_EQ(text_of(events[1]->entry), "two");
  EXPECT_EQ(events[2]->revision, gone);
  EXPECT_EQ(events[2]->type, EventType::kDelete);
  EXPECT_EQ(text_of(events[2]->previous), "two");
  EXPECT_EQ(events[2]->entry->document["metadata"]["resourceVersion"].as_string(), std::to_string(gone));
  EXPECT_TRUE(drain(*watch).empty());
}

TYPED_TEST_P(StoreConformance, a_watch_starts_in_the_past_or_now_but_not_in_the_future) {
  const Revision first = this->put("/a/1", "1").revision;
  this->put("/a/2", "2");
  EXPECT_EQ(drain(*this->watch("/a/", first)).size(), 1u);
  const auto now = this->watch("/a/", 0);
  EXPECT_TRUE(drain(*now).empty());
  this->put("/a/3", "3");
  EXPECT_EQ(drain(*now).size(), 1u);
  const auto future = this->store_->watch("/a/", first + 100, [] {});
  ASSERT_FALSE(future);
  EXPECT_EQ(future.error().code, 504);
  const auto gone = this->store_->watch("/a/", this->store_->oldest() - 1, [] {});
  if (this->store_->oldest() > 1) {
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().reason, "Expired");
  }
}

TYPED_TEST_P(StoreConformance, all_events_of_a_batch_come_and_position_counts_whole_batches) {
  const Revision start = this->put("/a/0", "x").revision;
  const auto watch = this->watch("/a/", start);
  const Revision batch =
      testing_commit(*this->store_, {test_put("/a/1", "1"), test_put("/a/2", "2"), test_put("/b/3", "3")}).revision;
  EXPECT_EQ(watch->position(), start);
  EventPtr event;
  ASSERT_EQ(watch->next(event), Watch::Next::kEvent);
  EXPECT_EQ(event->entry->key, "/a/1");
  EXPECT_EQ(watch->position(), batch - 1);
  ASSERT_EQ(watch->next(event), Watch::Next::kEvent);
  EXPECT_EQ(event->entry->key, "/a/2");
  EXPECT_EQ(watch->next(event), Watch::Next::kIdle);
  EXPECT_EQ(watch->position(), batch);
  const Revision elsewhere = this->put("/b/1", "x").revision;
  EXPECT_EQ(watch->next(event), Watch::Next::kIdle);
  EXPECT_EQ(watch->position(), elsewhere);
}

TYPED_TEST_P(StoreConformance, a_wake_up_comes_once_until_the_watch_was_idle_again) {
  std::atomic<int> woken = 0;
  const auto watch = this->watch("/a/", 0, [&] { ++woken; });
  this->put("/b/1", "x");
  EXPECT_EQ(woken, 0);
  this->put("/a/1", "x");
  this->put("/a/2", "x");
  EXPECT_EQ(woken, 1);
  EventPtr event;
  watch->next(event);
  this->put("/a/3", "x");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(drain(*watch).size(), 2u);
  this->put("/a/4", "x");
  EXPECT_EQ(woken, 2);
}

TYPED_TEST_P(StoreConformance, each_watched_prefix_of_a_key_is_woken) {
  std::map<std::string, std::atomic<int>> woken;
  std::vector<std::unique_ptr<Watch>> watches;
  for (const char* prefix : {"", "/", "/a", "/a/", "/a/1", "/a/10", "/a/12", "/b/", "/a/1/x"}) {
    woken[prefix] = 0;
    watches.push_back(this->watch(prefix, 0, [&, p = std::string(prefix)] { ++woken[p]; }));
  }
  EXPECT_EQ(this->store_->stats().watchers, 9u);
  this->put("/a/1", "x");
  this->put("/a/12", "x");
  for (const char* prefix : {"", "/", "/a", "/a/", "/a/1", "/a/12"}) EXPECT_EQ(woken[prefix], 1) << prefix;
  for (const char* prefix : {"/a/10", "/b/", "/a/1/x"}) EXPECT_EQ(woken[prefix], 0) << prefix;
  watches.clear();
  EXPECT_EQ(this->store_->stats().watchers, 0u);
  this->put("/a/1", "y");
  EXPECT_EQ(woken["/a/"], 1);
}

TYPED_TEST_P(StoreConformance, a_wake_up_may_destroy_its_watch) {
  std::unique_ptr<Watch> watch;
  std::atomic<int> woken = 0;
  watch = this->watch("/a/", 0, [&] {
    ++woken;
    watch.reset();
  });
  this->put("/a/1", "x");
  this->put("/a/2", "x");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(this->store_->stats().watchers, 0u);
}

// --- many threads ------------------------------------------------------------------------------------------------

TYPED_TEST_P(StoreConformance, writers_that_check_revisions_lose_no_update) {
  if (!TypeParam::kThreads) GTEST_SKIP() << "lives on one thread";
  constexpr int kWriters = 4, kEach = 50;
  this->put("/a/counter", "0");
  const Revision start = this->store_->snapshot()->revision();
  std::vector<std::thread> threads;
  for (int t = 0; t < kWriters; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kEach;) {
        const EntryPtr now = this->store_->latest("/a/counter");
        const std::string next = std::to_string(std::stoi(text_of(now)) + 1);
        done += testing_commit(*this->store_, {test_put("/a/counter", next, now->revision)}).refusal == Refusal::kNone;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(text_of(this->store_->snapshot()->get("/a/counter")), std::to_string(kWriters * kEach));
  const auto events = drain(*this->watch("/a/", start));
  ASSERT_EQ(events.size(), static_cast<size_t>(kWriters * kEach));
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(text_of(events[i]->entry), std::to_string(i + 1));
}

TYPED_TEST_P(StoreConformance, woken_watchers_miss_nothing_under_many_writers) {
  if (!TypeParam::kThreads) GTEST_SKIP() << "lives on one thread";
  constexpr int kWriters = 4, kEach = 100;
  std::mutex mutex;
  std::vector<Revision> seen;
  std::unique_ptr<Watch> watch;
  const auto take = [&] {
    const std::lock_guard lock(mutex);
    if (!watch) return;
    for (const auto& event : drain(*watch)) seen.push_back(event->revision);
  };
  {
    const std::lock_guard lock(mutex);
    watch = this->watch("/a/", 0, take);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kWriters; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) this->put("/a/" + std::to_string(t), std::to_string(i));
    });
  for (auto& thread : threads) thread.join();
  this->store_->flush();
  const std::lock_guard lock(mutex);
  EXPECT_EQ(seen.size(), static_cast<size_t>(kWriters * kEach));
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[i - 1] + 1);
}

REGISTER_TYPED_TEST_SUITE_P(
    StoreConformance, a_stored_object_carries_its_revision, revisions_grow_by_one_per_write_and_per_batch,
    an_update_keeps_the_revision_of_the_creation, what_the_head_must_hold_is_checked, a_refusal_takes_no_revision,
    a_delete_gives_the_last_state_with_its_own_revision, a_batch_is_taken_whole_or_not_at_all,
    a_batch_that_writes_a_key_twice_or_nothing_is_an_error, the_durable_head_holds_the_write_when_it_is_acknowledged,
    a_callback_may_write_again, a_snapshot_does_not_change, a_scan_can_go_on_from_a_key, the_past_can_be_read_as_it_was,
    a_watch_gives_each_later_event_once_and_in_order, a_watch_starts_in_the_past_or_now_but_not_in_the_future,
    all_events_of_a_batch_come_and_position_counts_whole_batches, a_wake_up_comes_once_until_the_watch_was_idle_again,
    each_watched_prefix_of_a_key_is_woken, a_wake_up_may_destroy_its_watch, writers_that_check_revisions_lose_no_update,
    woken_watchers_miss_nothing_under_many_writers);

}  // namespace proa::store
