#include "runtime/random.h"

#include <sys/random.h>

#include <bit>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace proa::runtime {
namespace {

/// The kernel's random bytes, fetched 256 at a time for each thread.
class SystemRandom : public Random {
 public:
  uint64_t next() override {
    thread_local struct {
      uint64_t words[32];
      size_t left = 0;
    } pool;
    if (pool.left == 0) {
      // Up to 256 bytes come whole or not at all; they can only fail to come on a kernel without getrandom.
      if (getrandom(pool.words, sizeof pool.words, 0) != sizeof pool.words) abort();
      pool.left = std::size(pool.words);
    }
    return pool.words[--pool.left];
  }
};

uint64_t split_mix(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

uint64_t Random::below(uint64_t bound) {
  const uint64_t uneven = -bound % bound;  // so many lowest numbers would favour some results
  uint64_t drawn = next();
  while (drawn < uneven) drawn = next();
  return drawn % bound;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

SeededRandom::SeededRandom(uint64_t seed) {
  for (auto& word : state_) word = split_mix(seed);
}

uint64_t SeededRandom::next() {
  auto& s = state_;
  const uint64_t result = std::rotl(s[1] * 5, 7) * 9;
  const uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

std::string make_uuid(Random& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const uint64_t high = (random.next() & ~0xf000ULL) | 0x4000;                     // version 4
  const uint64_t low = (random.next() & ~(0xcULL << 60)) | (uint64_t{0x8} << 60);  // variant 1
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const uint64_t half = digit < 16 ? high : low;
    text += kHex[(half >> (60 - 4 * (digit % 16))) & 0xf];
  }
  return text;
}

std::string make_name_suffix(Random& random, int length) {
  // No vowels and nothing that looks like one, so that no words come out.
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  for (int i = 0; i < length; ++i) text += kLetters[random.below(kLetters.size())];
  return text;
}

}  // namespace proa::runtime
