#include "scheduler/queue.h"

#include <algorithm>
#include <vector>

namespace proa::scheduler {

using runtime::DurationNs;
using runtime::TimeNs;

void Queue::leave(const std::string& key, Pod& pod) {
  switch (pod.place) {
    case Place::kActive: active_.erase(order_of(key, pod)); break;
    case Place::kBackoff: backoff_.erase({pod.due, key}); break;
    case Place::kWaiting: waiting_.erase(key); break;
    case Place::kTaken: break;
  }
}

void Queue::enter(const std::string& key, Pod& pod, Place place) {
  leave(key, pod);
  pod.place = place;
  switch (place) {
    case Place::kActive: active_.insert(order_of(key, pod)); break;
    case Place::kBackoff: backoff_.insert({pod.due, key}); break;
    case Place::kWaiting: waiting_.insert(key); break;
    case Place::kTaken: break;
  }
}

void Queue::add(std::string_view key, int64_t priority) {
  const std::string text(key);
  const auto [at, is_new] = pods_.try_emplace(text);
  Pod& pod = at->second;
  leave(text, pod);
  pod.place = Place::kTaken;
  pod.priority = priority;
  if (is_new) pod.arrival = next_arrival_++;
  enter(text, pod, Place::kActive);
}

void Queue::remove(std::string_view key) {
  const auto at = pods_.find(key);
  if (at == pods_.end()) return;
  leave(at->first, at->second);
  pods_.erase(at);
}

void Queue::put_back(std::string_view key, TimeNs now, unsigned helped_by) {
  const auto at = pods_.find(key);
  if (at == pods_.end() || at->second.place != Place::kTaken) return;
  Pod& pod = at->second;
  const DurationNs wait =
      pod.attempts >= 4 ? kLongestBackoff : std::min(kFirstBackoff << pod.attempts, kLongestBackoff);
  ++pod.attempts;
  pod.due = now + wait;
  pod.helped_by = helped_by;
  enter(at->first, pod, helped_by == 0 ? Place::kBackoff : Place::kWaiting);
}

void Queue::wake(unsigned change) {
  for (const std::string& key : std::vector<std::string>(waiting_.begin(), waiting_.end())) {
    Pod& pod = pods_.find(key)->second;
    if ((pod.helped_by & change) != 0) enter(key, pod, Place::kBackoff);
  }
}

std::optional<std::string> Queue::take(TimeNs now) {
  while (!backoff_.empty() && backoff_.begin()->first <= now) {
    const std::string key = backoff_.begin()->second;
    enter(key, pods_.find(key)->second, Place::kActive);
  }
  if (active_.empty()) return std::nullopt;
  const std::string key = std::get<2>(*active_.begin());
  enter(key, pods_.find(key)->second, Place::kTaken);
  return key;
}

std::optional<TimeNs> Queue::next_due() const {
  return backoff_.empty() ? std::nullopt : std::optional(backoff_.begin()->first);
}

}  // namespace proa::scheduler
