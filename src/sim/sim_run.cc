// sim_run: simulated rollouts under random faults, from seeds.
//
//   sim_run --seeds N [--from S] [--jobs J]   N seeds, by as many processes as there are processors (or J)
//   sim_run --seed S                          one seed, with its story
//
// The last line counts; each failure names its seed. Exit code 1 when one failed. A history that keeps taking steps
// ends by itself; one step that does not end is stopped from outside, and its seed failed.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sim/rollout.h"

namespace {

constexpr unsigned kMostSeconds = 120;  // for one seed, which takes a small part of one, also under a sanitizer

struct Flags {
  uint64_t seeds = 100, from = 1, seed = 0, jobs = 0;
  bool one = false;
};

struct Tally {
  uint64_t passed = 0, failed = 0;
  int64_t steps = 0;
  uint64_t done() const { return passed + failed; }
};

int run_one(uint64_t seed) {
  std::signal(SIGALRM, [](int) {
    constexpr std::string_view kWhy = "FAILED: one step does not end\n";
    _exit(write(1, kWhy.data(), kWhy.size()) < 0 ? 2 : 1);
  });
  alarm(kMostSeconds);
  const auto result = proa::sim::run_rollout(seed);
  fmt::print("{}", result.story);
  fmt::print("seed {}: {} after {} steps\n", seed, result.ok ? "ok" : "FAILED: " + result.why, result.steps);
  fmt::print("{} passed, {} failed, 0 skipped\n", result.ok ? 1 : 0, result.ok ? 0 : 1);
  return result.ok ? 0 : 1;
}

void tell_failure(uint64_t seed, const std::string& why) {
  fmt::print("{}seed {} FAILED: {}\n  replay it: make sim SEED={}\n", isatty(1) != 0 ? "\r" : "", seed, why, seed);
  std::fflush(stdout);
}

/// One worker's seeds, told line by line: "begin SEED", then "ok STEPS" or "no STEPS WHY".
[[noreturn]] void work(int to, uint64_t first, uint64_t end, uint64_t stride) {
  const auto say = [to](const std::string& line) {
    if (write(to, line.data(), line.size()) < 0) _exit(1);
  };
  for (uint64_t seed = first; seed < end; seed += stride) {
    say(fmt::format("begin {}\n", seed));
    alarm(kMostSeconds);  // ends this process
    const auto result = proa::sim::run_rollout(seed);
    say(result.ok ? fmt::format("ok {}\n", result.steps) : fmt::format("no {} {}\n", result.steps, result.why));
  }
  _exit(0);
}

struct Worker {
  pid_t pid = 0;
  FILE* from = nullptr;
  uint64_t seed = 0;  // that it works on
  bool under_way = false;
};

Worker start_worker(uint64_t first, uint64_t end, uint64_t stride) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) work(ends[1], first, end, stride);
  close(ends[1]);
  return {pid, fdopen(ends[0], "r"), first, false};
}

/// Takes one line of a worker; false when it has ended.
bool hear(Worker& worker, Tally& tally) {
  char line[4096];
  if (std::fgets(line, sizeof line, worker.from) == nullptr) return false;
  const std::string text(line, std::string(line).find('\n'));
  if (text.starts_with("begin ")) {
    worker.seed = std::strtoull(text.c_str() + 6, nullptr, 10);
    worker.under_way = true;
    return true;
  }
  char* why = nullptr;
  tally.steps += std::strtoll(text.c_str() + 3, &why, 10);
  worker.under_way = false;
  if (text.starts_with("ok")) {
    ++tally.passed;
  } else {
    ++tally.failed;
    tell_failure(worker.seed, why + 1);
  }
  return true;
}

std::string how_it_died(int status) {
  if (!WIFSIGNALED(status)) return "it ended";
  if (WTERMSIG(status) == SIGALRM) return "one step does not end";
  return fmt::format("it died of signal {}", WTERMSIG(status));
}

/// A worker that died takes its seed with it; another goes on behind it.
bool replace(Worker& worker, Tally& tally, uint64_t end, uint64_t stride) {
  int status = 0;
  fclose(worker.from);
  waitpid(worker.pid, &status, 0);
  if (!worker.under_way) return false;
  ++tally.failed;
  tell_failure(worker.seed, how_it_died(status));
  worker = start_worker(worker.seed + stride, end, stride);
  return true;
}

int run_many(const Flags& flags) {
  const uint64_t jobs = std::max<uint64_t>(1, std::min(flags.jobs, flags.seeds)), end = flags.from + flags.seeds;
  std::vector<Worker> workers;
  for (uint64_t i = 0; i < jobs; ++i) workers.push_back(start_worker(flags.from + i, end, jobs));
  Tally tally;
  // Each in turn: their pipes hold what the others say meanwhile.
  for (size_t turn = 0; !workers.empty(); ++turn) {
    const size_t at = turn % workers.size();
    if (!hear(workers[at], tally) && !replace(workers[at], tally, end, jobs))
      workers.erase(workers.begin() + static_cast<long>(at));
    if (isatty(1) != 0) fmt::print("\r{} of {} seeds", tally.done(), flags.seeds);
  }
  fmt::print("{}{} seeds, {} steps\n", isatty(1) != 0 ? "\r" : "", tally.done(), tally.steps);
  fmt::print("{} passed, {} failed, 0 skipped\n", tally.passed, tally.failed);
  return tally.failed == 0 ? 0 : 1;
}

bool parse(int argc, char** argv, Flags& flags) {
  flags.jobs = static_cast<uint64_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  const std::map<std::string, uint64_t*> names = {
      {"--seeds", &flags.seeds}, {"--from", &flags.from}, {"--seed", &flags.seed}, {"--jobs", &flags.jobs}};
  for (int i = 1; i < argc; i += 2) {
    const auto name = names.find(argv[i]);
    if (name == names.end() || i + 1 == argc) return false;
    char* rest = nullptr;
    *name->second = std::strtoull(argv[i + 1], &rest, 10);
    if (*rest != '\0') return false;
    if (name->second == &flags.seed) flags.one = true;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  if (!parse(argc, argv, flags)) {
    fmt::print(stderr, "usage: sim_run --seeds N [--from S] [--jobs J] | --seed S\n");
    return 2;
  }
  return flags.one ? run_one(flags.seed) : run_many(flags);
}
