// SqliteLog keeps the log in one SQLite file: see doc/store-format.md for what is in it. One thread owns the
// connection; it sleeps until a batch comes or compaction is due, and never reads for anybody but itself.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "store/log.h"
#include "store/sqlite/compaction.h"
#include "store/sqlite/database.h"
#include "store/sqlite/rows.h"

namespace proa::store::sqlite {

class SqliteLog : public Log {
 public:
  /// Opens or makes the file and reads all of it into `recovered`.
  static Result<std::unique_ptr<SqliteLog>> open(const SqliteOptions& options, Recovered& recovered);
  ~SqliteLog() override { close(0); }

  void append(BatchPtr batch, std::function<void(Result<void>)> done) override;
  void close(Revision highest) override;
  Stats stats() const override;

 private:
  SqliteLog(Database database, RowWriter writer, Compaction compaction, Statement reserve, runtime::Clock& clock);
  /// Notes, in one transaction, that the log is open: where the file lies, and which revisions may be given out.
  static Result<void> check_in(Database& database, Recovered& found, runtime::Clock& clock);
  void run();
  Result<void> write(const Batch& batch);
  Result<void> write_rows(const Batch& batch);
  Result<void> reserve(Revision revision);
  /// Does what is due; returns how long the thread may sleep, -1 for ever.
  runtime::DurationNs compact();

  struct Job {
    BatchPtr batch;
    std::function<void(Result<void>)> done;
  };

  // The thread's own.
  Database database_;
  RowWriter writer_;
  Compaction compaction_;
  Statement reserve_;
  runtime::Clock& clock_;
  runtime::TimeNs retry_at_ = 0;  // not before this is compaction tried again

  std::mutex mutex_;
  std::condition_variable changed_;
  Job job_;
  bool closing_ = false;
  Revision highest_ = 0;
  std::atomic<int64_t> fsyncs_ = 0;
  const std::string path_;
  std::thread thread_;
};

}  // namespace proa::store::sqlite
