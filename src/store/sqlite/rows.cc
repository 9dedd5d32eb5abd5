#include "store/sqlite/rows.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "object/json.h"
#include "store/sqlite/open_file.h"

namespace proa::store::sqlite {

uint32_t checksum(const Row& row) {
  const std::string head = fmt::format("{} {} {} {} {} {} {}\n", row.id, row.created, row.previous, row.deleted, row.at,
                                       row.sealed, row.key);
  const auto add = [](uLong sum, std::string_view bytes) {
    return bytes.empty() ? sum : crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  };
  return static_cast<uint32_t>(add(add(0, head), row.value));
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
  const Row row{.id = (event.revision << kPlaceBits) + place,
                .created = entry.create_revision,
                .previous = event.previous ? event.previous->revision : 0,
                .deleted = deleted,
                .at = at_seconds,
                .sealed = sealed,
                .key = entry.key,
                .value = json_};
  insert_.bind(1, row.id).bind(2, row.created).bind(3, row.previous).bind(4, row.deleted).bind(5, row.at);
  insert_.bind_text(6, row.key).bind(7, row.sealed).bind(8, checksum(row));
  if (sealed) {
    insert_.bind_blob(9, row.value);
  } else {
    insert_.bind_text(9, row.value);
  }
  return database.run(insert_);
}

namespace {

constexpr const char* kSelect =
    "SELECT id, created, previous, deleted, at, sealed, key, value, sum FROM version ORDER BY id";

Row row_of(const Statement& at) {
  return {at.number(0), at.number(1), at.number(2), at.number(3), at.number(4), at.number(5), at.text(6), at.text(7)};
}
int64_t sum_of(const Statement& at) { return at.number(8); }

class Reader {
 public:
  Reader(Database& database, Sealer* sealer, Revision compacted)
      : database_(database), sealer_(sealer), compacted_(compacted) {
    found_.oldest = compacted;
  }

  Result<void> take(const Row& row, int64_t sum) {
    const std::string key(row.key);
    const Revision revision = row.id >> kPlaceBits;
    if (int64_t{checksum(row)} != sum) return damaged(key, revision, "its checksum is wrong");
    EntryPtr before = found_.index.find(key);
    // What the history before `compacted` replaced is gone; after it every link must hold.
    if (revision > compacted_ && row.previous != (before ? before->revision : 0))
      return damaged(key, revision, fmt::format("revision {} is missing", row.previous));
    if (row.deleted != 0 && !before) return damaged(key, revision, "what it deletes is missing");
    auto document = row.deleted != 0 ? copy(*before) : decode(row, key, revision);
    if (!document) return Error(document.error());
    document->set_resource_version(revision);
    auto entry = std::make_shared<Entry>(Entry{key, std::move(*document), revision, row.created});
    fold(std::move(entry), std::move(before), row.deleted != 0, row.at * runtime::kSecond);
    return {};
  }

  Result<Recovered> finish(Revision reserved) {
    if (compacted_ > std::max(found_.head, reserved)) return Error(database_.damaged("its newest rows are missing"));
    found_.head = std::max(found_.head, reserved);
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

  Result<object::Document> decode(const Row& row, const std::string& key, Revision revision) {
    std::string opened;
    std::string_view json = row.value;
    if (row.sealed != 0) {
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
  auto rows = database.prepare(kSelect);
  if (!rows) return Error(rows.error());
  Reader reader(database, sealer, *compacted);
  int error = 0;
  while (rows->step(error))
    if (auto taken = reader.take(row_of(*rows), sum_of(*rows)); !taken) return Error(taken.error());
  if (error != 0) return Error(database.error(error));
  return reader.finish(*reserved);
}

}  // namespace proa::store::sqlite
