// The growing pause between tries: 10 s, doubled each time, up to 5 minutes; forgotten when a try comes more than
// 10 minutes after the last. Source of the rules: client-go util/flowcontrol backoff.go, as the kubelet uses it.
#pragma once

#include <algorithm>

#include "runtime/clock.h"

namespace proa::node {

struct BackOff {
  static constexpr runtime::DurationNs kFirst = 10 * runtime::kSecond;
  static constexpr runtime::DurationNs kLongest = 300 * runtime::kSecond;

  runtime::DurationNs pause = 0;  // 0: none so far
  runtime::TimeNs updated = 0;

  /// When a try is allowed again, for something that went wrong at `event`; `event` itself when there is no pause.
  runtime::TimeNs until(runtime::TimeNs event) const { return pause == 0 || expired(event) ? event : event + pause; }
  /// Another try is made now, after what went wrong at `event`.
  void next(runtime::TimeNs event, runtime::TimeNs now) {
    pause = pause == 0 || expired(event) ? kFirst : std::min(pause * 2, kLongest);
    updated = now;
  }

 private:
  bool expired(runtime::TimeNs event) const { return event - updated > 2 * kLongest; }
};

}  // namespace proa::node
