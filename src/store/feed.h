// Feed is the tail of the log in memory: one ring of events in order of revision, shared by all watchers. A watcher
// is a cursor into it, found again by the prefix it watches, so that a write wakes only those whom it may interest.
//
// append() and wake_for() belong to the store's thread; all else may be called from any thread. Watches keep the feed
// alive, so that they may outlive the store (they stay idle then).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runtime/clock.h"
#include "store/store.h"

namespace proa::store {

/// The ring drops its oldest events when one of these is passed. Bytes are those that only the ring keeps alive:
/// previous values and deleted objects.
struct FeedLimits {
  size_t max_events = 100'000;
  size_t max_bytes = 64 << 20;
  runtime::DurationNs max_age = 5 * runtime::kMinute;
};

class Feed : public std::enable_shared_from_this<Feed> {
 public:
  /// Holds no events yet; those after `start` may be appended.
  Feed(FeedLimits limits, Revision start);

  /// `at` is the events' wall time, `now` decides which events are too old. Afterwards `head` is the newest revision.
  void append(const std::vector<EventPtr>& events, Revision head, runtime::TimeNs at, runtime::TimeNs now);
  /// Calls the wake-ups of the idle watchers that the events may interest.
  void wake_for(const std::vector<EventPtr>& events);

  /// As Store::watch.
  Result<std::unique_ptr<Watch>> watch(std::string_view prefix, Revision from, std::function<void()> wake);
  Revision oldest() const;
  size_t watchers() const;
  /// The events after `after` up to `until`, newest first. REQUIRES: after >= oldest(), else false.
  bool undo_list(Revision after, Revision until, std::vector<EventPtr>& events) const;

 private:
  friend class RingWatch;
  /// The part of a watcher that the store's thread sees.
  struct Wakeable {
    std::recursive_mutex alive_mutex;  // recursive: a wake-up may destroy its own watch
    bool alive = true;
    std::function<void()> wake;
    bool armed = true;  // guarded by ring_mutex_: idle, to be woken
  };
  struct Slot {
    EventPtr event;
    runtime::TimeNs at;
    size_t bytes;
  };
  struct Reading {
    std::vector<EventPtr> events;
    bool expired = false;
    Revision position = 0;
  };

  void trim(runtime::TimeNs now);
  uint64_t end_sequence() const { return first_ + ring_.size(); }
  uint64_t sequence_after(Revision revision) const;
  void read(uint64_t& cursor, std::string_view prefix, Wakeable& who, Reading& into);
  void drop(const std::string& prefix, const std::shared_ptr<Wakeable>& who);

  const FeedLimits limits_;
  mutable std::mutex ring_mutex_;
  std::deque<Slot> ring_;
  uint64_t first_ = 0;  // sequence number of ring_.front()
  size_t bytes_ = 0;
  Revision oldest_;
  Revision head_;

  mutable std::mutex watchers_mutex_;  // before ring_mutex_ where both are held
  struct Group {
    std::vector<std::shared_ptr<Wakeable>> members;
    uint64_t last_visit = 0;
  };
  std::map<std::string, Group, std::less<>> groups_;  // by prefix
  size_t watchers_ = 0;
  uint64_t visit_ = 0;
};

}  // namespace proa::store
