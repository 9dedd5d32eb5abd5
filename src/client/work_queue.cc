#include "client/work_queue.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "client/alive.h"

namespace proa::client {
namespace {

using runtime::DurationNs;
using runtime::TimeNs;

constexpr DurationNs kFirstRetry = 5 * runtime::kMillisecond;
constexpr DurationNs kLongestRetry = 1000 * runtime::kSecond;

DurationNs retry_delay(int failures) {
  return failures >= 18 ? kLongestRetry : std::min(kFirstRetry << failures, kLongestRetry);
}

}  // namespace

struct WorkQueue::Impl {
  struct Item {
    bool waiting = false;  // in `order`
    bool working = false;
    bool again = false;  // was added while working
    int failures = 0;
    TimeNs due = 0;  // of its delayed add; 0: none
  };

  Impl(runtime::Executor& ex, Worker w, int n) : executor(ex), worker(std::move(w)), parallel(n), timer(ex) {}

  void add(const std::string& key) {
    Item& item = items[key];
    if (item.working) {
      item.again = true;
    } else if (!item.waiting) {
      item.waiting = true;
      order.push_back(key);
      schedule();
    }
  }

  void schedule() {
    if (scheduled || order.empty() || working >= parallel) return;
    scheduled = true;
    executor.post(alive.guard([this] {
      scheduled = false;
      run_next();
    }));
  }

  // One key for each task, so that a long queue lets others have their turn.
  void run_next() {
    if (order.empty() || working >= parallel) return;
    const std::string key = std::move(order.front());
    order.pop_front();
    Item& item = items[key];
    item.waiting = false;
    item.working = true;
    ++working;
    schedule();
    worker(key, alive.guard([this, key](Outcome outcome) { finish(key, outcome); }));
  }

  void finish(const std::string& key, Outcome outcome) {
    const auto at = items.find(key);
    if (at == items.end() || !at->second.working) return;
    Item& item = at->second;
    item.working = false;
    --working;
    const bool again = std::exchange(item.again, false);
    if (outcome == Outcome::kDone) {
      item.failures = 0;
    } else if (!again) {
      delay(key, item, retry_delay(item.failures++));
    }
    if (again) {
      add(key);
    } else if (item.due == 0 && item.failures == 0) {
      items.erase(at);
    }
    schedule();
  }

  void delay(const std::string& key, Item& item, DurationNs by) {
    const TimeNs due = std::max<TimeNs>(1, executor.clock().monotonic() + by);
    if (item.due != 0 && item.due <= due) return;
    if (item.due != 0) delayed.erase({item.due, key});
    item.due = due;
    delayed.emplace(due, key);
    arm();
  }

  void arm() {
    if (delayed.empty()) return timer.stop();
    const TimeNs first = delayed.begin()->first;
    if (timer.armed() && armed_for == first) return;
    armed_for = first;
    timer.start(std::max<DurationNs>(0, first - executor.clock().monotonic()), [this] { wake(); });
  }

  void wake() {
    const TimeNs now = executor.clock().monotonic();
    while (!delayed.empty() && delayed.begin()->first <= now) {
      const auto first = delayed.extract(delayed.begin());
      items[first.value().second].due = 0;
      add(first.value().second);
    }
    arm();
  }

  runtime::Executor& executor;
  Worker worker;
  int parallel;
  int working = 0;
  bool scheduled = false;
  std::map<std::string, Item, std::less<>> items;
  std::deque<std::string> order;
  std::set<std::pair<TimeNs, std::string>> delayed;
  TimeNs armed_for = 0;
  runtime::Timer timer;
  Alive alive;
};

WorkQueue::WorkQueue(runtime::Executor& executor, Worker worker, int parallel)
    : impl_(std::make_unique<Impl>(executor, std::move(worker), parallel)) {}

WorkQueue::~WorkQueue() = default;

void WorkQueue::add(std::string_view key) { impl_->add(std::string(key)); }

void WorkQueue::add_after(std::string_view key, DurationNs delay) {
  if (delay <= 0) return add(key);
  const std::string text(key);
  impl_->delay(text, impl_->items[text], delay);
}

size_t WorkQueue::size() const {
  return static_cast<size_t>(std::count_if(impl_->items.begin(), impl_->items.end(), [](const auto& entry) {
    return entry.second.waiting || entry.second.working || entry.second.due != 0;
  }));
}

bool WorkQueue::busy() const { return !impl_->order.empty() || impl_->working > 0; }

bool WorkQueue::idle() const { return size() == 0; }

}  // namespace proa::client
