#include "sim/world.h"

#include <algorithm>
#include <utility>

namespace proa::sim {

using runtime::DurationNs;
using runtime::Task;
using runtime::TimeNs;
using runtime::TimerId;

void SimExecutor::post(Task task) {
  if (!dead_) ready_.push_back({std::move(task)});
}

TimerId SimExecutor::after(DurationNs delay, Task task) {
  if (dead_) return 0;
  const TimerId id = world_.next_timer_++;
  const TimeNs due = world_.clock_.now_ + std::max<DurationNs>(delay, 0);
  world_.timers_.emplace(World::TimerKey{due, id}, World::TimerEntry{this, std::move(task)});
  world_.due_.emplace(id, due);
  return id;
}

void SimExecutor::cancel(TimerId timer) {
  // What is cancelled is moved out before it is destroyed: destroying it may cancel other timers.
  Task dropped;
  if (const auto due = world_.due_.find(timer); due != world_.due_.end()) {
    dropped = std::move(world_.timers_.extract({due->second, timer}).mapped().task);
    world_.due_.erase(due);
  } else if (const auto at = std::ranges::find(ready_, timer, &Ready::timer); timer != 0 && at != ready_.end()) {
    dropped = std::move(at->task);
    ready_.erase(at);
  }
}

runtime::Clock& SimExecutor::clock() { return world_.clock_; }

runtime::Random& SimExecutor::random() { return world_.random_; }

void SimExecutor::kill() {
  dead_ = true;
  // What waits is moved out before it is destroyed: destroying it may cancel timers.
  const std::deque<Ready> dropped = std::exchange(ready_, {});
  std::vector<World::TimerEntry> dropped_timers;
  for (auto timer = world_.timers_.begin(); timer != world_.timers_.end();) {
    if (timer->second.executor != this) {
      ++timer;
      continue;
    }
    world_.due_.erase(timer->first.second);
    dropped_timers.push_back(std::move(timer->second));
    timer = world_.timers_.erase(timer);
  }
}

World::World(uint64_t seed, TimeNs start) : random_(seed) { clock_.now_ = start; }

World::~World() {
  for (auto& executor : executors_) executor->kill();
}

SimExecutor& World::make_executor(std::string name) {
  executors_.push_back(std::unique_ptr<SimExecutor>(new SimExecutor(*this, std::move(name))));
  return *executors_.back();
}

bool World::step() {
  if (spent()) return false;
  fire_due();
  std::vector<SimExecutor*> ready;
  for (auto& executor : executors_)
    if (!executor->ready_.empty()) ready.push_back(executor.get());
  if (ready.empty() && timers_.empty()) return false;
  ++steps_;
  if (ready.empty()) {
    clock_.now_ = std::max(clock_.now_, timers_.begin()->first.first);
    fire_due();
    return true;
  }
  SimExecutor& chosen = *ready[ready.size() == 1 ? 0 : random_.below(ready.size())];
  Task task = std::move(chosen.ready_.front().task);
  chosen.ready_.pop_front();
  task();
  clock_.now_ += kTaskTime;
  return true;
}

void World::fire_due() {
  while (!timers_.empty() && timers_.begin()->first.first <= clock_.now_) {
    auto first = timers_.extract(timers_.begin());
    const TimerId timer = first.key().second;
    due_.erase(timer);
    first.mapped().executor->ready_.push_back({std::move(first.mapped().task), timer});
  }
}

void World::run_until(TimeNs until, const std::function<void()>& check) {
  const auto next_due = [&] { return timers_.empty() ? until : timers_.begin()->first.first; };
  const auto runnable = [&] {
    return std::any_of(executors_.begin(), executors_.end(), [](auto& e) { return !e->ready_.empty(); });
  };
  while ((runnable() || next_due() < until) && step())
    if (check) check();
  clock_.now_ = std::max(clock_.now_, until);
}

bool World::run_until_true(const std::function<bool()>& done, DurationNs limit, const std::function<void()>& check) {
  const TimeNs end = clock_.now_ + limit;
  while (!done()) {
    if (clock_.now_ > end || !step()) return false;
    if (check) check();
  }
  return true;
}

}  // namespace proa::sim
