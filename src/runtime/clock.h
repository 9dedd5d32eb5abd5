// The two clocks, behind a seam so that tests and the simulation own the time.
#pragma once

#include <cstdint>

namespace proa::runtime {

/// Nanoseconds. Wall time counts from the Unix epoch and may jump; monotonic time counts from some start.
using TimeNs = int64_t;
using DurationNs = int64_t;
inline constexpr DurationNs kMillisecond = 1'000'000;
inline constexpr DurationNs kSecond = 1'000'000'000;
inline constexpr DurationNs kMinute = 60 * kSecond;

/// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeNs wall() const = 0;
  virtual TimeNs monotonic() const = 0;
};

/// Seconds that this machine's local time was ahead of UTC at a point in time: for texts that people read. Any thread.
int64_t utc_offset_seconds(TimeNs wall);

/// The machine's clocks; lives as long as the program.
Clock& system_clock();

/// Holds the calling thread up: for commands, which have nothing else to do. Rooms of the server arm a timer instead.
void block_for(DurationNs duration);

}  // namespace proa::runtime
