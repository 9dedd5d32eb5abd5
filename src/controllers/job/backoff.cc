#include "controllers/job/backoff.h"

#include <algorithm>
#include <optional>

#include "controllers/job/job_pods.h"

namespace proa::controllers::job {
namespace {

constexpr int64_t kFirst = 10 * object::kSecondNs;
constexpr int64_t kLongest = 600 * object::kSecondNs;

std::optional<object::TimeNs> last_finish(const std::vector<object::Document>& pods) {
  std::optional<object::TimeNs> last;
  for (const object::Document& pod : pods) last = std::max(last.value_or(INT64_MIN), finish_time(pod.root()));
  return last;
}

}  // namespace

Backoff next_backoff(const Backoff& before, const std::vector<object::Document>& succeeded,
                     const std::vector<object::Document>& failed) {
  const auto success = last_finish(succeeded);
  Backoff after = success ? Backoff() : before;
  for (const object::Document& pod : failed) {
    const object::TimeNs time = finish_time(pod.root());
    if (success && time <= *success) continue;
    ++after.failures;
  }
  if (after.failures > 0 && !failed.empty()) after.last_time = *last_finish(failed);
  return after;
}

int64_t remaining_ns(const Backoff& backoff, object::TimeNs now) {
  if (backoff.failures <= 0) return 0;
  int64_t wait = kFirst;
  for (int64_t i = 1; i < backoff.failures && wait < kLongest; ++i) wait *= 2;
  wait = std::min(wait, kLongest);
  return std::max<int64_t>(0, backoff.last_time + wait - now);
}

}  // namespace proa::controllers::job
