#include "store/simulated_log.h"

#include <map>

#include "store/store_conformance.h"

namespace proa::store {
namespace {

/// Tasks run in order of their time, when the test says so.
class StepExecutor : public runtime::Executor, public runtime::Clock {
 public:
  explicit StepExecutor(uint64_t seed) : random_(seed) {}
  void post(runtime::Task task) override { after(0, std::move(task)); }
  runtime::TimerId after(runtime::DurationNs delay, runtime::Task task) override {
    tasks_.emplace(std::pair(now_ + delay, ++last_), std::move(task));
    return last_;
  }
  void cancel(runtime::TimerId timer) override {
    std::erase_if(tasks_, [timer](const auto& task) { return task.first.second == timer; });
  }
  runtime::Clock& clock() override { return *this; }
  runtime::Random& random() override { return random_; }
  runtime::TimeNs wall() const override { return now_; }
  runtime::TimeNs monotonic() const override { return now_; }

  bool step() {
    if (tasks_.empty()) return false;
    auto first = tasks_.extract(tasks_.begin());
    now_ = std::max(now_, first.key().first);
    first.mapped()();
    return true;
  }

 private:
  runtime::SeededRandom random_;
  std::map<std::pair<runtime::TimeNs, runtime::TimerId>, runtime::Task> tasks_;
  runtime::TimeNs now_ = 1'800'000'000 * runtime::kSecond;
  runtime::TimerId last_ = 0;
};

struct SimulatedMaker {
  static constexpr bool kThreads = false;
  std::unique_ptr<Store> make() { return open_simulated_store(executor, disk); }
  StepExecutor executor{1};
  SimulatedDisk disk;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Simulated, StoreConformance, SimulatedMaker);

/// One seed: writers that retry, a watcher that resumes, failures and kills. Checks what store.h promises.
class Life {
 public:
  explicit Life(uint64_t seed) : executor_(seed) { open(); }

  void run() {
    for (int i = 0; i < 400; ++i) {
      if (executor_.random().below(40) == 0) kill();
      disk_.full = executor_.random().below(30) == 0;
      for (uint64_t n = executor_.random().below(4); n > 0; --n) write();
      for (uint64_t n = executor_.random().below(3); n > 0; --n) executor_.step();
      take();
    }
    disk_.full = false;
    store_->flush();
    take();
    check();
  }

  Revision last_seen() const { return seen_; }

 private:
  void open() {
    store_ = open_simulated_store(executor_, disk_, {.failures_per_million = 30'000});
    EXPECT_GE(store_->snapshot()->revision(), highest_) << "a revision comes back";
    auto watch = store_->watch("", seen_, [] {});
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
  }

  void kill() {
    disk_.kill(executor_.random());
    watch_.reset();
    store_.reset();
    open();
  }

  void write() {
    const std::string key = "/a/" + std::to_string(executor_.random().below(6));
    const EntryPtr now = store_->latest(key);
    if (now) highest_ = std::max(highest_, now->revision);
    const int64_t next = now ? std::stol(text_of(now)) + 1 : 0;
    std::vector<Write> writes;
    writes.push_back(test_put(key, std::to_string(next), now ? now->revision : Write::kAbsent));
    store_->commit(std::move(writes), [this, key, next](Result<Committed> result) {
      if (!result) return;
      ASSERT_EQ(result->refusal, Refusal::kNone);
      acknowledged_[key] = next;
      EXPECT_GE(std::stol(text_of(store_->snapshot()->get(key))), next);  // a later one may share the batch
    });
  }

  void take() {
    for (const auto& event : drain(*watch_)) {
      ASSERT_GT(event->revision, seen_);
      seen_ = event->revision;
      const auto [at, is_new] = watched_.try_emplace(event->entry->key, 0);
      ASSERT_EQ(text_of(event->entry), std::to_string(is_new ? 0 : at->second + 1));
      at->second = std::stol(text_of(event->entry));
    }
  }

  void check() {
    for (const auto& [key, number] : acknowledged_) {
      const EntryPtr entry = store_->snapshot()->get(key);
      ASSERT_TRUE(entry);
      EXPECT_GE(std::stol(text_of(entry)), number);
      EXPECT_EQ(std::stol(text_of(entry)), watched_[key]);
    }
  }

  StepExecutor executor_;
  SimulatedDisk disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Watch> watch_;
  std::map<std::string, int64_t> acknowledged_, watched_;
  Revision seen_ = 1, highest_ = 1;
};

TEST(SimulatedLog, under_failures_and_kills_the_stores_promises_hold_for_any_seed) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Life(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SimulatedLog, the_same_seed_gives_the_same_run) {
  Life one(77), again(77);
  one.run();
  again.run();
  EXPECT_EQ(one.last_seen(), again.last_seen());
}

}  // namespace
}  // namespace proa::store
