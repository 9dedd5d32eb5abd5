#include "store/feed.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace proa::store {
namespace {

/// So many events are taken out of the ring at once, and so many looked at before others get the ring.
constexpr size_t kTake = 64;
constexpr size_t kLook = 1024;
constexpr size_t kOverhead = 128;  // of one event, about

size_t bytes_held(const Event& event) {
  size_t bytes = kOverhead;
  if (event.previous) bytes += event.previous->document.bytes();
  if (event.type == EventType::kDelete) bytes += event.entry->document.bytes();
  return bytes;
}

size_t common_length(std::string_view a, std::string_view b) {
  const auto [at, _] = std::mismatch(a.begin(), a.begin() + static_cast<long>(std::min(a.size(), b.size())), b.begin());
  return static_cast<size_t>(at - a.begin());
}

}  // namespace

class RingWatch : public Watch {
 public:
  RingWatch(std::shared_ptr<Feed> feed, std::string prefix, uint64_t cursor, Revision from,
            std::shared_ptr<Feed::Wakeable> who)
      : feed_(std::move(feed)), prefix_(std::move(prefix)), who_(std::move(who)), cursor_(cursor) {
    taken_.position = from;
  }
  ~RingWatch() override {
    feed_->drop(prefix_, who_);
    const std::lock_guard lock(who_->alive_mutex);  // waits for a wake-up that is under way
    who_->alive = false;
  }

  Next next(EventPtr& event) override {
    if (at_ == taken_.events.size() && !taken_.expired) {
      taken_.events.clear();
      at_ = 0;
      feed_->read(cursor_, prefix_, *who_, taken_);
    }
    if (at_ < taken_.events.size()) {
      event = std::move(taken_.events[at_++]);
      return Next::kEvent;
    }
    return taken_.expired ? Next::kExpired : Next::kIdle;
  }

  Revision position() const override {
    // Events of one batch share a revision, so that only what is before the next one is surely complete.
    return at_ < taken_.events.size() ? taken_.events[at_]->revision - 1 : taken_.position;
  }

 private:
  const std::shared_ptr<Feed> feed_;
  const std::string prefix_;
  const std::shared_ptr<Feed::Wakeable> who_;
  uint64_t cursor_;
  Feed::Reading taken_;
  size_t at_ = 0;  // next of taken_.events
};

Feed::Feed(FeedLimits limits, Revision start) : limits_(limits), oldest_(start), head_(start) {}

void Feed::append(const std::vector<EventPtr>& events, Revision head, runtime::TimeNs at, runtime::TimeNs now) {
  const std::lock_guard lock(ring_mutex_);
  for (const auto& event : events) {
    ring_.push_back({event, at, bytes_held(*event)});
    bytes_ += ring_.back().bytes;
  }
  head_ = head;
  trim(now);
}

void Feed::trim(runtime::TimeNs now) {
  const auto too_much = [&] {
    return ring_.size() > limits_.max_events || bytes_ > limits_.max_bytes || now - ring_.front().at > limits_.max_age;
  };
  while (!ring_.empty() && too_much()) {
    oldest_ = ring_.front().event->revision;
    bytes_ -= ring_.front().bytes;
    ring_.pop_front();
    ++first_;
  }
}

void Feed::wake_for(const std::vector<EventPtr>& events) {
  std::vector<std::shared_ptr<Wakeable>> woken;
  {
    const std::lock_guard lock(watchers_mutex_);
    const std::lock_guard ring_lock(ring_mutex_);
    ++visit_;
    for (const auto& event : events) {
      // Each prefix of the key that is watched, longest first: the greatest one not above what is left of the key is
      // either such a prefix, or shares with it all that a shorter one can have.
      std::string_view rest = event->entry->key;
      for (auto at = groups_.upper_bound(rest); at != groups_.begin(); at = groups_.upper_bound(rest)) {
        --at;
        auto& [prefix, group] = *at;
        const size_t common = common_length(rest, prefix);
        rest = rest.substr(0, common);
        if (common < prefix.size()) continue;
        if (std::exchange(group.last_visit, visit_) != visit_)
          for (const auto& who : group.members)
            if (std::exchange(who->armed, false)) woken.push_back(who);
        if (common == 0) break;
        rest.remove_suffix(1);
      }
    }
  }
  for (const auto& who : woken) {
    const std::lock_guard lock(who->alive_mutex);
    if (who->alive && who->wake) who->wake();
  }
}

Result<std::unique_ptr<Watch>> Feed::watch(std::string_view prefix, Revision from, std::function<void()> wake) {
  auto who = std::make_shared<Wakeable>();
  who->wake = std::move(wake);
  const std::lock_guard lock(watchers_mutex_);
  const std::lock_guard ring_lock(ring_mutex_);
  if (from > head_) return Error(base::too_large_resource_version(from, head_));
  if (from != 0 && from < oldest_)
    return Error(base::expired(fmt::format("too old resource version: {} ({})", from, oldest_)));
  if (from == 0) from = head_;
  auto group = groups_.find(prefix);
  if (group == groups_.end()) group = groups_.emplace(prefix, Group{}).first;
  group->second.members.push_back(who);
  ++watchers_;
  return std::make_unique<RingWatch>(shared_from_this(), std::string(prefix), sequence_after(from), from,
                                     std::move(who));
}

Revision Feed::oldest() const {
  const std::lock_guard lock(ring_mutex_);
  return oldest_;
}

size_t Feed::watchers() const {
  const std::lock_guard lock(watchers_mutex_);
  return watchers_;
}

bool Feed::undo_list(Revision after, Revision until, std::vector<EventPtr>& events) const {
  const std::lock_guard lock(ring_mutex_);
  if (after < oldest_) return false;
  const uint64_t first = sequence_after(after);
  for (uint64_t at = sequence_after(until); at > first; --at) events.push_back(ring_[at - 1 - first_].event);
  return true;
}

uint64_t Feed::sequence_after(Revision revision) const {
  const auto at = std::partition_point(ring_.begin(), ring_.end(),
                                       [revision](const Slot& slot) { return slot.event->revision <= revision; });
  return first_ + static_cast<uint64_t>(at - ring_.begin());
}

void Feed::read(uint64_t& cursor, std::string_view prefix, Wakeable& who, Reading& into) {
  while (true) {
    const std::lock_guard lock(ring_mutex_);
    if (cursor < first_) {
      into.expired = true;
      return;
    }
    const uint64_t end = end_sequence();
    for (size_t looked = 0; cursor < end && looked < kLook && into.events.size() < kTake; ++looked, ++cursor) {
      const EventPtr& event = ring_[cursor - first_].event;
      if (event->entry->key.starts_with(prefix)) into.events.push_back(event);
    }
    into.position = cursor == end ? head_ : ring_[cursor - first_].event->revision - 1;
    if (cursor == end && into.events.empty()) who.armed = true;
    if (cursor == end || !into.events.empty()) return;
  }
}

void Feed::drop(const std::string& prefix, const std::shared_ptr<Wakeable>& who) {
  const std::lock_guard lock(watchers_mutex_);
  const auto group = groups_.find(prefix);
  std::erase(group->second.members, who);
  if (group->second.members.empty()) groups_.erase(group);
  --watchers_;
}

}  // namespace proa::store
