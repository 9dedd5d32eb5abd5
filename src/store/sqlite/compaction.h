// Compaction forgets the past: values that were replaced, and deletions, once they are older than the history that
// watches may resume from (or once there is too much of it). Store's thread.
//
// The history is walked from its old end. Each row there names the revision that it replaced: that row goes, and a
// deletion's own row goes too. `meta.compacted` moves on in the same transaction.
#pragma once

#include <deque>

#include "runtime/clock.h"
#include "store/log.h"
#include "store/sqlite/database.h"

namespace proa::store::sqlite {

struct HistoryLimits {
  runtime::DurationNs max_age = 5 * runtime::kMinute;
  size_t max_rows = 100'000;
  size_t max_bytes = 64 << 20;
};

class Compaction {
 public:
  static Result<Compaction> prepare(Database& database, const HistoryLimits& limits, const Recovered& recovered);

  /// A batch became durable.
  void note(const Batch& batch);
  /// Wall time at which there is something to do; -1: nothing.
  runtime::TimeNs due() const;
  /// Does a slice of the work (a few milliseconds). True: there is more to do now.
  Result<bool> run(Database& database, runtime::TimeNs now);

 private:
  /// The rows of one batch.
  struct Part {
    Revision last;
    runtime::TimeNs at;
    size_t rows, bytes;
  };
  struct Row {
    int64_t id, previous;
    bool deleted;
    std::string key;
  };

  bool too_much() const { return rows_ > limits_.max_rows || bytes_ > limits_.max_bytes; }
  Revision target(runtime::TimeNs now) const;
  Result<std::vector<Row>> old_rows(Database& database, Revision target);
  Result<void> forget(Database& database, const std::vector<Row>& rows, Revision upto);
  Result<void> vacuum(Database& database);

  HistoryLimits limits_;
  std::deque<Part> parts_;
  size_t rows_ = 0, bytes_ = 0;
  Revision compacted_ = 0;
  Statement select_, erase_replaced_, erase_row_, set_compacted_;
};

}  // namespace proa::store::sqlite
