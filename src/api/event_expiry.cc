#include "api/event_expiry.h"

#include <algorithm>

#include "object/time.h"

namespace proa::api {
namespace {

using object::View;

constexpr runtime::DurationNs kLife = 60 * runtime::kMinute;
constexpr runtime::DurationNs kLeastWait = runtime::kMinute;  // events that die together are taken together
constexpr size_t kBatch = 500;

/// When the event was last written, as far as it tells.
object::TimeNs last_change(View event) {
  object::TimeNs newest = object::time_of(event["metadata"]["creationTimestamp"]).value_or(0);
  for (const View time : {event["lastTimestamp"], event["eventTime"], event["series"]["lastObservedTime"]})
    newest = std::max(newest, object::time_of(time).value_or(0));
  return newest;
}

}  // namespace

void EventExpiry::note() {
  if (armed_.exchange(true)) return;
  core_.background().post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) sweep();
  });
}

void EventExpiry::arm(runtime::DurationNs delay) {
  core_.background().after(std::max(delay, kLeastWait), [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) sweep();
  });
}

void EventExpiry::sweep() {
  const object::TimeNs now = core_.now();
  object::TimeNs oldest = now;
  bool any = false;
  std::vector<store::Write> due;
  core_.store.snapshot()->scan("/core/events/", {}, [&](const store::EntryPtr& entry) {
    const object::TimeNs changed = last_change(entry->document.root());
    if (now - changed >= kLife && due.size() < kBatch) {
      due.push_back({entry->key, {}, entry->revision});
    } else {
      any = true;
      oldest = std::min(oldest, changed);
    }
    return true;
  });
  for (store::Write& write : due) {
    std::vector<store::Write> one;
    one.push_back(std::move(write));
    core_.store.commit(std::move(one), [](Result<store::Committed>) {});  // an event that changed meanwhile stays
  }
  if (any) return arm(oldest + kLife - now);
  armed_ = false;
  // One that came between the scan and here would be forgotten otherwise.
  if (core_.store.snapshot()->count("/core/events/") > due.size()) note();
}

}  // namespace proa::api
