// The sequencer over a log in the test's hand: what is seen before and after the log lands, and how writes group.
#include "store/core.h"

#include <string>

#include <gtest/gtest.h>

#include "store/store_testing.h"

namespace proa::store {
namespace {

/// Batches land when the test says so.
class HeldLog : public Log {
 public:
  void append(BatchPtr batch, std::function<void(Result<void>)> done) override {
    batches.push_back(std::move(batch));
    done_ = std::move(done);
  }
  void drain() override {
    while (done_) land({});
  }
  void close(Revision highest) override { closed_at = highest; }
  void land(Result<void> result) { std::exchange(done_, nullptr)(std::move(result)); }

  std::vector<BatchPtr> batches;
  Revision closed_at = 0;

 private:
  std::function<void(Result<void>)> done_;
};

class CoreTest : public testing::Test {
 protected:
  CoreTest() { make({}); }
  void make(CoreOptions options) {
    auto log = std::make_unique<HeldLog>();
    log_ = log.get();
    core_ = std::make_unique<Core>(std::move(log), Recovered{}, options);
  }
  /// Commits; the outcome goes to `told_` when it comes.
  void put(std::string key, std::string_view text, Revision expected = Write::kAny) {
    std::vector<Write> writes;
    writes.push_back(test_put(std::move(key), text, expected));
    core_->commit(std::move(writes), [this](Result<Committed> result) {
      if (!result) told_ += result.error().reason + " ";
      if (result) told_ += result->refusal == Refusal::kNone ? std::to_string(result->revision) + " " : "refused ";
    });
  }

  HeldLog* log_ = nullptr;
  std::unique_ptr<Core> core_;
  std::string told_;
};

TEST_F(CoreTest, readers_and_watchers_see_only_what_has_landed) {
  auto watch = core_->watch("/a/", 0, [] {});
  put("/a/1", "x");
  EXPECT_EQ(core_->snapshot()->get("/a/1"), nullptr);
  EXPECT_EQ(core_->snapshot()->revision(), 1);
  EXPECT_TRUE(drain(**watch).empty());
  EXPECT_EQ(told_, "");
  EXPECT_EQ(text_of(core_->latest("/a/1")), "x") << "writers build upon what is sequenced";
  log_->land({});
  EXPECT_EQ(text_of(core_->snapshot()->get("/a/1")), "x");
  EXPECT_EQ(drain(**watch).size(), 1u);
  EXPECT_EQ(told_, "2 ");
}

TEST_F(CoreTest, what_comes_while_the_log_works_shares_the_next_append) {
  for (int i = 0; i < 10; ++i) put("/a/" + std::to_string(i), "x");
  ASSERT_EQ(log_->batches.size(), 1u);
  EXPECT_EQ(log_->batches[0]->events.size(), 1u);
  log_->land({});
  ASSERT_EQ(log_->batches.size(), 2u);
  EXPECT_EQ(log_->batches[1]->events.size(), 9u);
  EXPECT_EQ(told_, "2 ");
  log_->land({});
  EXPECT_EQ(log_->batches.size(), 2u);
  EXPECT_EQ(told_, "2 3 4 5 6 7 8 9 10 11 ");
}

TEST_F(CoreTest, preconditions_are_checked_against_what_is_sequenced) {
  put("/a/1", "x", Write::kAbsent);
  put("/a/1", "y", Write::kAbsent);
  put("/a/1", "z", 2);
  log_->drain();
  EXPECT_EQ(told_, "2 refused 3 ");
  EXPECT_EQ(text_of(core_->snapshot()->get("/a/1")), "z");
}

TEST_F(CoreTest, a_refusal_that_is_owed_to_a_write_under_way_waits_for_it) {
  put("/a/1", "x");
  put("/a/1", "y", Write::kAbsent);
  put("/a/2", "z", 77);
  EXPECT_EQ(told_, "refused ") << "nothing is under way for the second key";
  log_->land({});
  EXPECT_EQ(told_, "refused 2 refused ");
  EXPECT_EQ(log_->batches.size(), 1u) << "a refusal is nothing to write";
  put("/a/1", "y");
  put("/a/1", "z", Write::kAbsent);
  log_->land(Error(base::internal_error("disk full")));
  EXPECT_EQ(told_, "refused 2 refused InternalError InternalError ") << "what refused it never was";
}

TEST_F(CoreTest, who_asks_is_told_when_what_is_sequenced_is_durable) {
  const auto ask = [this] {
    core_->when_durable("/a/1", [this](Result<void> how) { told_ += how ? "durable " : "lost "; });
  };
  ask();
  EXPECT_EQ(told_, "durable ") << "nothing is under way";
  put("/a/1", "x");
  ask();
  EXPECT_EQ(told_, "durable ");
  log_->land({});
  EXPECT_EQ(told_, "durable 2 durable ");
  put("/a/1", "y");
  ask();
  log_->land(Error(base::internal_error("disk full")));
  EXPECT_EQ(told_, "durable 2 durable InternalError lost ");
}

TEST_F(CoreTest, a_failed_append_takes_with_it_what_was_sequenced_after_it) {
  put("/a/1", "x");
  log_->land({});
  put("/a/1", "y");
  put("/a/1", "z", 3);
  put("/a/2", "w");
  log_->land(Error(base::internal_error("no room")));
  EXPECT_EQ(told_, "2 InternalError InternalError InternalError ");
  EXPECT_EQ(log_->batches.size(), 2u) << "what depends on the failure is not tried";
  EXPECT_EQ(text_of(core_->latest("/a/1")), "x");
  EXPECT_EQ(core_->latest("/a/2"), nullptr);
  put("/a/1", "again", 2);
  log_->land({});
  EXPECT_EQ(told_, "2 InternalError InternalError InternalError 6 ") << "3, 4 and 5 may have been seen";
}

TEST_F(CoreTest, a_writer_that_fails_may_try_again_in_its_callback) {
  std::vector<Write> writes;
  writes.push_back(test_put("/a/1", "x"));
  core_->commit(std::move(writes), [this](Result<Committed> result) {
    if (!result) put("/a/1", "second try");
  });
  log_->land(Error(base::internal_error("no room")));
  log_->land({});
  EXPECT_EQ(text_of(core_->snapshot()->get("/a/1")), "second try");
}

TEST_F(CoreTest, too_many_waiting_writes_are_refused_with_429) {
  make({.max_pending = 3});
  for (int i = 0; i < 5; ++i) put("/a/" + std::to_string(i), "x");
  EXPECT_EQ(told_, "TooManyRequests TooManyRequests ");
  log_->drain();
  put("/a/4", "x");
  log_->drain();
  EXPECT_EQ(told_, "TooManyRequests TooManyRequests 2 3 4 5 ");
}

TEST_F(CoreTest, revisions_are_reserved_before_they_run_out) {
  auto log = std::make_unique<HeldLog>();
  log_ = log.get();
  Recovered recovered;
  recovered.head = 1000;
  recovered.oldest = 1000;
  recovered.reserved = 1000 + kReserve;
  core_ = std::make_unique<Core>(std::move(log), std::move(recovered));
  put("/a/1", "x");
  EXPECT_EQ(log_->batches[0]->reserved, 0) << "enough left";
  log_->drain();
  recovered = {};
  recovered.head = recovered.oldest = recovered.reserved = 1000;
  log = std::make_unique<HeldLog>();
  log_ = log.get();
  core_ = std::make_unique<Core>(std::move(log), std::move(recovered));
  put("/a/1", "x");
  EXPECT_EQ(log_->batches[0]->reserved, 1001 + kReserve);
  log_->drain();
}

}  // namespace
}  // namespace proa::store
