#include "store/core.h"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace proa::store {
namespace {

constexpr size_t kPastKept = 8;

class IndexSnapshot : public Snapshot {
 public:
  IndexSnapshot(Index index, Revision revision) : index_(std::move(index)), revision_(revision) {}
  Revision revision() const override { return revision_; }
  EntryPtr get(std::string_view key) const override { return index_.find(key); }
  void scan(std::string_view prefix, std::string_view from,
            const std::function<bool(const EntryPtr&)>& visit) const override {
    index_.scan(prefix, from, visit);
  }
  size_t count(std::string_view prefix) const override { return index_.count(prefix); }
  const Index& index() const { return index_; }

 private:
  const Index index_;
  const Revision revision_;
};

const Index& index_of(const SnapshotPtr& snapshot) { return static_cast<const IndexSnapshot&>(*snapshot).index(); }

Refusal refusal(const EntryPtr& current, const Write& write) {
  const bool is_delete = !write.document;
  if (write.expected == Write::kAbsent) return current ? Refusal::kExists : Refusal::kNone;
  if (!current) return is_delete || write.expected != Write::kAny ? Refusal::kNotFound : Refusal::kNone;
  return write.expected == Write::kAny || write.expected == current->revision ? Refusal::kNone : Refusal::kChanged;
}

std::string repeated_key(const std::vector<Write>& writes) {
  if (writes.size() == 1) return {};
  std::vector<std::string_view> keys;
  keys.reserve(writes.size());
  for (const auto& write : writes) keys.push_back(write.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice == keys.end() ? std::string() : std::string(*twice);
}

}  // namespace

/// One batch on its way through the log.
struct Core::Flight {
  Group group;
  BatchPtr batch;
  Result<void> result;
  bool landed = false;
};

/// The flight whose append() is being called on this thread: a log that is done at once reports within the call, and
/// pump() then goes on from there instead of nesting ever deeper.
static thread_local const void* taking_off = nullptr;

Core::Core(std::unique_ptr<Log> log, Recovered recovered, CoreOptions options)
    : log_(std::move(log)),
      options_(options),
      feed_(std::make_shared<Feed>(options.feed, recovered.oldest)),
      index_(std::move(recovered.index)),
      last_(recovered.head),
      reserved_(recovered.reserved) {
  head_ = std::make_shared<IndexSnapshot>(index_, recovered.head);
  const runtime::TimeNs now = options_.clock->wall();
  for (auto& past : recovered.history) feed_->append({std::move(past.event)}, recovered.head, past.at, now);
  feed_->append({}, recovered.head, now, now);
}

Core::~Core() {
  flush();
  log_->close(last_);
}

SnapshotPtr Core::snapshot() const {
  const std::lock_guard lock(head_mutex_);
  return head_;
}

SnapshotPtr Core::snapshot_at(Revision revision) const {
  SnapshotPtr base;
  {
    const std::lock_guard lock(head_mutex_);
    base = head_;
    for (const auto& past : past_)
      if (past->revision() >= revision && past->revision() < base->revision()) base = past;
  }
  if (base->revision() == revision) return revision >= oldest() ? base : nullptr;
  std::vector<EventPtr> later;
  if (revision > base->revision() || !feed_->undo_list(revision, base->revision(), later)) return nullptr;
  Index index = index_of(base);
  for (const auto& event : later) {
    if (event->previous) {
      index.put(event->previous);
    } else {
      index.erase(event->entry->key);
    }
  }
  auto past = std::make_shared<IndexSnapshot>(std::move(index), revision);
  const std::lock_guard lock(head_mutex_);
  past_.push_back(past);
  if (past_.size() > kPastKept) past_.pop_front();
  return past;
}

EntryPtr Core::latest(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  return latest_locked(key);
}

EntryPtr Core::latest_locked(std::string_view key) const {
  if (const auto at = pending_.find(key); at != pending_.end()) return at->second.entry;
  return snapshot()->get(key);
}

void Core::when_durable(std::string_view key, std::function<void(Result<void>)> done) {
  {
    std::unique_lock lock(mutex_);
    if (!pending_.contains(key)) {
      lock.unlock();
      return done({});
    }
    open_.waiters.push_back({.done = [done = std::move(done)](Result<Committed> result) {
      done(result ? Result<void>() : Error(result.error()));
    }});
  }
  pump();
}

Result<std::unique_ptr<Watch>> Core::watch(std::string_view prefix, Revision from, std::function<void()> wake) {
  return feed_->watch(prefix, from, std::move(wake));
}

// --- sequencing ------------------------------------------------------------------------------------------------

bool Core::refuses(const std::vector<Write>& writes, Committed& result) const {
  result.entries.clear();
  for (size_t i = 0; i < writes.size(); ++i) {
    result.current = latest_locked(writes[i].key);
    result.refusal = refusal(result.current, writes[i]);
    result.refused_index = i;
    if (result.refusal != Refusal::kNone) return true;
    result.entries.push_back(std::move(result.current));
  }
  result.current = nullptr;
  result.refused_index = 0;
  return false;
}

void Core::commit(std::vector<Write> writes, Done done) {
  if (writes.empty() || writes.size() > kMaxWritesPerCommit)
    return done(Error(base::request_entity_too_large(
        fmt::format("a commit takes 1 to {} writes, not {}", kMaxWritesPerCommit, writes.size()))));
  if (const auto twice = repeated_key(writes); !twice.empty())
    return done(Error(base::bad_request(fmt::format("one commit writes {} twice", twice))));
  std::vector<std::shared_ptr<Entry>> entries;  // made before the lock is taken
  for (auto& write : writes) {
    entries.push_back(std::make_shared<Entry>());
    entries.back()->key = write.key;
  }
  Waiter waiter{.done = std::move(done)};
  {
    std::unique_lock lock(mutex_);
    if (waiting_ + writes.size() > options_.max_pending) {
      lock.unlock();
      return waiter.done(Error(base::too_many_requests("too many writes wait for the disk, please try again", 1)));
    }
    if (!refuses(writes, waiter.result)) {
      sequence(std::move(entries), writes, std::move(waiter));
    } else if (pending_.contains(writes[waiter.result.refused_index].key)) {
      open_.waiters.push_back(std::move(waiter));
    } else {
      lock.unlock();
      return waiter.done(std::move(waiter.result));
    }
  }
  pump();
}

void Core::sequence(std::vector<std::shared_ptr<Entry>> entries, std::vector<Write>& writes, Waiter waiter) {
  const Revision revision = ++last_;
  auto previous = std::exchange(waiter.result.entries, {});
  for (size_t i = 0; i < writes.size(); ++i) {
    Entry& entry = *entries[i];
    const bool is_delete = !writes[i].document;
    entry.document = is_delete ? object::Document::freeze(previous[i]->document.root()) : std::move(writes[i].document);
    entry.document.set_resource_version(revision);
    entry.revision = revision;
    entry.create_revision = previous[i] ? previous[i]->create_revision : revision;
    EntryPtr stored = std::move(entries[i]);
    pending_[stored->key] = {is_delete ? nullptr : stored, revision};
    waiter.result.entries.push_back(stored);
    open_.events.push_back(std::make_shared<Event>(
        Event{is_delete ? EventType::kDelete : EventType::kPut, std::move(stored), std::move(previous[i]), revision}));
  }
  waiter.result.revision = revision;
  waiting_ += writes.size();
  open_.waiters.push_back(std::move(waiter));
}

// --- the way through the log -----------------------------------------------------------------------------------

void Core::pump() {
  while (true) {
    auto flight = std::make_shared<Flight>();
    if (!take_off(*flight)) return;
    if (flight->group.events.empty()) {
      finish(*flight);
      continue;
    }
    const void* outer = std::exchange(taking_off, flight.get());
    log_->append(flight->batch, [this, flight](Result<void> result) { landed(flight, std::move(result)); });
    taking_off = outer;
    if (!flight->landed) return;  // the log's thread goes on
    finish(*flight);
  }
}

bool Core::take_off(Flight& flight) {
  const std::lock_guard lock(mutex_);
  if (in_flight_ || open_.waiters.empty()) return false;
  in_flight_ = true;
  flight.group = std::exchange(open_, {});
  auto batch = std::make_shared<Batch>();
  batch->events = flight.group.events;
  batch->at = options_.clock->wall();
  if (last_ + kReserve / 2 > reserved_) batch->reserved = last_ + kReserve;
  flight.batch = std::move(batch);
  return true;
}

void Core::landed(const std::shared_ptr<Flight>& flight, Result<void> result) {
  flight->result = std::move(result);
  if (taking_off == flight.get()) {
    flight->landed = true;
    return;
  }
  finish(*flight);
  pump();
}

void Core::finish(Flight& flight) {
  if (flight.result) {
    publish(flight);
    succeed(flight);
  } else {
    fail(flight);
  }
  const std::lock_guard lock(mutex_);
  in_flight_ = false;
  landed_.notify_all();
}

void Core::publish(const Flight& flight) {
  const auto& events = flight.group.events;
  if (events.empty()) return;
  for (const auto& event : events) {
    if (event->type == EventType::kPut) {
      index_.put(event->entry);
    } else {
      index_.erase(event->entry->key);
    }
  }
  const Revision revision = events.back()->revision;
  SnapshotPtr head = std::make_shared<IndexSnapshot>(index_, revision);
  {
    const std::lock_guard lock(head_mutex_);
    head_.swap(head);
    const Revision oldest = feed_->oldest();
    while (!past_.empty() && past_.front()->revision() < oldest) past_.pop_front();
  }
  feed_->append(events, revision, flight.batch->at, flight.batch->at);
}

void Core::succeed(Flight& flight) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& event : flight.group.events) {
      const auto at = pending_.find(event->entry->key);
      if (at != pending_.end() && at->second.revision == event->revision) pending_.erase(at);
    }
    waiting_ -= flight.group.events.size();
    for (const auto& waiter : flight.group.waiters) commits_ += waiter.result.revision > 0 ? 1 : 0;
    reserved_ = std::max(reserved_, flight.batch->reserved);
  }
  feed_->wake_for(flight.group.events);
  for (auto& waiter : flight.group.waiters) waiter.done(std::move(waiter.result));
}

void Core::fail(Flight& flight) {
  Group dependent;
  {
    const std::lock_guard lock(mutex_);
    dependent = std::exchange(open_, {});
    pending_.clear();
    waiting_ = 0;
  }
  for (auto& waiter : flight.group.waiters) waiter.done(Error(flight.result.error()));
  for (auto& waiter : dependent.waiters) waiter.done(Error(flight.result.error()));
}

void Core::flush() {
  log_->drain();
  if (log_->abandoned()) return;
  std::unique_lock lock(mutex_);
  landed_.wait(lock, [this] { return !in_flight_ && open_.waiters.empty(); });
}

Store::Stats Core::stats() const {
  Stats stats;
  stats.objects = snapshot()->count({});
  stats.watchers = feed_->watchers();
  const Log::Stats log = log_->stats();
  stats.fsyncs = log.fsyncs;
  stats.bytes_on_disk = log.bytes_on_disk;
  const std::lock_guard lock(mutex_);
  stats.commits = commits_;
  return stats;
}

}  // namespace proa::store
