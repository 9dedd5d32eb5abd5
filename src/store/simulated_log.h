// A log for the simulation and for tests: durable after a latency that the executor's randomness draws, failing when
// told to, and killed in the middle of things. The same seed gives the same run. One thread: the executor's.
#pragma once

#include <deque>
#include <memory>

#include "runtime/executor.h"
#include "store/core.h"
#include "store/log.h"

namespace proa::store {

class SimulatedLog;

/// What outlives a kill: hand it to the next life's store.
class SimulatedDisk {
 public:
  /// Writes fail while it is full.
  bool full = false;

  /// kill -9 for the store that is open on this disk. A batch under way may or may not have become durable (drawn from
  /// `random`); nobody is told. Then destroy the store and open it again.
  void kill(runtime::Random& random);

  /// What a new life finds.
  Recovered recover();

 private:
  friend class SimulatedLog;
  void fold(const Batch& batch);

  SimulatedLog* log_ = nullptr;
  Index index_;
  std::deque<Recovered::Past> history_;
  Revision head_ = 1;
  Revision oldest_ = 1;
  Revision reserved_ = 1;
};

struct SimulatedFaults {
  runtime::DurationNs min_latency = 0;
  runtime::DurationNs max_latency = 2 * runtime::kMillisecond;
  /// Of a million appends so many fail; the next ones are tried as usual.
  uint64_t failures_per_million = 0;
};

/// `disk` outlives the store. Destroying the store lands what is under way, unless the disk was killed before.
std::unique_ptr<Store> open_simulated_store(runtime::Executor& executor, SimulatedDisk& disk,
                                            const SimulatedFaults& faults = {});

}  // namespace proa::store
