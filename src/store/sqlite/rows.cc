#include "store/sqlite/rows.h"

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

}  // namespace proa::store::sqlite
