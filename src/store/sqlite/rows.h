// How events become rows: Kubernetes JSON, sealed where the key asks for it, with a checksum. See doc/store-format.md.
#pragma once

#include <string>
#include <string_view>

#include "store/log.h"
#include "store/sqlite/database.h"

namespace proa::store::sqlite {

/// A row of the table `version`, without its checksum.
struct Row {
  int64_t id = 0, created = 0, previous = 0, deleted = 0, at = 0, sealed = 0;
  std::string_view key, value;
};

/// CRC-32 (zlib's) of `ID CREATED PREVIOUS DELETED AT SEALED KEY`, a line feed, and the value.
uint32_t checksum(const Row& row);

/// Writes events as rows.
class RowWriter {
 public:
  static Result<RowWriter> prepare(Database& database, Sealer* sealer);
  /// `place`: within the events of one revision.
  Result<void> write(Database& database, const Event& event, int place, int64_t at_seconds);

 private:
  RowWriter(Statement insert, Sealer* sealer) : insert_(std::move(insert)), sealer_(sealer) {}
  Statement insert_;
  Sealer* sealer_;
  std::string json_;
};

}  // namespace proa::store::sqlite
