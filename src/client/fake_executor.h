// An executor for tests: tasks run when the test says so, time passes when the test says so. One thread.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "runtime/executor.h"

namespace proa::client {

class FakeExecutor : public runtime::Executor, public runtime::Clock {
 public:
  static constexpr runtime::TimeNs kStart = 1'767'225'600 * runtime::kSecond;  // 2026-01-01T00:00:00Z

  explicit FakeExecutor(uint64_t seed = 1) : random_(seed) {}

  void post(runtime::Task task) override { ready_.push_back(std::move(task)); }
  runtime::TimerId after(runtime::DurationNs delay, runtime::Task task) override {
    const runtime::TimerId id = next_timer_++;
    timers_.emplace(std::pair(now_ + (delay > 0 ? delay : 0), id), std::move(task));
    return id;
  }
  void cancel(runtime::TimerId timer) override {
    for (auto at = timers_.begin(); at != timers_.end(); ++at) {
      if (at->first.second != timer) continue;
      timers_.erase(at);
      return;
    }
  }
  runtime::Clock& clock() override { return *this; }
  runtime::Random& random() override { return random_; }
  runtime::TimeNs wall() const override { return kStart + now_; }
  runtime::TimeNs monotonic() const override { return now_; }

  /// Runs all that can run without time passing.
  void settle() {
    while (!ready_.empty()) {
      runtime::Task task = std::move(ready_.front());
      ready_.pop_front();
      task();
    }
  }
  /// Lets time pass, running each timer at its time.
  void advance(runtime::DurationNs by) {
    const runtime::TimeNs end = now_ + by;
    settle();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto first = timers_.extract(timers_.begin());
      now_ = first.key().first > now_ ? first.key().first : now_;
      first.mapped()();
      settle();
    }
    now_ = end;
  }
  size_t timers() const { return timers_.size(); }

 private:
  runtime::SeededRandom random_;
  std::deque<runtime::Task> ready_;
  std::map<std::pair<runtime::TimeNs, runtime::TimerId>, runtime::Task> timers_;
  runtime::TimeNs now_ = 0;
  runtime::TimerId next_timer_ = 1;
};

}  // namespace proa::client
