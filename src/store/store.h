// The store: every object, in one totally ordered log of writes. State is the fold of the log, a watch is its
// tail, a snapshot is a position in it.
//
// Promises
//   durable     A write is acknowledged (its callback called with a revision) when it is on disk, never before.
//   visible     What a snapshot or a watcher shows is on disk. Only the writers' own precondition checks see the
//               speculative head (writes that are sequenced, not yet on disk).
//   ordered     Revisions grow by one per write (or atomic batch); no revision that anyone saw is given twice,
//               also not after a failed commit, a crash or a restore.
//   complete    A watcher that starts at revision R sees each later event once, in order, or is told kExpired.
//   isolated    Reads never wait for writes: a snapshot is a pointer into a structure-sharing ordered index.
//   intact      A damaged, foreign or newer file is refused with an error that names it; nothing is overwritten.
// When the disk fails (full, I/O error) the speculative part is dropped, its writers get the error, reads go on,
// and later writes try again.
//
// Every implementation passes tests in store_conformance.h. Source of the model: Kubernetes' storage.Interface and
// etcd's revisions; the words are ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "object/document.h"
#include "runtime/clock.h"

namespace proa::store {

using Revision = int64_t;

/// A stored object. Immutable, shared; `document` has metadata.resourceVersion == revision.
struct Entry {
  std::string key;  // "/apps/deployments/NAMESPACE/NAME", "/nodes/NAME" below the group ("" for core: "/core/...")
  object::Document document;
  Revision revision = 0;         // of the last write
  Revision create_revision = 0;  // of the write that made it
};
using EntryPtr = std::shared_ptr<const Entry>;

/// The state at one revision. Cheap to copy; keeps what it shows alive. Any thread.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Revision revision() const = 0;
  virtual EntryPtr get(std::string_view key) const = 0;
  /// Calls `visit` for the keys that begin with `prefix` and are >= `from` (empty: all), in order of key, until
  /// it returns false.
  virtual void scan(std::string_view prefix, std::string_view from,
                    const std::function<bool(const EntryPtr&)>& visit) const = 0;
  /// Number of keys with that prefix.
  virtual size_t count(std::string_view prefix) const = 0;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

enum class EventType : uint8_t { kPut, kDelete };

/// One change. Shared by all watchers.
struct Event {
  EventType type;
  /// kPut: the new state. kDelete: the last state, with resourceVersion set to the deletion's revision.
  EntryPtr entry;
  EntryPtr previous;  // null: the object was created
  Revision revision;
};
using EventPtr = std::shared_ptr<const Event>;

/// One watcher: a cursor into the shared ring. Owned by the caller; one thread at a time may call next().
class Watch {
 public:
  virtual ~Watch() = default;
  enum class Next { kEvent, kIdle, kExpired };
  /// The next event whose key has the watch's prefix. kIdle: none now (the wake-up will be called when there
  /// may be more; until then nothing has to be done). kExpired: fell behind the ring's tail; nothing more comes.
  virtual Next next(EventPtr& event) = 0;
  /// All events up to this revision have been returned (or did not match): for bookmarks.
  virtual Revision position() const = 0;
};

/// One change within a commit.
struct Write {
  std::string key;
  /// The new state (metadata.resourceVersion a string: the store sets it); an empty document deletes.
  object::Document document;
  /// What the head must hold: kAny; kAbsent; or exactly this revision (>0).
  static constexpr Revision kAny = -1;
  static constexpr Revision kAbsent = 0;
  Revision expected = kAny;
};

/// Why a commit was not taken; `Status` in the callback is for what the disk did.
enum class Refusal { kNone, kExists, kNotFound, kChanged };

struct Committed {
  Refusal refusal = Refusal::kNone;
  size_t refused_index = 0;       // which write
  EntryPtr current;               // what the head held under that key (null: nothing)
  Revision revision = 0;          // when taken
  std::vector<EntryPtr> entries;  // one per write, as stored (of a delete: the last state)
};

class Store {
 public:
  virtual ~Store() = default;

  /// The newest durable state. Any thread, never blocks on disk.
  virtual SnapshotPtr snapshot() const = 0;
  /// A past state, as far back as the log's history goes; null when it is gone.
  virtual SnapshotPtr snapshot_at(Revision revision) const = 0;
  /// The newest sequenced state of a key, durable or not: what a writer must base its change on. Whoever tells a
  /// client of it without a commit waits for when_durable(). Any thread.
  virtual EntryPtr latest(std::string_view key) const = 0;
  /// Calls `done` once what latest(key) shows now is on disk, or with the disk's error when it never will be: at once
  /// on the calling thread where nothing is under way, else as commit() does. Any thread.
  virtual void when_durable(std::string_view key, std::function<void(Result<void>)> done) = 0;

  /// Sequences the writes as one: all or none. Their documents are moved in: nobody else holds them. `done` is
  /// called exactly once: at once (on the calling thread) with a refusal, or with 429 when too many writes wait; or,
  /// after fsync, on the store's thread with the result or with the disk's error. A refusal that is owed to a write
  /// which is not on disk yet waits for it too. Any thread.
  /// Callbacks must not block; at the time of the call the durable head holds the write.
  virtual void commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) = 0;

  /// Watches keys with `prefix` for events after `from` (0: from the newest durable state on). Error 410 Expired
  /// when `from` is older than the history, 504 when it is from the future. `wake` is called on the store's thread
  /// after a commit that may interest the watch (at most once until next() returned kIdle again); it must not
  /// block and is not called after the Watch is destroyed.
  virtual Result<std::unique_ptr<Watch>> watch(std::string_view prefix, Revision from, std::function<void()> wake) = 0;

  /// The oldest revision that watch() and snapshot_at() still take.
  virtual Revision oldest() const = 0;

  struct Stats {
    size_t objects = 0;
    size_t watchers = 0;
    int64_t commits = 0, fsyncs = 0;
    int64_t bytes_on_disk = 0;
  };
  virtual Stats stats() const = 0;
  /// Waits until every sequenced write is durable or failed.
  virtual void flush() = 0;
};

/// How the bytes on disk are made: Kubernetes JSON of the storage version, sealed when there is a key.
/// Implemented by auth (AES-256-GCM envelope, the object's key as associated data). Store's thread.
class Sealer {
 public:
  virtual ~Sealer() = default;
  /// True: values under this key are sealed.
  virtual bool covers(std::string_view key) const = 0;
  virtual std::string seal(std::string_view key, std::string_view plain) = 0;
  virtual Result<std::string> open(std::string_view key, std::string_view sealed) = 0;
};

/// So many writes may share one commit; their keys differ.
inline constexpr size_t kMaxWritesPerCommit = 4096;

struct SqliteOptions {
  std::string path;  // the database file; its folder exists
  Sealer* sealer = nullptr;
  int64_t history_seconds = 300;    // how long previous values are kept
  runtime::Clock* clock = nullptr;  // null: the machine's
  const char* vfs = nullptr;        // SQLite's file layer; tests put faults there
};
/// Opens or creates. Errors name the file and what to do: foreign, damaged, newer than this program, not writable.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

struct MemoryOptions {
  /// The revision to begin at. A store that forgets takes ahead_of_time(), so that no revision of its former life
  /// comes back.
  Revision first_revision = 1;
  runtime::Clock* clock = nullptr;  // null: the machine's
};
/// Nothing on disk; commits are "durable" at once: `done` and wake-ups run within commit(), or in that of another
/// thread that was there before.
std::unique_ptr<Store> make_memory_store(const MemoryOptions& options = {});

/// A revision above all that a store of this cluster can have given out before now, at up to 100,000 per second.
Revision ahead_of_time(runtime::Clock& clock);

}  // namespace proa::store
