// How long a job waits before it makes another pod after failures: 10 s, doubled with each failure since the last success, 10
// minutes at most. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/job/backoff_utils.go.
#pragma once

#include <cstdint>
#include <vector>

#include "object/document.h"
#include "object/time.h"

namespace proa::controllers::job {

struct Backoff {
  int64_t failures = 0;          // since the last success
  object::TimeNs last_time = 0;  // of the last of them
  bool operator==(const Backoff&) const = default;
};

/// After these pods have ended.
Backoff next_backoff(const Backoff& before, const std::vector<object::Document>& succeeded,
                     const std::vector<object::Document>& failed);
/// 0: no need to wait.
int64_t remaining_ns(const Backoff& backoff, object::TimeNs now);

}  // namespace proa::controllers::job
