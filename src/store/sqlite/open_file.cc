#include "store/sqlite/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "runtime/fd.h"

namespace proa::store::sqlite {
namespace {

// Values come last, so that the history can be walked without reading them.
constexpr const char* kCreate = R"(
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA synchronous = FULL;
BEGIN;
PRAGMA application_id = 0x50524f41;
PRAGMA user_version = 1;
CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  created INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  at INTEGER NOT NULL,
  key TEXT NOT NULL,
  sealed INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  value BLOB NOT NULL);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('compacted', 1), ('reserved', 1), ('floor', 1), ('identity', 0);
CREATE VIEW object AS
  SELECT key, max(id) >> 12 AS revision, created, value, sealed, deleted
  FROM version GROUP BY key HAVING deleted = 0;
COMMIT;
)";

constexpr const char* kSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA wal_autocheckpoint = 2000;
PRAGMA journal_size_limit = 33554432;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -2048;
)";

constexpr size_t kHeaderBytes = 100;

uint32_t big_endian(const unsigned char* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Reads SQLite's file header without SQLite.
Result<void> check_header(const std::string& path) {
  const runtime::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Error(store_error(path, fmt::format("cannot be read: {}", strerror(errno))));
  unsigned char header[kHeaderBytes] = {};
  const ssize_t n = read(file.get(), header, sizeof header);
  if (n == 0) return Error(damaged_error(path, "it is empty"));
  if (n < static_cast<ssize_t>(sizeof header) || memcmp(header, "SQLite format 3", 16) != 0)
    return Error(store_error(path,
                             "this is no store of Proa (not a SQLite file); nothing was changed. Move it away, "
                             "or choose another data directory"));
  const uint32_t version = big_endian(header + 60);
  if (big_endian(header + 68) != kApplicationId)
    return Error(store_error(path,
                             "this is no store of Proa (a SQLite file of another program); nothing was changed. "
                             "Move it away, or choose another data directory"));
  if (version > kFormatVersion)
    return Error(store_error(path, fmt::format("a newer Proa wrote it (format {}, this program knows {}); nothing was "
                                               "changed. Use the newer program, or restore a backup of before",
                                               version, kFormatVersion)));
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const runtime::Fd opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened && fsync(opened.get()) == 0) return {};
  return Error(store_error(folder, fmt::format("cannot sync the directory: {}", strerror(errno))));
}

/// Makes the file under another name and renames it when it is complete: at the path is a whole store or nothing.
Result<void> create(const std::string& path, const std::string& folder, const char* vfs) {
  const std::string unfinished = path + ".new";
  for (const char* tail : {"", "-journal", "-wal"}) unlink((unfinished + tail).c_str());
  if (!runtime::Fd(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)))
    return Error(store_error(path, fmt::format("cannot be made: {}. Run as a user who may write the directory, or "
                                               "choose another data directory",
                                               strerror(errno))));
  {
    auto database = Database::open(unfinished, true, vfs);
    if (!database) return Error(database.error());
    if (auto made = database->run(kCreate); !made) return made;
  }
  if (rename(unfinished.c_str(), path.c_str()) != 0)
    return Error(store_error(path, fmt::format("cannot be made: {}", strerror(errno))));
  return sync_folder(folder);
}

}  // namespace

int64_t file_identity(const std::string& path) {
  struct statx about{};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &about) != 0) return 1;
  uint64_t mixed = about.stx_ino;
  for (const uint64_t part : {static_cast<uint64_t>(about.stx_btime.tv_sec), uint64_t{about.stx_btime.tv_nsec}})
    mixed = (mixed ^ part) * 0x9e3779b97f4a7c15 + (mixed >> 29);
  return static_cast<int64_t>(mixed >> 1 | 1);
}

Result<Database> open_file(const std::string& path, const char* vfs) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  struct stat about{};
  if (!folder.empty() && (stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)))
    return Error(
        store_error(path, fmt::format("there is no directory {}. Make it, or choose another data directory", folder)));
  if (stat(path.c_str(), &about) != 0) {
    if (stat((path + "-wal").c_str(), &about) == 0)
      return Error(store_error(path, fmt::format("the file is missing, but {0}-wal is there; nothing was changed. Put "
                                                 "the file back, or move {0}-wal away to begin anew",
                                                 path)));
    if (auto made = create(path, folder.empty() ? "." : folder, vfs); !made) return Error(made.error());
  }
  if (auto fits = check_header(path); !fits) return Error(fits.error());
  auto database = Database::open(path, false, vfs);
  if (!database) return database;
  if (auto set = database->run(kSettings); !set) {
    database->leave_untouched();
    return Error(set.error());
  }
  return database;
}

}  // namespace proa::store::sqlite
