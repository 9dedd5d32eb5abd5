#include "store/sqlite/rows.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "object/json.h"
#include "store/sqlite/open_file.h"

namespace proa::store::sqlite {

uint32_t checksum(std::string_view key, std::string_view value) {
  const auto add = [](uLong sum, std::string_view bytes) {
    return crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  return static_cast<uint32_t>(add(add(0, key), value));
}

Result<RowWriter> RowWriter::prepare(Database& database, Sealer* sealer) {
  auto insert = database.prepare(
      "INSERT INTO version (id, created, previous, deleted, at, key, sealed, sum, value) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  if (!insert) return Error(insert.error());
  return RowWriter(std::move(*insert), sealer);
}

Result<void> RowWriter::write(Database& database, const Event& event, int place, int64_t at_seconds) {
  const Entry& entry = *event.entry;
  const bool deleted = event.type == EventType::kDelete;
  const bool sealed = !deleted && sealer_ != nullptr && sealer_->covers(entry.key);
  json_.clear();
  if (!deleted) object::write_json(entry.document.root(), json_);
  if (sealed) json_ = sealer_->seal(entry.key, json_);
  insert_.bind(1, (event.revision << kPlaceBits) + place)
      .bind(2, entry.create_revision)
      .bind(3, event.previous ? event.previous->revision : 0)
      .bind(4, deleted)
      .bind(5, at_seconds)
      .bind_text(6, entry.key)
      .bind(7, sealed)
      .bind(8, checksum(entry.key, json_));
  if (sealed) {
    insert_.bind_blob(9, json_);
  } else {
    insert_.bind_text(9, json_);
  }
  return database.run(insert_);
}

namespace {

enum Column { kId, kCreated, kPrevious, kDeleted, kAt, kKey, kSealed, kSum, kValue };

class Reader {
 public:
  Reader(Database& database, Sealer* sealer, Revision compacted)
      : database_(database), sealer_(sealer), compacted_(compacted) {
    found_.oldest = compacted;
  }

  Result<void> take(const Statement& row) {
    const std::string key(row.text(kKey));
    const Revision revision = row.number(kId) >> kPlaceBits;
    if (static_cast<int64_t>(checksum(key, row.text(kValue))) != row.number(kSum))
      return damaged(key, revision, "its checksum is wrong");
    EntryPtr before = found_.index.find(key);
    const Revision previous = row.number(kPrevious);
    // What the history before `compacted` replaced is gone; after it every link must hold.
    if (revision > compacted_ && previous != (before ? before->revision : 0))
      return damaged(key, revision, fmt::format("revision {} is missing", previous));
    auto entry = std::make_shared<Entry>();
    entry->key = key;
    entry->revision = revision;
    entry->create_revision = row.number(kCreated);
    const bool deleted = row.number(kDeleted) != 0;
    if (deleted && !before) return damaged(key, revision, "what it deletes is missing");
    if (auto made = deleted ? copy(*before) : decode(row, key, revision); made) {
      entry->document = std::move(*made);
    } else {
      return Error(made.error());
    }
    entry->document.set_resource_version(revision);
    fold(std::move(entry), std::move(before), deleted, row.number(kAt) * runtime::kSecond);
    return {};
  }

  Recovered finish(Revision reserved) {
    found_.head = std::max({found_.head, reserved, compacted_});
    return std::move(found_);
  }

 private:
  void fold(EntryPtr entry, EntryPtr before, bool deleted, runtime::TimeNs at) {
    const Revision revision = entry->revision;
    found_.head = std::max(found_.head, revision);
    if (deleted) {
      found_.index.erase(entry->key);
    } else {
      found_.index.put(entry);
    }
    if (revision <= compacted_) return;
    const EventType type = deleted ? EventType::kDelete : EventType::kPut;
    found_.history.push_back({std::make_shared<Event>(Event{type, std::move(entry), std::move(before), revision}), at});
  }

  static Result<object::Document> copy(const Entry& entry) { return object::Document::freeze(entry.document.root()); }

  Result<object::Document> decode(const Statement& row, const std::string& key, Revision revision) {
    std::string opened;
    std::string_view json = row.text(kValue);
    if (row.number(kSealed) != 0) {
      if (sealer_ == nullptr)
        return Error(
            store_error(database_.path(), fmt::format("{} is encrypted, and there is no key to open it", key)));
      auto plain = sealer_->open(key, json);
      if (!plain)
        return Error(
            store_error(database_.path(), fmt::format("{} cannot be decrypted: {}", key, plain.error().message)));
      opened = std::move(*plain);
      json = opened;
    }
    auto value = object::parse_json(json);
    if (!value) return Error(damaged(key, revision, value.error().message).error());
    if (!object::View(*value)["metadata"]["resourceVersion"].is_string())
      return Error(damaged(key, revision, "it has no resourceVersion").error());
    return object::Document::freeze(*value);
  }

  Result<void> damaged(const std::string& key, Revision revision, std::string_view how) const {
    return Error(database_.damaged(fmt::format("{} at revision {}: {}", key, revision, how)));
  }

  Database& database_;
  Sealer* sealer_;
  const Revision compacted_;
  Recovered found_;
};

}  // namespace

Result<Recovered> recover(Database& database, Sealer* sealer) {
  const auto compacted = database.number("SELECT value FROM meta WHERE name = 'compacted'");
  if (!compacted) return Error(compacted.error());
  const auto reserved = database.number("SELECT value FROM meta WHERE name = 'reserved'");
  if (!reserved) return Error(reserved.error());
  auto rows =
      database.prepare("SELECT id, created, previous, deleted, at, key, sealed, sum, value FROM version ORDER BY id");
  if (!rows) return Error(rows.error());
  Reader reader(database, sealer, *compacted);
  int error = 0;
  while (rows->step(error))
    if (auto taken = reader.take(*rows); !taken) return Error(taken.error());
  if (error != 0) return Error(database.error(error));
  return reader.finish(*reserved);
}

}  // namespace proa::store::sqlite
