#include "store/sqlite/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace proa::store::sqlite {

Status store_error(const std::string& path, std::string_view what) {
  return base::internal_error(fmt::format("the store {}: {}", path, what));
}

Status damaged_error(const std::string& path, std::string_view how) {
  return store_error(path, fmt::format("the file is damaged ({}); nothing was changed. Put a backup in its place, or "
                                       "move it and its -wal file away to begin anew",
                                       how));
}

Statement& Statement::bind(int place, int64_t number) {
  sqlite3_bind_int64(statement_.get(), place, number);
  return *this;
}

Statement& Statement::bind_text(int place, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(int place, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

bool Statement::step(int& error) {
  const int code = sqlite3_step(statement_.get());
  error = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
  if (code == SQLITE_ROW) return true;
  reset();
  return false;
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Result<Database> Database::open(const std::string& path, bool create, const char* vfs) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  Database database(handle, path);
  if (code != SQLITE_OK) return Error(database.error(code));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 2000);
  if (sqlite3_db_readonly(handle, "main") == 1) return Error(database.error(SQLITE_READONLY));
  return database;
}

Result<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Error(error(code));
  return {};
}

void Database::roll_back() { sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr); }

Result<void> Database::run(Statement& statement) {
  int code = SQLITE_OK;
  while (statement.step(code)) {
  }
  if (code != SQLITE_OK) return Error(error(code));
  return {};
}

Result<int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return Error(statement.error());
  int code = SQLITE_OK;
  if (statement->step(code)) return statement->number(0);
  return Error(code == SQLITE_OK ? damaged("a value is missing") : error(code));
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Error(error(code));
  return Statement(statement);
}

Status Database::error(int code) const {
  const int system = database_ ? sqlite3_system_errno(database_.get()) : 0;
  const int kind = code & 0xff;
  if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)))
    return store_error(path_, "no room is left on its disk. Free some space, then writes work again");
  switch (kind) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return damaged(sqlite3_errstr(code));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return store_error(path_, fmt::format("cannot be written to ({}). Run as a user who may write the file and its "
                                            "directory, or choose another data directory",
                                            system != 0 ? strerror(system) : sqlite3_errstr(code)));
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return store_error(path_, "another process uses it. End that one first");
    default:
      return store_error(path_, fmt::format("{}{}{}", sqlite3_errstr(code), system != 0 ? ": " : "",
                                            system != 0 ? strerror(system) : ""));
  }
}

Status Database::damaged(std::string_view how) const { return damaged_error(path_, how); }

void Database::leave_untouched() { sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

}  // namespace proa::store::sqlite
