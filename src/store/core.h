// Core is the Store over any Log: sequencer, group commit, durable head, feed.
//
//   commit() ── checks against the speculative head, gives revisions ──▶ open group
//   pump()   ── when no batch is under way ──▶ Log::append ── durable ──▶ finish(): head, feed, wake-ups, callbacks
//
// So a lone writer pays one append, and what arrives while one is under way shares the next. A failed append takes
// with it all that was sequenced after it, because that may build upon it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "store/feed.h"
#include "store/index.h"
#include "store/log.h"
#include "store/store.h"

namespace proa::store {

struct CoreOptions {
  runtime::Clock* clock = &runtime::system_clock();
  FeedLimits feed;
  /// So many writes may wait for the log; more are refused with 429.
  size_t max_pending = 20'000;
};

class Core : public Store {
 public:
  Core(std::unique_ptr<Log> log, Recovered recovered, CoreOptions options = {});
  /// Waits for what is sequenced. No wake-up or callback comes afterwards.
  ~Core() override;

  SnapshotPtr snapshot() const override;
  SnapshotPtr snapshot_at(Revision revision) const override;
  EntryPtr latest(std::string_view key) const override;
  void when_durable(std::string_view key, std::function<void(Result<void>)> done) override;
  void commit(std::vector<Write> writes, std::function<void(Result<Committed>)> done) override;
  Result<std::unique_ptr<Watch>> watch(std::string_view prefix, Revision from, std::function<void()> wake) override;
  Revision oldest() const override { return feed_->oldest(); }
  Stats stats() const override;
  void flush() override;

 private:
  using Done = std::function<void(Result<Committed>)>;
  struct Waiter {
    Committed result;
    Done done;
  };
  /// What shares one append. Waiters without an event of their own wait for what was sequenced before them.
  struct Group {
    std::vector<EventPtr> events;
    std::vector<Waiter> waiters;
  };
  /// A key whose newest state is not durable yet.
  struct Pending {
    EntryPtr entry;  // null: deleted
    Revision revision;
  };
  struct Flight;

  EntryPtr latest_locked(std::string_view key) const;
  bool refuses(const std::vector<Write>& writes, Committed& result) const;
  void sequence(std::vector<std::shared_ptr<Entry>> entries, std::vector<Write>& writes, Waiter waiter);
  void pump();
  bool take_off(Flight& flight);
  void landed(const std::shared_ptr<Flight>& flight, Result<void> result);
  void finish(Flight& flight);
  void publish(const Flight& flight);
  void succeed(Flight& flight);
  void fail(Flight& flight);

  std::unique_ptr<Log> log_;
  const CoreOptions options_;
  const std::shared_ptr<Feed> feed_;

  mutable std::mutex head_mutex_;
  SnapshotPtr head_;                      // durable
  mutable std::deque<SnapshotPtr> past_;  // the last few that snapshot_at() made: pages of one list ask again
  Index index_;                           // of head_; changed only by the one batch that lands

  mutable std::mutex mutex_;  // the sequencer's; before head_mutex_ where both are held
  std::map<std::string, Pending, std::less<>> pending_;
  Group open_;
  bool in_flight_ = false;  // until the callbacks of the batch have returned
  std::condition_variable landed_;
  size_t waiting_ = 0;  // writes in open_ and in flight
  Revision last_;       // highest ever given
  Revision reserved_;
  int64_t commits_ = 0;
};

}  // namespace proa::store
