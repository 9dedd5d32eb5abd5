#include "sim/sim_disk.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace proa::sim {

using store::BatchPtr;
using store::EventType;

class SimLog : public store::Log {
 public:
  SimLog(SimDisk& disk, runtime::Executor& executor) : disk_(disk), executor_(executor) { disk_.log_ = this; }
  ~SimLog() override {
    if (disk_.log_ == this) disk_.log_ = nullptr;
  }

  void append(BatchPtr batch, std::function<void(Result<void>)> done) override {
    if (closed_ || crashed_) {
      done(Error(base::internal_error("the simulated disk is gone")));
      return;
    }
    runtime::Random& random = disk_.random_;
    const bool fails = static_cast<int>(random.below(1000)) < disk_.faults.fail_per_mille;
    disk_.under_way_ = fails ? nullptr : batch;
    done_ = std::move(done);
    fails_ = fails;
    const auto delay = static_cast<runtime::DurationNs>(random.below(static_cast<uint64_t>(disk_.faults.slowest) + 1));
    timer_ = executor_.after(delay, [this] { land(); });
  }

  void drain() override {
    while (done_) {
      executor_.cancel(timer_);
      land();
    }
  }

  void close(store::Revision highest) override {
    closed_ = true;
    if (!crashed_ && disk_.head_ < highest) disk_.head_ = highest;
  }

  /// Whoever still waits hears that it failed: the one who could be told otherwise is dead.
  void crash() { fails_ = crashed_ = true; }

 private:
  void land() {
    if (!done_) return;
    if (disk_.under_way_) disk_.land(*std::exchange(disk_.under_way_, nullptr));
    auto done = std::exchange(done_, nullptr);
    if (fails_) {
      done(Error(base::internal_error("the simulated disk failed to write")));
    } else {
      done({});
    }
  }

  SimDisk& disk_;
  runtime::Executor& executor_;
  std::function<void(Result<void>)> done_;
  runtime::TimerId timer_ = 0;
  bool fails_ = false;
  bool closed_ = false, crashed_ = false;
};

SimDisk::SimDisk(runtime::Random& random, store::Recovered holds)
    : random_(random),
      index_(std::move(holds.index)),
      head_(std::max<store::Revision>(holds.head, 1)),
      history_(holds.history.begin(), holds.history.end()) {}

store::Recovered SimDisk::recover() const {
  store::Recovered found;
  found.index = index_;
  found.head = head_;
  found.oldest = history_.empty() ? head_ : history_.front().event->revision - 1;
  found.history.assign(history_.begin(), history_.end());
  return found;
}

std::unique_ptr<store::Log> SimDisk::open(runtime::Executor& executor) {
  return std::make_unique<SimLog>(*this, executor);
}

void SimDisk::crash() {
  if (log_ != nullptr) log_->crash();
  if (!under_way_) return;
  const BatchPtr batch = std::exchange(under_way_, nullptr);
  if (random_.below(2) == 0) land(*batch);
}

void SimDisk::land(const store::Batch& batch) {
  constexpr size_t kHistory = 100'000;
  for (const auto& event : batch.events) {
    if (event->type == EventType::kPut) {
      index_.put(event->entry);
    } else {
      index_.erase(event->entry->key);
    }
    head_ = std::max(head_, event->revision);
    history_.push_back({event, batch.at});
    if (history_.size() > kHistory) history_.pop_front();
  }
  head_ = std::max(head_, batch.reserved);
}

}  // namespace proa::sim
