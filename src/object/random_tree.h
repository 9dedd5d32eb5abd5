// Random JSON trees for tests: every kind, known and unknown names, texts around the inline limit.
#pragma once

#include <cmath>
#include <random>
#include <string>

#include "object/value.h"

namespace proa::object {

class RandomTree {
 public:
  explicit RandomTree(uint64_t seed) : random_(seed) {}

  Value value(int depth) {
    switch (pick(depth > 0 ? 9 : 6)) {
      case 0: return nullptr;
      case 1: return pick(2) == 0;
      case 2: return static_cast<int64_t>(pick(2) == 0 ? random_() : pick(1000)) - 500;
      case 3: return std::ldexp(static_cast<double>(pick(1 << 20)) - 1000, static_cast<int>(pick(60)) - 30) + 0.5;
      case 4:
      case 5: return text();
      case 6: return array(depth);
      default: return object(depth);
    }
  }

  Value object(int depth) {
    Value made = Value::object();
    const size_t count = pick(pick(20) == 0 ? 60 : 6);
    for (size_t i = 0; i < count; ++i) {
      const std::string key = name();
      // YAML takes `<<` for a merge, even as Go writes it.
      if (key != "<<") made.set(key, value(depth - 1));
    }
    return made;
  }

  std::string text() {
    static constexpr const char* kBits[] = {
        "a", "b", "\"", "\\", "\n",   "<", "&", "\xc3\xa9", "\xe2\x80\xa8", "\xf0\x9f\x98\x80",
        " ", ":", "-",  "0",  "\x01", "\t"};
    std::string made;
    for (size_t i = pick(pick(10) == 0 ? 300 : 9); i > 0; --i) made += kBits[pick(std::size(kBits))];
    return made;
  }

 private:
  Value array(int depth) {
    Value made = Value::array();
    for (size_t i = pick(5); i > 0; --i) made.push_back(value(depth - 1));
    return made;
  }

  std::string name() {
    static constexpr const char* kNames[] = {"metadata", "spec", "name", "labels", "containers", "image"};
    return pick(2) == 0 ? kNames[pick(std::size(kNames))] : text();
  }

  uint64_t pick(uint64_t below) { return random_() % below; }

  std::mt19937_64 random_;
};

}  // namespace proa::object
