// The simulated world: virtual time, seeded randomness, and executors whose tasks interleave in an order drawn from
// the seed. The same seed gives the same run, step for step, on every machine.
//
// Each part of the cluster (server, a node's agent) runs on an executor of its own, as it would on a thread of its
// own. One step runs one task of one executor, drawn from those that have something to do; when none has, time
// jumps to the next timer. Nothing sleeps. One thread. A task takes a little time too, so that whoever is busy while
// he waits for a timer (a disk, a container) cannot hold up time for ever.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "runtime/executor.h"
#include "runtime/random.h"

namespace proa::sim {

class World;

/// Starts at a fixed date, so that ages and timestamps are the same in every run.
class VirtualClock : public runtime::Clock {
 public:
  static constexpr runtime::TimeNs kStart = 1'767'225'600 * runtime::kSecond;  // 2026-01-01T00:00:00Z
  runtime::TimeNs wall() const override { return kStart + now_; }
  runtime::TimeNs monotonic() const override { return now_; }

 private:
  friend class World;
  friend class SimExecutor;
  runtime::TimeNs now_ = 0;
};

class SimExecutor : public runtime::Executor {
 public:
  void post(runtime::Task task) override;
  runtime::TimerId after(runtime::DurationNs delay, runtime::Task task) override;
  void cancel(runtime::TimerId timer) override;
  runtime::Clock& clock() override;
  runtime::Random& random() override;

  /// What a kill -9 does: all that waits here is gone, and what is posted later is dropped too.
  void kill();
  const std::string& name() const { return name_; }

 private:
  friend class World;
  SimExecutor(World& world, std::string name) : world_(world), name_(std::move(name)) {}

  /// A timer that is due waits here for its turn, and can still be cancelled.
  struct Ready {
    runtime::Task task;
    runtime::TimerId timer = 0;  // 0: it was posted
  };

  World& world_;
  std::string name_;
  std::deque<Ready> ready_;
  bool dead_ = false;
};

class World {
 public:
  /// `start`: the monotonic time at which it begins.
  explicit World(uint64_t seed, runtime::TimeNs start = 0);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Lives as long as the world.
  SimExecutor& make_executor(std::string name);

  VirtualClock& clock() { return clock_; }
  /// For the parts of the cluster and for faults: one stream of numbers, so that draws replay.
  runtime::Random& random() { return random_; }

  /// Runs one task, or moves time to the next timer. False: nothing is left to happen, or the budget is spent.
  bool step();
  /// No more steps than this in all: for code that may never let time pass.
  void set_budget(int64_t steps) { budget_ = steps; }
  bool spent() const { return steps_ >= budget_; }
  /// Steps until time has passed `until` (monotonic) or nothing is left. After each step `check` runs.
  void run_until(runtime::TimeNs until, const std::function<void()>& check = {});
  /// Steps until `done` says so; false when `limit` of virtual time passed before.
  bool run_until_true(const std::function<bool()>& done, runtime::DurationNs limit,
                      const std::function<void()>& check = {});
  int64_t steps() const { return steps_; }

 private:
  friend class SimExecutor;
  struct TimerEntry {
    SimExecutor* executor;
    runtime::Task task;
  };
  static constexpr runtime::DurationNs kTaskTime = 10'000;
  void fire_due();

  using TimerKey = std::pair<runtime::TimeNs, runtime::TimerId>;

  VirtualClock clock_;
  runtime::SeededRandom random_;
  std::vector<std::unique_ptr<SimExecutor>> executors_;
  std::map<TimerKey, TimerEntry> timers_;  // by time, then by age
  std::map<runtime::TimerId, runtime::TimeNs> due_;
  runtime::TimerId next_timer_ = 1;
  int64_t steps_ = 0, budget_ = std::numeric_limits<int64_t>::max();
};

}  // namespace proa::sim
