// Files of the host below a volume: paths that are checked, contents that change in one step.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "node/volumes/atomic_writer.h"
#include "node/volumes/host_path.h"
#include "runtime/file.h"

namespace proa::node {
namespace {

namespace fs = std::filesystem;

std::string read(const std::string& path) { return runtime::read_file(path).value_or("(none)"); }

TEST(HostPath, is_checked_by_its_type) {
  char name[] = "/tmp/proa-host-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  std::ofstream(dir + "/file").close();
  struct Case {
    const char* path;
    const char* type;
    const char* complaint;  // after "hostPath type check failed: DIR"; empty: none
  };
  const Case cases[] = {{"/file", "", ""},
                        {"/made", "", ""},
                        {"/file", "File", ""},
                        {"/none", "File", "/none is not a file"},
                        {"/file", "Directory", "/file is not a directory"},
                        {"/none", "Directory", "/none is not a directory"},
                        {"/new/deep", "DirectoryOrCreate", ""},
                        {"/file", "DirectoryOrCreate", "/file is not a directory"},
                        {"/fresh", "FileOrCreate", ""},
                        {"", "FileOrCreate", " is not a file"},
                        {"/file", "Socket", "/file is not a socket file"},
                        {"/file", "CharDevice", "/file is not a character device"},
                        {"/file", "BlockDevice", "/file is not a block device"}};
  for (const Case& each : cases) {
    const auto got = check_host_path(dir + each.path, each.type);
    const std::string wanted =
        *each.complaint == '\0' ? "" : "hostPath type check failed: " + dir + std::string(each.complaint);
    EXPECT_EQ(got ? "" : got.error().message, wanted) << each.path << " " << each.type;
  }
  EXPECT_TRUE(fs::is_directory(dir + "/new/deep"));
  EXPECT_TRUE(fs::is_regular_file(dir + "/fresh"));
  EXPECT_TRUE(check_host_path("/dev/null", "CharDevice"));
  fs::remove_all(dir);
}

TEST(AtomicWriter, gives_each_file_its_mode_and_readers_the_old_until_the_new_is_whole) {
  char name[] = "/tmp/proa-atomic-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  EXPECT_TRUE(write_volume(dir, {{"a", {"1", 0600}}, {"d/b", {"2", 0444}}, {"d/c", {"3", 0755}}}, -1, "one"));
  EXPECT_EQ(fs::status(dir + "/a").permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(dir + "/d/c").permissions(), fs::perms(0755));
  std::ifstream reader(dir + "/a");
  EXPECT_TRUE(write_volume(dir, {{"a", {"new", 0600}}}, -1, "two"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "1") << "who has it open";
  EXPECT_EQ(fs::read_symlink(dir + "/..data"), "..two");
  EXPECT_FALSE(fs::exists(dir + "/..data_tmp"));
  EXPECT_EQ(*write_volume(dir, {}, -1, "three"), true);
  EXPECT_EQ(*write_volume(dir, {}, -1, "four"), false);
  EXPECT_FALSE(fs::exists(fs::symlink_status(dir + "/a")));
  fs::remove_all(dir);
}

TEST(AtomicWriter, mends_a_volume_whose_writer_was_killed) {
  char name[] = "/tmp/proa-atomic-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  fs::create_directories(dir + "/..half");
  fs::create_symlink("..half", dir + "/..data_tmp");
  fs::create_symlink("..data/gone", dir + "/gone");
  EXPECT_EQ(*write_volume(dir, {{"a", {"1", 0644}}}, -1, "one"), true);
  EXPECT_EQ(read(dir + "/a"), "1");
  EXPECT_FALSE(fs::exists(fs::symlink_status(dir + "/gone")));
  fs::remove_all(dir);
}

TEST(AtomicWriter, writes_nothing_when_nothing_changed) {
  char name[] = "/tmp/proa-atomic-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  const VolumeFiles files = {{"a", {"1", 0644}}, {"d/b", {"2", 0600}}};
  EXPECT_EQ(*write_volume(dir, files, -1, "one"), true);
  EXPECT_EQ(*write_volume(dir, files, -1, "two"), false);
  EXPECT_EQ(fs::read_symlink(dir + "/..data"), "..one");
  EXPECT_EQ(read(dir + "/d/b"), "2");
  EXPECT_EQ(*write_volume(dir, {{"a", {"9", 0644}}}, -1, "three"), true);
  EXPECT_FALSE(fs::exists(dir + "/d"));
  EXPECT_FALSE(fs::exists(dir + "/..one"));
  fs::remove_all(dir);
}

TEST(SubPath, stays_inside_the_volume) {
  char name[] = "/tmp/proa-sub-XXXXXX";
  const std::string dir = ::mkdtemp(name);
  fs::create_symlink("/etc", dir + "/out");
  EXPECT_TRUE(safe_sub_path(dir, "a/b", "v", "web"));
  EXPECT_FALSE(safe_sub_path(dir, "../x", "v", "web"));
  EXPECT_FALSE(safe_sub_path(dir, "/etc", "v", "web"));
  EXPECT_EQ(safe_sub_path(dir, "out", "v", "web").error().message,
            "failed to prepare subPath for volumeMount \"v\" of container \"web\"");
  fs::remove_all(dir);
}

TEST(LogTail, is_the_last_80_lines_but_2048_bytes_at_most) {
  char name[] = "/tmp/proa-tail-XXXXXX";
  ::close(::mkstemp(name));
  {
    std::ofstream out(name);
    for (int i = 0; i < 200; ++i) out << "2026-01-01T00:00:00Z stdout F " << i << "\n";
  }
  EXPECT_THAT(log_tail(name), testing::StartsWith("120\n121\n"));
  std::ofstream(name, std::ios::trunc) << "2026-01-01T00:00:00Z stdout F " << std::string(3000, 'x') << "\n";
  EXPECT_EQ(log_tail(name), std::string(2047, 'x') + "\n");
  EXPECT_EQ(log_tail("/nonexistent"), "");
  fs::remove(name);
}

}  // namespace
}  // namespace proa::node
