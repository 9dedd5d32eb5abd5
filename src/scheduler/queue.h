// The pods that wait for a node: active ones in order of priority, those in back-off, and those that no node will do for until
// something changes. Time is handed in. Pure but for what it holds; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/clock.h"

namespace proa::scheduler {

class Queue {
 public:
  static constexpr runtime::DurationNs kFirstBackoff = runtime::kSecond;
  static constexpr runtime::DurationNs kLongestBackoff = 10 * runtime::kSecond;

  /// A pod that has just been seen, or has changed in a way that may help it: to be tried at once.
  void add(std::string_view key, int64_t priority);
  void remove(std::string_view key);
  /// Tried without success: waits for one of the changes in `helped_by` (of Change); 0: for its back-off only.
  void put_back(std::string_view key, runtime::TimeNs now, unsigned helped_by);
  /// Something changed: the pods that it may help are to be tried again, after their back-off.
  void wake(unsigned change);
  /// The next pod to try; it is in no queue until added or put back. Nothing: see next_due().
  std::optional<std::string> take(runtime::TimeNs now);
  /// When the first back-off ends; nothing when none is running.
  std::optional<runtime::TimeNs> next_due() const;
  size_t active() const { return active_.size(); }
  size_t size() const { return pods_.size(); }

 private:
  enum class Place { kActive, kBackoff, kWaiting, kTaken };
  struct Pod {
    int64_t priority = 0;
    uint64_t arrival = 0;
    int attempts = 0;
    runtime::TimeNs due = 0;  // end of back-off
    unsigned helped_by = 0;
    Place place = Place::kTaken;
  };
  using Order = std::tuple<int64_t, uint64_t, std::string>;  // -priority, arrival, key

  static Order order_of(const std::string& key, const Pod& pod) { return {-pod.priority, pod.arrival, key}; }
  void leave(const std::string& key, Pod& pod);
  void enter(const std::string& key, Pod& pod, Place place);

  std::map<std::string, Pod, std::less<>> pods_;
  std::set<Order> active_;
  std::set<std::pair<runtime::TimeNs, std::string>> backoff_;
  std::set<std::string> waiting_;
  uint64_t next_arrival_ = 1;
};

}  // namespace proa::scheduler
