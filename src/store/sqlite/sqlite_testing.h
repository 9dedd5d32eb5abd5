// What tests of the SQLite store share: a folder of their own, a clock in their hand, the state as text.
#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "object/json.h"
#include "runtime/clock.h"
#include "store/store_testing.h"

namespace proa::store::sqlite {

/// In memory where the machine has such a place: what these tests ask does not hang on real fsyncs.
struct TempDir {
  TempDir() {
    std::string form = "/dev/shm/proa-store-XXXXXX";
    if (mkdtemp(form.data()) == nullptr) {
      form = "/tmp/proa-store-XXXXXX";
      EXPECT_NE(mkdtemp(form.data()), nullptr);
    }
    path = form;
  }
  ~TempDir() { std::filesystem::remove_all(path); }
  std::string path;
};

struct ManualClock : runtime::Clock {
  runtime::TimeNs wall() const override { return now; }
  runtime::TimeNs monotonic() const override { return now; }
  std::atomic<runtime::TimeNs> now = 1'800'000'000 * runtime::kSecond;
};

/// Expects success.
inline std::unique_ptr<Store> open_store(const SqliteOptions& options) {
  auto store = open_sqlite_store(options);
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

/// Everything a snapshot shows: key to "revision create_revision json".
inline std::map<std::string, std::string> state_of(const Snapshot& snapshot) {
  std::map<std::string, std::string> state;
  snapshot.scan("", "", [&](const EntryPtr& entry) {
    state[entry->key] = std::to_string(entry->revision) + " " + std::to_string(entry->create_revision) + " " +
                        object::to_json(entry->document.root());
    return true;
  });
  return state;
}

/// Everything an event tells.
inline std::string text_of(const Event& event) {
  const auto one = [](const EntryPtr& entry) {
    return entry ? entry->key + "@" + std::to_string(entry->revision) + object::to_json(entry->document.root()) : "-";
  };
  return std::to_string(event.revision) + (event.type == EventType::kPut ? " put " : " delete ") + one(event.entry) +
         " was " + one(event.previous);
}

inline std::vector<std::string> events_of(Store& store, Revision from) {
  auto watch = store.watch("", from, [] {});
  EXPECT_TRUE(watch) << watch.error().message;
  std::vector<std::string> texts;
  if (watch)
    for (const auto& event : drain(**watch)) texts.push_back(text_of(*event));
  return texts;
}

}  // namespace proa::store::sqlite
