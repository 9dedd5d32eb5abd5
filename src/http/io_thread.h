// One I/O thread: an io_context, the connections bound to it, and the mailbox by which other threads hand it output.
// The mailbox is what makes a burst cheap: however many writes many threads make, the thread is woken once, takes
// them all, and then each connection that was touched is pumped once, into as few records as may be.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace proa::http {

/// Has something for its I/O thread: a response written by another thread.
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush_on_io_thread() = 0;
};

/// A connection, as its I/O thread sees it. All on that thread.
class Pumped {
 public:
  virtual ~Pumped() = default;
  /// Sends what there is to send.
  virtual void pump() = 0;
  virtual void idle_timeout() = 0;
  /// No new requests; ends watches now and the rest when it is done.
  virtual void shut_down() = 0;
  virtual void close() = 0;
};

class IoThread {
 public:
  IoThread(std::string name, int64_t idle_timeout_seconds);
  ~IoThread();
  void start();
  /// Closes what is left and joins. REQUIRES: not on it.
  void stop();

  /// Any thread: `what` is flushed soon, once for any number of marks in between is the caller's care.
  void mark(std::shared_ptr<Flushable> what);
  /// Any thread.
  void post(std::function<void()> task);
  bool on_this_thread() const;

  // The rest: this thread only.

  boost::asio::io_context& io();
  /// Runs a piece of work of this thread (an event of a socket), then flushes what it caused.
  void run(const std::function<void()>& work);
  /// Pumped before the current work ends.
  void touch(std::shared_ptr<Pumped> connection);
  void add(std::shared_ptr<Pumped> connection);
  void remove(Pumped* connection);
  size_t connections() const { return connections_.size(); }
  void shut_down_connections();
  /// Any thread: called (on this thread) whenever the last connection is gone.
  void on_empty(std::function<void()> callback);

  /// One list ordered by deadline and one timer serve all idle connections.
  struct IdleEntry {
    int64_t deadline;
    Pumped* connection;
  };
  using IdleSlot = std::list<IdleEntry>::iterator;
  IdleSlot begin_idle(Pumped* connection);
  void end_idle(IdleSlot slot);

  /// For the Date header.
  const std::string& date();

  // Scratch that no connection keeps between two events.
  std::array<char, 64 * 1024> wire_in;
  std::array<char, 64 * 1024> plain_in;
  std::string wire_out;

 private:
  struct Impl;
  void drain();
  void arm_idle_timer();

  std::unique_ptr<Impl> impl_;
  std::unordered_map<Pumped*, std::shared_ptr<Pumped>> connections_;
  std::vector<std::shared_ptr<Pumped>> touched_;
  std::list<IdleEntry> idle_;
  const int64_t idle_timeout_;
  int64_t date_second_ = 0;
  std::string date_;
  bool running_work_ = false;
};

}  // namespace proa::http
