// What the SQLite store promises beyond the conformance suite: all of it across a restart.
#include <fstream>
#include <sstream>

#include "runtime/random.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_testing.h"
#include "store/store_conformance.h"

namespace proa::store {
namespace {

using sqlite::Database;
using sqlite::events_of;
using sqlite::ManualClock;
using sqlite::open_store;
using sqlite::state_of;
using sqlite::TempDir;

struct SqliteMaker {
  static constexpr bool kThreads = true;
  std::unique_ptr<Store> make() { return open_store({.path = dir.path + "/proa.db"}); }
  TempDir dir;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreConformance, SqliteMaker);

class SqliteStore : public testing::Test {
 protected:
  TempDir dir_;
  ManualClock clock_;
  SqliteOptions options_{.path = dir_.path + "/proa.db", .clock = &clock_};
  std::unique_ptr<Store> store_ = open_store(options_);

  void reopen() {
    store_.reset();
    store_ = open_store(options_);
  }
  Revision put(std::string key, std::string_view text) {
    return testing_commit(*store_, {test_put(std::move(key), text)}).revision;
  }
  /// Random creations, updates, deletions and batches.
  void change(runtime::Random& random, int times) {
    for (int i = 0; i < times; ++i) {
      const std::string key = "/a/" + std::to_string(random.below(15));
      const std::string other = "/b/" + std::to_string(random.below(15));
      switch (random.below(4)) {
        case 0: testing_commit(*store_, {test_delete(key)}); break;
        case 1: testing_commit(*store_, {test_put(key, "batch"), test_put(other, "batch")}); break;
        default: put(key, std::to_string(i));
      }
    }
  }
  int64_t rows() {
    auto database = Database::open(options_.path, false, nullptr);
    return *database->number("SELECT count(*) FROM version");
  }
  std::string bytes_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
};

TEST_F(SqliteStore, a_restart_finds_everything) {
  runtime::SeededRandom random(1);
  change(random, 300);
  const auto state = state_of(*store_->snapshot());
  const Revision head = store_->snapshot()->revision();
  reopen();
  EXPECT_EQ(state_of(*store_->snapshot()), state);
  EXPECT_EQ(store_->snapshot()->revision(), head);
  EXPECT_EQ(put("/a/new", "x"), head + 1) << "a clean end leaves no gap";
}

TEST_F(SqliteStore, watches_and_past_states_resume_across_a_restart) {
  runtime::SeededRandom random(2);
  const Revision start = store_->snapshot()->revision();
  change(random, 100);
  const Revision middle = store_->snapshot()->revision();
  const auto then = state_of(*store_->snapshot());
  change(random, 100);
  const auto all = events_of(*store_, start), tail = events_of(*store_, middle);
  reopen();
  EXPECT_EQ(events_of(*store_, start), all);
  EXPECT_EQ(events_of(*store_, middle), tail);
  EXPECT_EQ(state_of(*store_->snapshot_at(middle)), then);
  change(random, 10);
  EXPECT_GT(events_of(*store_, middle).size(), tail.size());
}

TEST_F(SqliteStore, after_a_crash_no_revision_comes_back) {
  const Revision last = put("/a/1", "x");
  // What a kill leaves: a second look at files that nobody closed.
  const auto after = open_store(options_);
  EXPECT_EQ(text_of(after->snapshot()->get("/a/1")), "x");
  // A writer may have seen revisions that were given out and never became durable.
  EXPECT_GT(after->snapshot()->revision(), last + 1000);
  EXPECT_GT(testing_commit(*after, {test_put("/a/2", "x")}).revision, last + 1000);
  EXPECT_EQ(events_of(*after, last).size(), 1u);
}

TEST_F(SqliteStore, a_restored_copy_goes_on_ahead_of_all_that_clients_saw) {
  const Revision saved = put("/a/1", "saved");
  store_.reset();
  const TempDir backup;
  std::filesystem::copy_file(options_.path, backup.path + "/proa.db");
  reopen();
  Revision lost = 0;
  for (int i = 0; i < 10; ++i) lost = put("/a/1", "lost");
  options_.path = backup.path + "/proa.db";
  for (int life = 0; life < 2; ++life) {
    reopen();
    EXPECT_EQ(text_of(store_->snapshot()->get("/a/1")), "saved");
    EXPECT_GT(store_->snapshot()->revision(), lost);
    for (const Revision seen : {saved, lost}) {
      const auto watch = store_->watch("/a/", seen, [] {});
      ASSERT_FALSE(watch) << "it would miss that the future it saw is gone";
      EXPECT_EQ(watch.error().reason, "Expired");
    }
    EXPECT_GT(put("/a/2", "x"), lost);
  }
}

TEST_F(SqliteStore, history_is_forgotten_after_its_time_and_the_state_stays) {
  runtime::SeededRandom random(3);
  change(random, 1500);
  const Revision old = store_->snapshot()->revision();
  clock_.now += 4 * runtime::kMinute;
  change(random, 200);
  const int64_t before = rows();
  clock_.now += 2 * runtime::kMinute;
  for (int i = 0; i < 6; ++i) put("/a/tick", std::to_string(i));  // each lets a slice be done
  store_->flush();
  EXPECT_EQ(store_->oldest(), old);
  const auto state = state_of(*store_->snapshot());
  const auto events = events_of(*store_, old);
  reopen();
  EXPECT_LE(rows(), 31 + 400 + 6);
  EXPECT_GT(before, 1500);
  EXPECT_EQ(state_of(*store_->snapshot()), state);
  EXPECT_EQ(events_of(*store_, old), events);
  const auto gone = store_->watch("", old - 1, [] {});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().reason, "Expired");
}

TEST_F(SqliteStore, forgetting_everything_again_and_again_keeps_the_state) {
  runtime::SeededRandom random(4);
  for (int round = 0; round < 20; ++round) {
    change(random, 40);
    clock_.now += 6 * runtime::kMinute;
    put("/c/tick", "x");
    const auto state = state_of(*store_->snapshot());
    reopen();
    ASSERT_EQ(state_of(*store_->snapshot()), state);
  }
  EXPECT_LT(rows(), 150);
}

TEST_F(SqliteStore, the_file_shrinks_when_much_is_deleted) {
  const std::string large(20'000, 'x');
  for (int i = 0; i < 300; ++i) put("/a/" + std::to_string(i), large);
  for (int i = 0; i < 300; ++i) testing_commit(*store_, {test_delete("/a/" + std::to_string(i))});
  clock_.now += 6 * runtime::kMinute;
  for (int i = 0; i < 4; ++i) put("/b/1", "x");
  store_.reset();
  EXPECT_LT(std::filesystem::file_size(options_.path), 4'000'000u);
  store_ = open_store(options_);
  EXPECT_EQ(store_->snapshot()->count(""), 1u);
}

TEST_F(SqliteStore, writers_share_an_fsync) {
  constexpr int kThreads = 16, kEach = 20;
  std::vector<std::thread> threads;
  std::atomic<int> left = kThreads * kEach;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        std::vector<Write> writes;
        writes.push_back(test_put("/a/" + std::to_string(t) + "-" + std::to_string(i), "x"));
        store_->commit(std::move(writes), [&](Result<Committed> result) { left -= result.has_value(); });
      }
    });
  for (auto& thread : threads) thread.join();
  store_->flush();
  EXPECT_EQ(left, 0);
  EXPECT_EQ(store_->stats().commits, kThreads * kEach);
  EXPECT_LT(store_->stats().fsyncs, kThreads * kEach / 2);
  EXPECT_GT(store_->stats().bytes_on_disk, 0);
}

/// Turns every byte round; the key is woven in, so that values cannot change places.
struct TurningSealer : Sealer {
  explicit TurningSealer(char key) : turn(key) {}
  bool covers(std::string_view key) const override { return key.starts_with("/core/secrets/"); }
  std::string seal(std::string_view key, std::string_view plain) override {
    std::string text = std::string(key) + "=" + std::string(plain);
    for (char& c : text) c = static_cast<char>(c ^ turn);
    return text;
  }
  Result<std::string> open(std::string_view key, std::string_view sealed) override {
    std::string text(sealed);
    for (char& c : text) c = static_cast<char>(c ^ turn);
    if (!text.starts_with(std::string(key) + "=")) return Error(base::internal_error("no key opens it"));
    return text.substr(key.size() + 1);
  }
  char turn;
};

TEST_F(SqliteStore, what_the_sealer_covers_is_not_readable_on_disk) {
  TurningSealer sealer('\x55');
  options_.sealer = &sealer;
  reopen();
  put("/core/secrets/default/a", "top-secret");
  put("/core/configmaps/default/a", "well-known");
  const auto state = state_of(*store_->snapshot());
  reopen();
  EXPECT_EQ(state_of(*store_->snapshot()), state);
  store_.reset();
  const std::string file = bytes_of(options_.path);
  EXPECT_EQ(file.find("top-secret"), std::string::npos);
  EXPECT_NE(file.find("well-known"), std::string::npos);
}

TEST_F(SqliteStore, sealed_values_need_their_key) {
  TurningSealer sealer('\x55'), other('\x33');
  options_.sealer = &sealer;
  reopen();
  put("/core/secrets/default/a", "top-secret");
  store_.reset();
  options_.sealer = nullptr;
  const auto without = open_sqlite_store(options_);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("/core/secrets/default/a is encrypted"), std::string::npos);
  options_.sealer = &other;
  const auto wrong = open_sqlite_store(options_);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("cannot be decrypted: "), std::string::npos);
  options_.sealer = &sealer;
  reopen();
  EXPECT_EQ(text_of(store_->snapshot()->get("/core/secrets/default/a")), "top-secret");
}

TEST_F(SqliteStore, the_file_is_for_its_owner_only) {
  const auto mode = std::filesystem::status(options_.path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace proa::store
