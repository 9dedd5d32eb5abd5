#include "store/sqlite/sqlite_log.h"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "store/core.h"
#include "store/sqlite/open_file.h"
#include "store/sqlite/recovery.h"

namespace proa::store {
namespace sqlite {
namespace {

/// After a failed compaction (full disk, most likely) the next try comes so much later.
constexpr runtime::DurationNs kRetry = 30 * runtime::kSecond;

int64_t size_of(const std::string& path) {
  struct stat about{};
  return stat(path.c_str(), &about) == 0 ? about.st_size : 0;
}

}  // namespace

Result<std::unique_ptr<SqliteLog>> SqliteLog::open(const SqliteOptions& options, Recovered& recovered) {
  auto database = open_file(options.path, options.vfs);
  if (!database) return Error(database.error());
  const auto refuse = [&](const Status& why) {
    database->leave_untouched();
    return Error(why);
  };
  auto found = recover(*database, options.sealer);
  if (!found) return refuse(found.error());
  runtime::Clock& clock = options.clock != nullptr ? *options.clock : runtime::system_clock();
  // On a full disk reads still work: the first write that finds room notes what was reserved.
  if (auto noted = check_in(*database, *found, clock); !noted) {
    database->roll_back();
    found->reserved = found->head;
  }
  auto writer = RowWriter::prepare(*database, options.sealer);
  if (!writer) return refuse(writer.error());
  auto compaction = Compaction::prepare(*database, {.max_age = options.history_seconds * runtime::kSecond}, *found);
  if (!compaction) return refuse(compaction.error());
  auto reserve = database->prepare("UPDATE meta SET value = ?1 WHERE name = 'reserved'");
  if (!reserve) return refuse(reserve.error());
  recovered = std::move(*found);
  return std::unique_ptr<SqliteLog>(
      new SqliteLog(std::move(*database), std::move(*writer), std::move(*compaction), std::move(*reserve), clock));
}

Result<void> SqliteLog::check_in(Database& database, Recovered& found, runtime::Clock& clock) {
  const auto known = database.number("SELECT value FROM meta WHERE name = 'identity'");
  if (!known) return Error(known.error());
  const int64_t identity = file_identity(database.path());
  Revision floor = 0;
  if (*known != 0 && *known != identity) {
    // A copy: a backup that was restored. Clients may have seen a future of it that is gone: they shall list anew.
    found.head = floor = std::max(found.head + kReserve, ahead_of_time(clock));
    cut_history(found, floor);
  }
  found.reserved = found.head + kReserve;
  const std::string sql = fmt::format(
      "BEGIN IMMEDIATE; UPDATE meta SET value = max(value, {}) WHERE name = 'floor';"
      "UPDATE meta SET value = {} WHERE name = 'identity'; UPDATE meta SET value = {} WHERE name = 'reserved'; COMMIT",
      floor, identity, found.reserved);
  return database.run(sql.c_str());
}

SqliteLog::SqliteLog(Database database, RowWriter writer, Compaction compaction, Statement reserve,
                     runtime::Clock& clock)
    : database_(std::move(database)),
      writer_(std::move(writer)),
      compaction_(std::move(compaction)),
      reserve_(std::move(reserve)),
      clock_(clock),
      path_(database_.path()),
      thread_([this] {
        pthread_setname_np(pthread_self(), "proa-store");
        run();
      }) {}

void SqliteLog::append(BatchPtr batch, std::function<void(Result<void>)> done) {
  const std::lock_guard lock(mutex_);
  job_ = {std::move(batch), std::move(done)};
  changed_.notify_one();
}

void SqliteLog::close(Revision highest) {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    highest_ = std::max(highest_, highest);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SqliteLog::run() {
  runtime::DurationNs sleep = compact();
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      const auto awake = [this] { return job_.batch || closing_; };
      if (sleep < 0) {
        changed_.wait(lock, awake);
      } else {
        changed_.wait_for(lock, std::chrono::nanoseconds(sleep), awake);
      }
      job = std::exchange(job_, {});
      if (!job.batch && closing_) break;
    }
    if (job.batch) {
      auto result = write(*job.batch);
      job.batch = nullptr;
      job.done(std::move(result));
    }
    sleep = compact();
  }
  // Exactly what was given out: a clean end leaves no gap in the revisions. Where this fails the gap does no harm.
  if (highest_ == 0) return;
  [[maybe_unused]] const auto noted = reserve(highest_);
}

Result<void> SqliteLog::write(const Batch& batch) {
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  auto written = write_rows(batch);
  if (written) written = database_.run("COMMIT");
  ++fsyncs_;
  if (written) {
    compaction_.note(batch);
  } else {
    database_.roll_back();
  }
  return written;
}

Result<void> SqliteLog::write_rows(const Batch& batch) {
  int place = 0;
  Revision revision = 0;
  for (const auto& event : batch.events) {
    place = event->revision == revision ? place + 1 : 0;
    revision = event->revision;
    if (auto done = writer_.write(database_, *event, place, batch.at / runtime::kSecond); !done) return done;
  }
  return batch.reserved > 0 ? reserve(batch.reserved) : Result<void>();
}

Result<void> SqliteLog::reserve(Revision revision) {
  reserve_.bind(1, revision);
  return database_.run(reserve_);
}

runtime::DurationNs SqliteLog::compact() {
  if (compaction_.due() < 0) return -1;
  const runtime::TimeNs now = clock_.wall(), due = std::max(compaction_.due(), retry_at_);
  if (due > now) return due - now;
  const auto more = compaction_.run(database_, now);
  if (!more) {
    retry_at_ = now + kRetry;
    return kRetry;
  }
  if (*more) return 0;
  const runtime::TimeNs next = compaction_.due();
  return next < 0 ? -1 : std::max<runtime::DurationNs>(next - now, runtime::kSecond);
}

Log::Stats SqliteLog::stats() const {
  return {.fsyncs = fsyncs_, .bytes_on_disk = size_of(path_) + size_of(path_ + "-wal")};
}

}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
  Recovered recovered;
  auto log = sqlite::SqliteLog::open(options, recovered);
  if (!log) return Error(log.error());
  CoreOptions core;
  if (options.clock != nullptr) core.clock = options.clock;
  core.feed.max_age = options.history_seconds * runtime::kSecond;
  return std::make_unique<Core>(std::move(*log), std::move(recovered), core);
}

}  // namespace proa::store
