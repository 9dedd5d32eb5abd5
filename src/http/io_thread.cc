#include "http/io_thread.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/text.h"
#include "runtime/clock.h"

namespace proa::http {

namespace asio = boost::asio;

struct IoThread::Impl {
  std::string name;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer idle_timer{io};
  bool idle_timer_armed = false;
  std::thread thread;
  std::function<void()> on_empty;

  std::mutex mutex;
  std::vector<std::shared_ptr<Flushable>> dirty;  // guarded by mutex
  bool drain_is_due = false;                      // guarded by mutex
};

IoThread::IoThread(std::string name, int64_t idle_timeout_seconds)
    : impl_(std::make_unique<Impl>()), idle_timeout_(idle_timeout_seconds * runtime::kSecond) {
  impl_->name = std::move(name);
}

IoThread::~IoThread() { stop(); }

void IoThread::start() {
  impl_->thread = std::thread([this] {
    pthread_setname_np(pthread_self(), impl_->name.substr(0, 15).c_str());
    impl_->io.run();
  });
}

void IoThread::stop() {
  if (!impl_->thread.joinable()) return;
  post([this] {
    const auto left = connections_;
    for (const auto& [_, connection] : left) connection->close();
    impl_->idle_timer.cancel();
    impl_->io.stop();
  });
  impl_->thread.join();
  // What the closed sockets cancelled still holds its connections: it must run, doing nothing, to let go.
  impl_->io.restart();
  impl_->io.poll();
  connections_.clear();
  touched_.clear();
  const std::lock_guard lock(impl_->mutex);
  impl_->dirty.clear();
}

asio::io_context& IoThread::io() { return impl_->io; }

bool IoThread::on_this_thread() const { return std::this_thread::get_id() == impl_->thread.get_id(); }

void IoThread::post(std::function<void()> task) {
  asio::post(impl_->io, [this, task = std::move(task)] { run(task); });
}

void IoThread::mark(std::shared_ptr<Flushable> what) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->dirty.push_back(std::move(what));
    if (impl_->drain_is_due) return;
    impl_->drain_is_due = true;
  }
  if (on_this_thread() && running_work_) return;
  asio::post(impl_->io, [this] { run([] {}); });
}

void IoThread::run(const std::function<void()>& work) {
  if (running_work_) return work();
  running_work_ = true;
  work();
  drain();
  running_work_ = false;
}

void IoThread::drain() {
  std::vector<std::shared_ptr<Flushable>> dirty;
  for (;;) {
    {
      const std::lock_guard lock(impl_->mutex);
      dirty.swap(impl_->dirty);
      impl_->drain_is_due = !dirty.empty() || !touched_.empty();
    }
    if (dirty.empty() && touched_.empty()) return;
    for (const auto& one : dirty) one->flush_on_io_thread();
    dirty.clear();
    std::vector<std::shared_ptr<Pumped>> touched;
    touched.swap(touched_);
    for (const auto& connection : touched) connection->pump();
  }
}

void IoThread::touch(std::shared_ptr<Pumped> connection) { touched_.push_back(std::move(connection)); }

void IoThread::add(std::shared_ptr<Pumped> connection) { connections_.emplace(connection.get(), connection); }

void IoThread::remove(Pumped* connection) {
  connections_.erase(connection);
  if (connections_.empty() && impl_->on_empty) impl_->on_empty();
}

void IoThread::shut_down_connections() {
  const auto all = connections_;
  for (const auto& [_, connection] : all) connection->shut_down();
}

void IoThread::on_empty(std::function<void()> callback) {
  post([this, callback = std::move(callback)] {
    impl_->on_empty = callback;
    if (connections_.empty() && callback) callback();
  });
}

IoThread::IdleSlot IoThread::begin_idle(Pumped* connection) {
  const int64_t deadline = runtime::system_clock().monotonic() + idle_timeout_;
  const auto slot = idle_.insert(idle_.end(), {deadline, connection});
  if (!impl_->idle_timer_armed) arm_idle_timer();
  return slot;
}

void IoThread::end_idle(IdleSlot slot) { idle_.erase(slot); }

void IoThread::arm_idle_timer() {
  if (idle_.empty()) return;
  impl_->idle_timer_armed = true;
  const int64_t wait = idle_.front().deadline - runtime::system_clock().monotonic();
  impl_->idle_timer.expires_after(std::chrono::nanoseconds(std::max<int64_t>(wait, 0)));
  impl_->idle_timer.async_wait([this](boost::system::error_code error) {
    impl_->idle_timer_armed = false;
    if (error) return;
    run([this] {
      const int64_t now = runtime::system_clock().monotonic();
      while (!idle_.empty() && idle_.front().deadline <= now) idle_.front().connection->idle_timeout();
      arm_idle_timer();
    });
  });
}

const std::string& IoThread::date() {
  const int64_t second = runtime::system_clock().wall() / runtime::kSecond;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

}  // namespace proa::http
