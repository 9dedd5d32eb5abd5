#include "store/sqlite/compaction.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/open_file.h"

namespace proa::store::sqlite {
namespace {

/// History becomes old all the time; it is looked after in steps of this, so that an idle store sleeps long.
constexpr runtime::DurationNs kStep = 30 * runtime::kSecond;
constexpr size_t kSlice = 500;
/// Free pages that stay in the file for what comes next; above, the file shrinks.
constexpr int64_t kSparePages = 512;
constexpr int kVacuumPages = 256;

size_t bytes_of(const Event& event) { return 256 + (event.previous ? event.previous->document.bytes() : 0); }

}  // namespace

Result<Compaction> Compaction::prepare(Database& database, const HistoryLimits& limits, const Recovered& recovered) {
  Compaction made;
  made.limits_ = limits;
  const auto compacted = database.number("SELECT value FROM meta WHERE name = 'compacted'");
  if (!compacted) return Error(compacted.error());
  made.compacted_ = *compacted;
  struct Text {
    Statement& statement;
    const char* sql;
  };
  for (auto& [statement, sql] :
       {Text{made.select_, "SELECT id, previous, deleted, key FROM version WHERE id >= ?1 AND id < ?2 ORDER BY id"},
        Text{made.erase_replaced_, "DELETE FROM version WHERE id >= ?1 AND id < ?2 AND key = ?3"},
        Text{made.erase_row_, "DELETE FROM version WHERE id = ?1"},
        Text{made.set_compacted_, "UPDATE meta SET value = ?1 WHERE name = 'compacted'"}}) {
    auto prepared = database.prepare(sql);
    if (!prepared) return Error(prepared.error());
    statement = std::move(*prepared);
  }
  for (const auto& past : recovered.history) {
    Batch batch{.events = {past.event}, .at = past.at};
    made.note(batch);
  }
  return made;
}

void Compaction::note(const Batch& batch) {
  size_t bytes = 0;
  for (const auto& event : batch.events) bytes += bytes_of(*event);
  const Revision last = batch.events.back()->revision;
  parts_.push_back({last, batch.at, batch.events.size(), bytes});
  rows_ += batch.events.size();
  bytes_ += bytes;
}

runtime::TimeNs Compaction::due() const {
  if (parts_.empty()) return -1;
  return too_much() ? 0 : parts_.front().at + limits_.max_age + kStep;
}

Revision Compaction::target(runtime::TimeNs now) const {
  Revision target = compacted_;
  size_t rows = rows_, bytes = bytes_;
  // Some more than needed when there is too much, so that the next batch does not bring it back here at once.
  const bool shrink = too_much();
  for (const auto& part : parts_) {
    const bool excess = shrink && (rows > limits_.max_rows * 9 / 10 || bytes > limits_.max_bytes * 9 / 10);
    if (!excess && part.at + limits_.max_age > now) break;
    target = part.last;
    rows -= part.rows;
    bytes -= part.bytes;
  }
  return target;
}

Result<bool> Compaction::run(Database& database, runtime::TimeNs now) {
  const Revision upto = target(now);
  if (upto == compacted_) return false;
  auto rows = old_rows(database, upto);
  if (!rows) return Error(rows.error());
  const bool all = rows->size() < kSlice;
  const Revision reached = all ? upto : rows->back().id >> kPlaceBits;
  if (auto done = forget(database, *rows, reached); !done) {
    database.roll_back();
    return Error(done.error());
  }
  compacted_ = reached;
  while (!parts_.empty() && parts_.front().last <= reached) {
    rows_ -= parts_.front().rows;
    bytes_ -= parts_.front().bytes;
    parts_.pop_front();
  }
  if (all)
    if (auto shrunk = vacuum(database); !shrunk) return Error(shrunk.error());
  return !all;
}

Result<std::vector<Compaction::Row>> Compaction::old_rows(Database& database, Revision target) {
  select_.bind(1, (compacted_ + 1) << kPlaceBits).bind(2, (target + 1) << kPlaceBits);
  std::vector<Row> rows;
  int error = 0;
  while (select_.step(error)) {
    const int64_t id = select_.number(0);
    // A slice ends between commits: what shares a revision is forgotten together.
    if (rows.size() >= kSlice && id >> kPlaceBits != rows.back().id >> kPlaceBits) {
      select_.reset();
      break;
    }
    rows.push_back({id, select_.number(1), select_.number(2) != 0, std::string(select_.text(3))});
  }
  if (error != 0) return Error(database.error(error));
  return rows;
}

Result<void> Compaction::forget(Database& database, const std::vector<Row>& rows, Revision upto) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  for (const auto& row : rows) {
    if (row.previous != 0) {
      erase_replaced_.bind(1, row.previous << kPlaceBits)
          .bind(2, (row.previous + 1) << kPlaceBits)
          .bind_text(3, row.key);
      if (auto erased = database.run(erase_replaced_); !erased) return erased;
    }
    if (!row.deleted) continue;
    erase_row_.bind(1, row.id);
    if (auto erased = database.run(erase_row_); !erased) return erased;
  }
  set_compacted_.bind(1, upto);
  if (auto set = database.run(set_compacted_); !set) return set;
  return database.run("COMMIT");
}

Result<void> Compaction::vacuum(Database& database) {
  const auto spare = database.number("PRAGMA freelist_count");
  if (!spare) return Error(spare.error());
  const int64_t surplus = *spare - kSparePages;
  for (int64_t left = surplus; left > 0; left -= kVacuumPages)
    if (auto done = database.run(fmt::format("PRAGMA incremental_vacuum({})", kVacuumPages).c_str()); !done)
      return done;
  return {};
}

}  // namespace proa::store::sqlite
