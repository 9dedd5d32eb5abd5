// What lies at the store's path and is no whole store is refused by name, and stays as it was.
#include "store/sqlite/open_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/random.h"
#include "store/sqlite/sqlite_testing.h"

namespace proa::store::sqlite {
namespace {

using testing::HasSubstr;

class OpenFile : public testing::Test {
 protected:
  TempDir dir_;
  std::string path_ = dir_.path + "/proa.db";

  void write(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  /// The message of the refusal. What is there must stay as it was.
  std::string refusal() {
    const std::string before = read(path_), before_wal = read(path_ + "-wal");
    const auto store = open_sqlite_store({.path = path_});
    EXPECT_EQ(read(path_), before);
    EXPECT_EQ(read(path_ + "-wal"), before_wal);
    return store ? "(opened)" : store.error().message;
  }
  /// Root may write anywhere: becomes somebody who may not.
  std::string as_nobody(const std::function<std::string()>& what) {
    const bool root = geteuid() == 0;
    if (root && seteuid(65534) != 0) return "(cannot become nobody)";
    std::string result = what();
    if (root && seteuid(0) != 0) return "(cannot become root)";
    return result;
  }
  void make_store(int objects) {
    const auto store = open_store({.path = path_});
    for (int i = 0; i < objects; ++i)
      testing_commit(*store, {test_put("/a/" + std::to_string(i), "value-" + std::to_string(i))});
  }
};

TEST_F(OpenFile, a_missing_directory_is_named) {
  path_ = dir_.path + "/none/proa.db";
  EXPECT_THAT(refusal(), HasSubstr("the store " + path_ + ": there is no directory " + dir_.path + "/none"));
}

TEST_F(OpenFile, a_foreign_file_is_refused) {
  write(path_, std::string(5000, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("this is no store of Proa (not a SQLite file)"));
  write(path_, "short");
  EXPECT_THAT(refusal(), HasSubstr("this is no store of Proa"));
}

TEST_F(OpenFile, a_database_of_another_program_is_refused) {
  {
    auto other = Database::open(path_, true, nullptr);
    ASSERT_TRUE(other->run("CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  }
  EXPECT_THAT(refusal(), HasSubstr("a SQLite file of another program"));
}

TEST_F(OpenFile, a_newer_format_is_refused) {
  make_store(3);
  {
    auto database = Database::open(path_, false, nullptr);
    ASSERT_TRUE(database->run("PRAGMA journal_mode = DELETE; PRAGMA user_version = 9"));
  }
  EXPECT_THAT(refusal(), HasSubstr("a newer Proa wrote it (format 9, this program knows 1)"));
}

TEST_F(OpenFile, an_empty_file_is_no_new_store) {
  write(path_, "");
  EXPECT_THAT(refusal(), HasSubstr("the file is damaged (it is empty)"));
}

TEST_F(OpenFile, a_log_without_its_file_is_no_new_store) {
  make_store(3);
  std::filesystem::remove(path_);
  write(path_ + "-wal", "something");
  EXPECT_THAT(refusal(), HasSubstr("the file is missing, but " + path_ + "-wal is there"));
}

TEST_F(OpenFile, a_truncated_file_is_refused) {
  make_store(200);
  std::string bytes = read(path_);
  write(path_, bytes.substr(0, bytes.size() / 2));
  EXPECT_THAT(refusal(), HasSubstr("the store " + path_ + ": the file is damaged ("));
}

TEST_F(OpenFile, a_changed_value_is_found_by_its_checksum) {
  make_store(20);
  std::string bytes = read(path_);
  const size_t at = bytes.find("value-7");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 6] = '8';
  write(path_, bytes);
  EXPECT_THAT(refusal(), HasSubstr("the file is damaged (/a/7 at revision"));
}

TEST_F(OpenFile, a_lost_row_is_found_by_the_one_that_replaced_it) {
  {
    const auto store = open_store({.path = path_});
    for (int i = 0; i < 3; ++i) testing_commit(*store, {test_put("/a/1", std::to_string(i))});
  }
  {
    auto database = Database::open(path_, false, nullptr);
    ASSERT_TRUE(database->run("DELETE FROM version WHERE id = (SELECT min(id) + 4096 FROM version)"));
  }
  EXPECT_THAT(refusal(), HasSubstr("is missing"));
}

TEST_F(OpenFile, a_flipped_bit_anywhere_is_refused_or_does_no_harm) {
  make_store(60);
  const std::string whole = read(path_);
  std::map<std::string, std::string> state;
  {
    const auto store = open_store({.path = path_});
    state = state_of(*store->snapshot());
  }
  runtime::SeededRandom random(8);
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    std::string bytes = whole;
    const size_t at = 100 + random.below(bytes.size() - 100);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    write(path_, bytes);
    std::filesystem::remove(path_ + "-wal");
    const auto store = open_sqlite_store({.path = path_});
    refused += !store;
    if (store) {
      EXPECT_TRUE(state_of(*(*store)->snapshot()) == state) << "byte " << at;
    }
  }
  EXPECT_GT(refused, 25);
}

TEST_F(OpenFile, a_directory_that_cannot_be_written_is_named) {
  chmod(dir_.path.c_str(), 0555);
  const std::string message = as_nobody([&] { return refusal(); });
  chmod(dir_.path.c_str(), 0755);
  EXPECT_THAT(message, HasSubstr("the store " + path_ + ": cannot be made: Permission denied"));
}

TEST_F(OpenFile, a_file_that_cannot_be_written_is_named) {
  make_store(2);
  chmod(dir_.path.c_str(), 0755);
  chmod(path_.c_str(), 0444);
  const std::string message = as_nobody([&] { return refusal(); });
  EXPECT_THAT(message, HasSubstr("the store " + path_ + ": cannot be written to"));
}

TEST_F(OpenFile, what_a_crash_left_of_the_making_is_made_anew) {
  write(path_ + ".new", "half");
  write(path_ + ".new-journal", "half");
  make_store(2);
  EXPECT_EQ(open_store({.path = path_})->snapshot()->count(""), 2u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

}  // namespace
}  // namespace proa::store::sqlite
