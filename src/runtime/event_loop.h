// EventLoop is the real Executor: one thread around a Boost.Asio io_context (which stays out of this header;
// code at the edge gets it from event_loop_asio.h). Idle, it sleeps in epoll and costs nothing.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "runtime/executor.h"

namespace boost::asio {
class io_context;
}

namespace proa::runtime {

class EventLoop : public Executor {
 public:
  /// `name` shows in the thread list (15 characters).
  explicit EventLoop(std::string name);
  ~EventLoop() override;  // stops and joins

  /// Starts the thread.
  void start();
  /// Runs on the calling thread until stop().
  void run();
  /// Any thread. What is already posted may not run any more.
  void stop();
  /// Waits for the thread to end. REQUIRES: not on it.
  void join();

  void post(Task task) override;
  TimerId after(DurationNs delay, Task task) override;
  void cancel(TimerId timer) override;
  Clock& clock() override { return system_clock(); }

  boost::asio::io_context& io();
  bool on_this_thread() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proa::runtime
