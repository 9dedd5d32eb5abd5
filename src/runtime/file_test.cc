#include "runtime/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proa::runtime {
namespace {

using testing::HasSubstr;

class File : public testing::Test {
 protected:
  void SetUp() override {
    char form[] = "/tmp/proa-file-XXXXXX";
    dir_ = mkdtemp(form);
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(dir_)); }
  std::string dir_;
};

TEST_F(File, what_is_written_is_read_back_with_its_mode) {
  const std::string path = dir_ + "/a";
  ASSERT_TRUE(write_file_atomic(path, std::string("one\0two", 7), 0600));
  EXPECT_EQ(*read_file(path), std::string("one\0two", 7));
  struct stat about{};
  stat(path.c_str(), &about);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  ASSERT_TRUE(write_file_atomic(path, "new", 0644));
  EXPECT_EQ(*read_file(path), "new");
}

TEST_F(File, a_missing_file_is_not_found_and_named) {
  const auto text = read_file(dir_ + "/none");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().reason, "NotFound");
  EXPECT_EQ(text.error().message, "cannot read " + dir_ + "/none: No such file or directory");
}

TEST_F(File, a_failed_write_leaves_the_old_text_and_nothing_beside_it) {
  const std::string path = dir_ + "/d";
  ASSERT_TRUE(make_dirs(path + "/full"));
  const auto wrote = write_file_atomic(path, "x");  // a directory is in the way
  ASSERT_FALSE(wrote);
  EXPECT_THAT(wrote.error().message, HasSubstr("cannot write " + path));
  EXPECT_TRUE(file_exists(path + "/full"));
  ASSERT_TRUE(remove_tree(path));
  EXPECT_EQ(rmdir(dir_.c_str()), 0);
  mkdir(dir_.c_str(), 0700);
}

TEST_F(File, directories_are_made_on_the_way_and_again) {
  EXPECT_TRUE(make_dirs(dir_ + "/x/y/z/", 0750));
  EXPECT_TRUE(make_dirs(dir_ + "/x/y/z", 0750));
  ASSERT_TRUE(write_file_atomic(dir_ + "/file", ""));
  const auto made = make_dirs(dir_ + "/file/z");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr(dir_ + "/file: Not a directory"));
}

TEST_F(File, removing_what_is_not_there_is_no_error) { EXPECT_TRUE(remove_tree(dir_ + "/none")); }

TEST_F(File, a_held_lock_names_its_holder) {
  const std::string path = dir_ + "/lock";
  {
    auto lock = LockFile::acquire(path);
    ASSERT_TRUE(lock);
    LockFile moved = std::move(*lock);
    const auto second = LockFile::acquire(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, fmt::format("{} is held by the running process {}", path, getpid()));
    EXPECT_EQ(LockFile::holder(path), getpid());
  }
  EXPECT_EQ(LockFile::holder(path), 0);
  EXPECT_EQ(LockFile::holder(dir_ + "/none"), 0);
  EXPECT_TRUE(LockFile::acquire(path));
}

TEST_F(File, a_lock_of_a_process_that_is_dying_is_waited_for) {
  const std::string path = dir_ + "/lock";
  std::optional<LockFile> dying = std::move(*LockFile::acquire(path));
  std::ofstream(path) << "2147483647\n";  // it ended, but its last threads have not
  std::thread last([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    dying.reset();
  });
  EXPECT_TRUE(LockFile::acquire(path));
  last.join();
}

}  // namespace
}  // namespace proa::runtime
