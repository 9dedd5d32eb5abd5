#include "store/simulated_log.h"

#include <algorithm>
#include <utility>

namespace proa::store {

class SimulatedLog : public Log {
 public:
  SimulatedLog(runtime::Executor& executor, SimulatedDisk& disk, const SimulatedFaults& faults)
      : executor_(executor), disk_(disk), faults_(faults), landing_(executor) {
    disk_.log_ = this;
  }
  ~SimulatedLog() override {
    if (!killed_) disk_.log_ = nullptr;
  }

  void append(BatchPtr batch, std::function<void(Result<void>)> done) override {
    if (killed_) return;
    batch_ = std::move(batch);
    done_ = std::move(done);
    landing_.start(latency(), [this] { land(); });
  }

  void drain() override {
    while (batch_) land();
  }

  void close(Revision highest) override {
    landing_.stop();
    if (!killed_) disk_.reserved_ = std::max(disk_.head_, highest);
  }

  bool abandoned() const override { return killed_; }

  void kill(runtime::Random& random) {
    landing_.stop();
    killed_ = true;
    if (batch_ && !disk_.full && random.below(2) == 0) disk_.fold(*batch_);
    batch_ = nullptr;
  }

 private:
  runtime::DurationNs latency() {
    const auto spread = static_cast<uint64_t>(faults_.max_latency - faults_.min_latency) + 1;
    return faults_.min_latency + static_cast<runtime::DurationNs>(executor_.random().below(spread));
  }

  void land() {
    landing_.stop();
    const BatchPtr batch = std::exchange(batch_, nullptr);
    const auto done = std::exchange(done_, nullptr);
    if (disk_.full) return done(Error(base::internal_error("no room is left on the simulated disk")));
    if (faults_.failures_per_million > 0 && executor_.random().below(1'000'000) < faults_.failures_per_million)
      return done(Error(base::internal_error("the simulated disk failed")));
    disk_.fold(*batch);
    done({});
  }

  runtime::Executor& executor_;
  SimulatedDisk& disk_;
  const SimulatedFaults faults_;
  runtime::Timer landing_;
  BatchPtr batch_;
  std::function<void(Result<void>)> done_;
  bool killed_ = false;
};

void SimulatedDisk::kill(runtime::Random& random) {
  if (log_ != nullptr) std::exchange(log_, nullptr)->kill(random);
}

Recovered SimulatedDisk::recover() {
  Recovered found;
  found.index = index_;
  found.head = std::max(head_, reserved_);
  found.oldest = oldest_;
  found.reserved = reserved_ = found.head + kReserve;
  found.history.assign(history_.begin(), history_.end());
  return found;
}

void SimulatedDisk::fold(const Batch& batch) {
  for (const auto& event : batch.events) {
    if (event->type == EventType::kPut) {
      index_.put(event->entry);
    } else {
      index_.erase(event->entry->key);
    }
    history_.push_back({event, batch.at});
    head_ = event->revision;
  }
  reserved_ = std::max(reserved_, batch.reserved);
  const FeedLimits limits;
  while (history_.front().at + limits.max_age < batch.at || history_.size() > limits.max_events) {
    oldest_ = history_.front().event->revision;
    history_.pop_front();
  }
}

std::unique_ptr<Store> open_simulated_store(runtime::Executor& executor, SimulatedDisk& disk,
                                            const SimulatedFaults& faults) {
  CoreOptions options;
  options.clock = &executor.clock();
  return std::make_unique<Core>(std::make_unique<SimulatedLog>(executor, disk, faults), disk.recover(), options);
}

}  // namespace proa::store
