// The disk fails: writers are told, reads go on, later writes work, and a restart finds what was acknowledged.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite/faulty_vfs.h"
#include "store/sqlite/sqlite_testing.h"

namespace proa::store::sqlite {
namespace {

using testing::HasSubstr;

class DiskFault : public testing::Test {
 protected:
  FaultyVfs vfs_;
  TempDir dir_;
  ManualClock clock_;
  SqliteOptions options_{.path = dir_.path + "/proa.db", .clock = &clock_, .vfs = FaultyVfs::kName};

  Result<Committed> put(Store& store, std::string key, std::string_view text) {
    std::vector<Write> writes;
    writes.push_back(test_put(std::move(key), text));
    return testing_try(store, std::move(writes));
  }
};

TEST_F(DiskFault, a_full_disk_fails_writes_not_reads_and_heals) {
  const auto store = open_store(options_);
  const Revision first = put(*store, "/a/1", "one")->revision;
  const auto watch = *store->watch("/a/", first, [] {});
  FaultyVfs::set_full(true);
  for (int i = 0; i < 5; ++i) {
    const auto failed = put(*store, "/a/1", "two");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, 500);
    EXPECT_EQ(failed.error().reason, "InternalError");
    EXPECT_EQ(failed.error().message, "Internal error occurred: the store " + options_.path +
                                          ": no room is left on its disk. Free some space, then writes work again");
  }
  EXPECT_EQ(text_of(store->snapshot()->get("/a/1")), "one");
  EXPECT_EQ(text_of(store->latest("/a/1")), "one");
  EXPECT_TRUE(drain(*watch).empty());
  FaultyVfs::set_full(false);
  const auto healed = put(*store, "/a/1", "three");
  ASSERT_TRUE(healed);
  EXPECT_GT(healed->revision, first + 5) << "what failed was seen by its writer";
  const auto events = drain(*watch);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(store::text_of(events[0]->previous), "one");
}

TEST_F(DiskFault, a_store_on_a_full_disk_opens_for_reading) {
  put(*open_store(options_), "/a/1", "one");
  FaultyVfs::set_full(true);
  const auto store = open_store(options_);
  ASSERT_TRUE(store);
  EXPECT_EQ(store::text_of(store->snapshot()->get("/a/1")), "one");
  EXPECT_FALSE(put(*store, "/a/1", "two"));
  FaultyVfs::set_full(false);
  EXPECT_TRUE(put(*store, "/a/1", "three"));
}

TEST_F(DiskFault, what_was_sequenced_after_a_failed_write_fails_with_it) {
  const auto store = open_store(options_);
  put(*store, "/a/1", "one");
  FaultyVfs::set_full(true);
  std::atomic<int> failed = 0;
  for (int i = 0; i < 50; ++i) {
    std::vector<Write> writes;
    writes.push_back(test_put("/a/" + std::to_string(i % 5), "x"));
    store->commit(std::move(writes), [&](Result<Committed> result) { failed += !result; });
  }
  store->flush();
  EXPECT_EQ(failed, 50);
  EXPECT_EQ(store->snapshot()->count(""), 1u);
  FaultyVfs::set_full(false);
  EXPECT_TRUE(put(*store, "/a/2", "x"));
}

/// Twelve rounds of writes that touch rows, history and file size. Returns what was acknowledged.
std::map<std::string, std::string> rounds(Store& store, ManualClock& clock, int& failures) {
  std::map<std::string, std::string> acknowledged;
  for (int i = 0; i < 12; ++i) {
    const std::string key = "/a/" + std::to_string(i % 4), text(3000, static_cast<char>('a' + i));
    std::vector<Write> writes;
    writes.push_back(i % 5 == 4 ? test_delete(key) : test_put(key, text));
    const bool is_delete = !writes[0].document;
    if (is_delete && !acknowledged.contains(key)) continue;
    const auto result = testing_try(store, std::move(writes));
    failures += !result;
    if (result && is_delete) acknowledged.erase(key);
    if (result && !is_delete) acknowledged[key] = text;
    clock.now += 100 * runtime::kSecond;  // so that compaction and vacuum are met too
  }
  return acknowledged;
}

TEST_F(DiskFault, any_one_failing_operation_loses_nothing_that_was_acknowledged) {
  int with_failures = 0;
  for (int64_t n = 1;; ++n) {
    options_.path = dir_.path + "/" + std::to_string(n) + ".db";
    auto store = open_store(options_);
    const int64_t before = FaultyVfs::operations_so_far();
    FaultyVfs::fail_nth(n);
    int failures = 0;
    const auto acknowledged = rounds(*store, clock_, failures);
    with_failures += failures > 0;
    EXPECT_LE(failures, 1) << "operation " << n;
    const bool reached = FaultyVfs::operations_so_far() - before >= n;
    FaultyVfs::fail_nth(0);
    std::map<std::string, std::string> found;
    const auto state = state_of(*store->snapshot());
    store.reset();
    store = open_store(options_);
    ASSERT_TRUE(store) << "operation " << n;
    EXPECT_EQ(state_of(*store->snapshot()), state) << "operation " << n;
    store->snapshot()->scan("", "", [&](const EntryPtr& entry) {
      found[entry->key] = store::text_of(entry);
      return true;
    });
    ASSERT_EQ(found, acknowledged) << "operation " << n;
    if (!reached) break;
  }
  EXPECT_GT(with_failures, 10);
}

TEST_F(DiskFault, a_store_that_cannot_be_opened_for_a_fault_is_whole_afterwards) {
  {
    const auto store = open_store(options_);
    for (int i = 0; i < 5; ++i) put(*store, "/a/" + std::to_string(i), "x");
  }
  int refused = 0;
  for (int64_t n = 1; n <= 6; ++n) {
    FaultyVfs::fail_nth(n);
    const auto store = open_sqlite_store(options_);
    refused += !store;
    FaultyVfs::fail_nth(0);
  }
  EXPECT_EQ(open_store(options_)->snapshot()->count(""), 5u);
}

TEST_F(DiskFault, making_a_store_fails_whole) {
  for (int64_t n = 1; n <= 12; ++n) {
    options_.path = dir_.path + "/new" + std::to_string(n) + ".db";
    FaultyVfs::fail_nth(n);
    const auto store = open_sqlite_store(options_);
    FaultyVfs::fail_nth(0);
    if (!store) {
      EXPECT_THAT(store.error().message, HasSubstr("the store " + dir_.path));
    }
    EXPECT_TRUE(open_sqlite_store(options_)) << "operation " << n;
  }
}

/// A file system of 1 MB.
struct SmallDisk {
  explicit SmallDisk(std::string at) : path(std::move(at)) {
    mkdir(path.c_str(), 0700);
    mounted = mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~SmallDisk() {
    if (mounted) umount2(path.c_str(), MNT_DETACH);
  }
  std::string path;
  bool mounted;
};

TEST(RealFullDisk, writes_fail_reads_go_on_and_writes_work_again_when_there_is_room) {
  const TempDir dir;
  const SmallDisk disk(dir.path + "/disk");
  if (!disk.mounted) GTEST_SKIP() << "only root may mount a small disk";
  const std::string filler = disk.path + "/filler";
  const auto store = open_store({.path = disk.path + "/proa.db"});
  const std::string large(20'000, 'x');
  std::map<std::string, std::string> acknowledged;
  std::ofstream(filler) << std::string(400'000, 'x');
  Status error;
  for (int i = 0; i < 100 && error.message.empty(); ++i) {
    const std::string key = "/a/" + std::to_string(i);
    std::vector<Write> writes;
    writes.push_back(test_put(key, large));
    const auto result = testing_try(*store, std::move(writes));
    if (!result) error = result.error();
    if (result) acknowledged[key] = large;
  }
  EXPECT_THAT(error.message, HasSubstr("no room is left on its disk"));
  EXPECT_EQ(store->snapshot()->count(""), acknowledged.size());
  unlink(filler.c_str());
  EXPECT_EQ(testing_commit(*store, {test_put("/b/1", large)}).refusal, Refusal::kNone);
  EXPECT_EQ(store->snapshot()->count(""), acknowledged.size() + 1);
}

}  // namespace
}  // namespace proa::store::sqlite
