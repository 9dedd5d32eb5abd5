// Log is the store's seam to durability: the core sequences batches, a log makes them last. The simulation and tests
// put seeded latency and failures here; nothing above knows what is underneath.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "base/status.h"
#include "runtime/clock.h"
#include "store/index.h"
#include "store/store.h"

namespace proa::store {

/// What is made durable at once: all of it or nothing.
struct Batch {
  std::vector<EventPtr> events;  // in order; events of one commit share a revision
  runtime::TimeNs at = 0;        // wall time
  /// When > 0: no revision above it has been given out. After a crash the store goes on above it, so that a revision
  /// that some writer saw, but that never became durable, is not given twice.
  Revision reserved = 0;
};
using BatchPtr = std::shared_ptr<const Batch>;

/// Revisions are reserved so many at a time, first when the log is opened, and anew when half of them are used.
inline constexpr Revision kReserve = 1'000'000;

/// What a log held when it was opened.
struct Recovered {
  Index index;
  Revision head = 1;    // at least the newest durable revision, and what was reserved
  Revision oldest = 1;  // the events after this one are in `history`
  /// Up to here revisions may be given out: the log has noted it. Without a disk there is nothing to note.
  Revision reserved = std::numeric_limits<Revision>::max() / 2;
  struct Past {
    EventPtr event;
    runtime::TimeNs at;
  };
  std::vector<Past> history;  // ordered
};

class Log {
 public:
  virtual ~Log() = default;

  /// Makes the batch durable, then calls `done`: within this call, or later on the log's thread. The core has one
  /// batch under way at a time. On an error nothing of the batch may show up after a restart, unless the process
  /// dies before the next append.
  virtual void append(BatchPtr batch, std::function<void(Result<void>)> done) = 0;

  /// Lands at once what is under way, and what its callbacks append, where no thread of the log does so by itself.
  virtual void drain() {}
  /// The last call: `highest` is the highest revision ever given. Afterwards no callback comes.
  virtual void close(Revision highest) = 0;

  /// True after a simulated kill: nothing that is under way will ever be reported.
  virtual bool abandoned() const { return false; }

  struct Stats {
    int64_t fsyncs = 0;
    int64_t bytes_on_disk = 0;
  };
  virtual Stats stats() const { return {}; }
};

/// "Durable" at once, within append().
class MemoryLog : public Log {
 public:
  void append(BatchPtr, std::function<void(Result<void>)> done) override { done({}); }
  void close(Revision) override {}
};

}  // namespace proa::store
