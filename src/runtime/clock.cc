#include "runtime/clock.h"

#include <chrono>
#include <ctime>
#include <thread>

namespace proa::runtime {
namespace {

TimeNs read(clockid_t which) {
  timespec at{};
  clock_gettime(which, &at);
  return at.tv_sec * kSecond + at.tv_nsec;
}

class SystemClock : public Clock {
 public:
  TimeNs wall() const override { return read(CLOCK_REALTIME); }
  TimeNs monotonic() const override { return read(CLOCK_MONOTONIC); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

void block_for(DurationNs duration) { std::this_thread::sleep_for(std::chrono::nanoseconds(duration)); }

int64_t utc_offset_seconds(TimeNs wall) {
  const time_t seconds = static_cast<time_t>(wall / kSecond);
  tm fields{};
  localtime_r(&seconds, &fields);
  return fields.tm_gmtoff;
}

}  // namespace proa::runtime
