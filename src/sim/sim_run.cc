// sim_run: simulated rollouts under random faults, from seeds.
//
//   sim_run --seeds N [--from S]   N seeds, two processes' worth of work at most; the last line counts
//   sim_run --seed S               one seed, with its story
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/rollout.h"

namespace {

int run_one(uint64_t seed) {
  const auto result = proa::sim::run_rollout(seed);
  fmt::print("{}", result.story);
  fmt::print("seed {}: {} after {} steps\n", seed, result.ok ? "ok" : "FAILED: " + result.why, result.steps);
  fmt::print("{} passed, {} failed, 0 skipped\n", result.ok ? 1 : 0, result.ok ? 0 : 1);
  return result.ok ? 0 : 1;
}

int run_many(uint64_t from, uint64_t count) {
  uint64_t failed = 0;
  int64_t steps = 0;
  for (uint64_t seed = from; seed < from + count; ++seed) {
    const auto result = proa::sim::run_rollout(seed);
    steps += result.steps;
    if (!result.ok) {
      ++failed;
      fmt::print("seed {} FAILED: {}\n  replay it: make sim SEED={}\n", seed, result.why, seed);
    }
    if (isatty(1) != 0) fmt::print("\r{} of {} seeds", seed - from + 1, count);
  }
  fmt::print("{}{} seeds, {} steps\n", isatty(1) != 0 ? "\r" : "", count, steps);
  fmt::print("{} passed, {} failed, 0 skipped\n", count - failed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t seeds = 100, from = 1, seed = 0;
  bool one = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--seeds") {
      seeds = value;
    } else if (flag == "--from") {
      from = value;
    } else if (flag == "--seed") {
      seed = value;
      one = true;
    } else {
      fmt::print(stderr, "usage: sim_run --seeds N [--from S] | --seed S\n");
      return 2;
    }
  }
  return one ? run_one(seed) : run_many(from, seeds);
}
