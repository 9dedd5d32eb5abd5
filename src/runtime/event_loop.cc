#include "runtime/event_loop.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <unordered_map>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace proa::runtime {

namespace asio = boost::asio;

struct EventLoop::Impl {
  explicit Impl(std::string thread_name) : name(std::move(thread_name)) {}

  struct Waiting {
    asio::steady_timer timer;
    Task task;
  };

  std::string name;
  std::atomic<std::thread::id> runner;
  std::atomic<bool> gone = false;  // tasks' destructors may still post or cancel while the context dies
  TimerId last_timer = 0;
  std::unordered_map<TimerId, Waiting> timers;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  void fire(TimerId id) {
    auto at = timers.find(id);
    if (at == timers.end()) return;
    Task task = std::move(at->second.task);
    timers.erase(at);
    task();
  }

  void run() {
    runner = std::this_thread::get_id();
    io.run();
    runner = std::thread::id();
  }
};

EventLoop::EventLoop(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {}

EventLoop::~EventLoop() {
  stop();
  join();
  impl_->gone = true;
  auto timers = std::exchange(impl_->timers, {});
}

void EventLoop::start() {
  impl_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), impl_->name.substr(0, 15).c_str());
    impl_->run();
  });
}

void EventLoop::run() { impl_->run(); }

void EventLoop::stop() { impl_->io.stop(); }

void EventLoop::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

void EventLoop::post(Task task) {
  if (!impl_->gone) asio::post(impl_->io, std::move(task));
}

TimerId EventLoop::after(DurationNs delay, Task task) {
  if (impl_->gone) return 0;
  const TimerId id = ++impl_->last_timer;
  asio::steady_timer timer(impl_->io, std::chrono::nanoseconds(std::max<DurationNs>(delay, 0)));
  auto [at, added] = impl_->timers.emplace(id, Impl::Waiting{std::move(timer), std::move(task)});
  at->second.timer.async_wait([impl = impl_.get(), id](const auto&) { impl->fire(id); });
  return id;
}

void EventLoop::cancel(TimerId timer) {
  // The task is destroyed only after the map is in order: its destructor may come back here.
  auto node = impl_->timers.extract(timer);
}

boost::asio::io_context& EventLoop::io() { return impl_->io; }

bool EventLoop::on_this_thread() const { return impl_->runner.load() == std::this_thread::get_id(); }

}  // namespace proa::runtime
