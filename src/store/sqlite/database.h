// SQLite as this room needs it: a connection, prepared statements, and every failure as a Status that names the file
// and says what to do. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace proa::store::sqlite {

class Statement {
 public:
  Statement() = default;
  Statement(sqlite3_stmt* owned) : statement_(owned) {}  // NOLINT(google-explicit-constructor)

  /// From 1. Texts and blobs are not copied: they live until the statement is reset.
  Statement& bind(int place, int64_t number);
  Statement& bind_text(int place, std::string_view text);
  Statement& bind_blob(int place, std::string_view bytes);
  /// True: a row is there. After false or an error the statement is reset.
  bool step(int& error);
  void reset();

  int64_t number(int column) const;
  /// Good until the next step.
  std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Opens for reading and writing. `vfs`: SQLite's file layer, null for the machine's.
  static Result<Database> open(const std::string& path, bool create, const char* vfs);

  Result<void> run(const char* sql);
  /// Ends a transaction that failed, where SQLite has not done so by itself.
  void roll_back();
  /// Runs to the end; rows are passed over.
  Result<void> run(Statement& statement);
  /// The first column of the first row.
  Result<int64_t> number(const char* sql);
  Result<Statement> prepare(const char* sql);

  /// What went wrong last, in words for people.
  Status error(int code) const;
  /// The file's content makes no sense, in this respect.
  Status damaged(std::string_view how) const;
  const std::string& path() const { return path_; }
  /// Closing moves nothing from the write-ahead log into the file: what was found stays as it was.
  void leave_untouched();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* owned, std::string path) : database_(owned), path_(std::move(path)) {}
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

/// Error texts that do not need a connection.
Status damaged_error(const std::string& path, std::string_view how);
Status store_error(const std::string& path, std::string_view what);

}  // namespace proa::store::sqlite
