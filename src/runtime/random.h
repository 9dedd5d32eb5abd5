// Randomness behind a seam: seeded in tests and simulation, the kernel's elsewhere.
#pragma once

#include <cstdint>
#include <string>

namespace proa::runtime {

/// Any thread for system_random(); one thread for SeededRandom.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
  /// Evenly in [0, bound). REQUIRES: bound > 0.
  uint64_t below(uint64_t bound);
};

Random& system_random();

/// The same numbers on every machine for the same seed (xoshiro256**).
class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  uint64_t next() override;

 private:
  uint64_t state_[4];
};

/// RFC 4122 version 4.
std::string make_uuid(Random& random);
/// `length` characters of bcdfghjklmnpqrstvwxz2456789: the tail of generated names.
std::string make_name_suffix(Random& random, int length = 5);

}  // namespace proa::runtime
