// kill -9 under load, again and again: 32 writers and a watcher live in a child process on one SQLite store. After
// each death: nothing that was acknowledged is missing, nothing came that nobody wrote, and the watcher, which resumes
// from the last event that it noted, meets each event once.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/event_loop.h"
#include "runtime/process.h"
#include "runtime/random.h"
#include "store/store_testing.h"

namespace proa::store {
namespace {

constexpr int kWriters = 32;
constexpr int kKeysEach = 4;
constexpr int kKills = 50;
constexpr const char* kFolderVariable = "PROA_CRASH_TEST_DIR";

std::string key_of(int writer, int64_t number) { return fmt::format("/w/{:02}/{}", writer, number % kKeysEach); }

// A kill cuts a write to a file between two pages of the file, where the kernel looks for signals. Records of a size
// that divides a page never lie on two, so that each is there whole or not at all.
constexpr size_t kNoteBytes = 64;
static_assert(4096 % kNoteBytes == 0);

/// Lines that outlive a kill: each is one write to the kernel, of kNoteBytes.
class Notes {
 public:
  explicit Notes(const std::string& path) : fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  ~Notes() { close(fd_); }
  void add(std::string_view key, std::string_view number, Revision revision) {
    const std::string line = fmt::format("{:<{}}\n", fmt::format("{} {} {}", key, number, revision), kNoteBytes - 1);
    if (line.size() != kNoteBytes || write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) abort();
  }

 private:
  int fd_;
};

struct Note {
  std::string key;
  int64_t number = 0;
  Revision revision = 0;
};

std::vector<Note> read_notes(const std::string& path) {
  std::vector<Note> notes;
  EXPECT_EQ(std::filesystem::exists(path) ? std::filesystem::file_size(path) % kNoteBytes : 0, 0u) << path;
  std::ifstream file(path);
  for (Note note; file >> note.key >> note.number >> note.revision;) notes.push_back(note);
  return notes;
}

Result<std::unique_ptr<Store>> open_at(const std::string& folder) {
  return open_sqlite_store({.path = folder + "/proa.db", .history_seconds = 30});
}

// --- the child ---------------------------------------------------------------------------------------------------

/// Writes number after number, waiting for each acknowledgement and noting it.
void write_on(Store& store, int writer, Notes& acknowledged) {
  int64_t number = 0;
  const SnapshotPtr start = store.snapshot();
  for (int i = 0; i < kKeysEach; ++i) {
    const EntryPtr entry = start->get(key_of(writer, i));
    if (!entry) continue;
    const int64_t found = std::stol(text_of(entry));
    number = std::max(number, found + 1);
    // It may have become durable just before the kill, too late for its acknowledgement to be noted.
    acknowledged.add(entry->key, std::to_string(found), entry->revision);
  }
  for (;; ++number) {
    const std::string key = key_of(writer, number);
    const EntryPtr before = store.latest(key);
    std::vector<Write> writes;
    writes.push_back(test_put(key, std::to_string(number), before ? before->revision : Write::kAbsent));
    std::promise<Revision> done;
    store.commit(std::move(writes), [&](Result<Committed> result) {
      if (!result || result->refusal != Refusal::kNone) abort();
      done.set_value(result->revision);
    });
    acknowledged.add(key, std::to_string(number), done.get_future().get());
  }
}

// Started by the parent in a process of its own; never ends by itself.
TEST(CrashTestChild, DISABLED_writes_until_it_is_killed) {
  const char* folder = getenv(kFolderVariable);
  if (folder == nullptr) GTEST_SKIP() << "the parent names the folder";
  auto opened = open_at(folder);
  if (!opened) abort();
  Store& store = **opened;
  Notes acknowledged(folder + std::string("/acknowledged")), watched(folder + std::string("/watched"));
  const auto seen = read_notes(folder + std::string("/watched"));
  const Revision from = seen.empty() ? 1 : seen.back().revision;
  std::unique_ptr<Watch> watch;
  const auto take = [&] {
    for (const auto& event : drain(*watch)) watched.add(event->entry->key, text_of(event->entry), event->revision);
  };
  auto made = store.watch("/w/", from, take);
  if (!made) abort();
  watch = std::move(*made);
  take();
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) writers.emplace_back([&, i] { write_on(store, i, acknowledged); });
  for (auto& writer : writers) writer.join();
}

// --- the parent --------------------------------------------------------------------------------------------------

class CrashTest : public testing::Test {
 protected:
  CrashTest() {
    char form[] = "/tmp/proa-crash-XXXXXX";
    folder_ = mkdtemp(form);
    loop_.start();
  }
  ~CrashTest() override { std::filesystem::remove_all(folder_); }

  /// Runs the child for so long; returns its exit code.
  int run_child(runtime::DurationNs life) {
    const runtime::Command command{
        .argv = {"/proc/self/exe", "--gtest_filter=CrashTestChild.DISABLED_writes_until_it_is_killed",
                 "--gtest_also_run_disabled_tests"},
        .env = {fmt::format("{}={}", kFolderVariable, folder_)},
        .log_file = folder_ + "/child.log"};
    runtime::Command self = command;
    self.argv[0] = std::filesystem::read_symlink("/proc/self/exe");
    auto child = runtime::Child::start(self);
    if (!child) return -2;
    std::promise<int> ended;
    (*child)->on_exit(loop_, [&](int code) { ended.set_value(code); });
    loop_.post([&] { loop_.after(life, [&] { (*child)->kill(SIGKILL); }); });
    const int code = ended.get_future().get();
    std::promise<void> settled;  // the timer refers to this frame
    loop_.post([&] { settled.set_value(); });
    settled.get_future().get();
    return code;
  }

  /// Opens a copy, so that the next child meets what the kill left.
  void check_state() {
    const std::string copy = folder_ + "/copy";
    std::filesystem::create_directory(copy);
    for (const char* name : {"/proa.db", "/proa.db-wal"})
      if (std::filesystem::exists(folder_ + name)) std::filesystem::copy_file(folder_ + name, copy + name);
    {
      auto store = open_at(copy);
      ASSERT_TRUE(store) << store.error().message;
      check_acknowledged(*(*store)->snapshot());
    }
    std::filesystem::remove_all(copy);
  }

  void check_acknowledged(const Snapshot& snapshot) {
    std::map<std::string, Note> newest;
    for (const auto& note : read_notes(folder_ + "/acknowledged")) newest[note.key] = note;
    acknowledged_ = newest.size();
    for (const auto& [key, note] : newest) {
      const EntryPtr entry = snapshot.get(key);
      ASSERT_TRUE(entry) << key << " is missing";
      const int64_t found = std::stol(text_of(entry));
      // One write more may have become durable without its acknowledgement being noted.
      EXPECT_TRUE(found == note.number || found == note.number + kKeysEach)
          << key << ": acknowledged " << note.number << ", found " << found;
      EXPECT_TRUE(found != note.number || entry->revision == note.revision) << key;
    }
  }

  /// Each key's numbers are consecutive, each revision is higher than the one before.
  void check_watched() {
    std::map<std::string, int64_t> last;
    Revision revision = 0;
    const auto notes = read_notes(folder_ + "/watched");
    for (const auto& note : notes) {
      ASSERT_GT(note.revision, revision);
      revision = note.revision;
      const auto [at, is_new] = last.try_emplace(note.key, note.number);
      ASSERT_TRUE(is_new || note.number == at->second + kKeysEach) << note.key << " at " << note.revision;
      at->second = note.number;
    }
    RecordProperty("events", static_cast<int>(notes.size()));
  }

  std::string folder_;
  size_t acknowledged_ = 0;
  runtime::EventLoop loop_{"crash-test"};
};

TEST_F(CrashTest, killed_at_random_moments_it_loses_repeats_and_skips_nothing) {
  runtime::Random& random = runtime::system_random();
  for (int i = 0; i < kKills; ++i) {
    const auto life = static_cast<runtime::DurationNs>(20 + random.below(400)) * runtime::kMillisecond;
    ASSERT_EQ(run_child(life), 128 + SIGKILL) << "kill " << i;
    check_state();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(acknowledged_, 50u);
  check_watched();
}

}  // namespace
}  // namespace proa::store
