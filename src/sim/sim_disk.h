// The simulated disk under the store: an append takes seeded time, may fail, and what was not landed when the server
// is killed is lost (or not: the last batch under way is kept or dropped by the seed, as a real disk would).
#pragma once

#include <deque>
#include <memory>

#include "runtime/executor.h"
#include "runtime/random.h"
#include "store/log.h"

namespace proa::sim {

struct DiskFaults {
  int fail_per_mille = 0;                                   // of appends
  runtime::DurationNs slowest = 3 * runtime::kMillisecond;  // an append takes up to this
};

/// Lives as long as the simulation; every server that is started on it gets a log of its own.
class SimDisk {
 public:
  /// `holds`: what is on it from the beginning.
  explicit SimDisk(runtime::Random& random, store::Recovered holds = {});

  /// What a server finds when it opens the disk.
  store::Recovered recover() const;
  std::unique_ptr<store::Log> open(runtime::Executor& executor);
  /// The server is gone: what was under way is kept or lost, and its log writes nothing more.
  void crash();

  DiskFaults faults;

 private:
  friend class SimLog;
  void land(const store::Batch& batch);

  runtime::Random& random_;
  store::Index index_;
  store::Revision head_ = 1;
  std::deque<store::Recovered::Past> history_;
  store::BatchPtr under_way_;
  class SimLog* log_ = nullptr;  // of the running server
};

}  // namespace proa::sim
