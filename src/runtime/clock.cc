#include "runtime/clock.h"

#include <time.h>

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

}  // namespace proa::runtime
