#include "http/listener.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gtest/gtest.h>

namespace proa::http {
namespace {

using namespace std::chrono_literals;

/// While it lives, no descriptor can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    const rlimit none{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

void run_on(IoThread& thread, const std::function<void()>& work) {
  std::promise<void> done;
  thread.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

/// A listening socket with one caller in its queue.
struct Called {
  Called() {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    EXPECT_EQ(::connect(caller, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  ~Called() { ::close(caller); }
  const int socket = *listen_on("127.0.0.1:0");
  const int caller = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST(Listener, takes_a_caller_once_there_are_descriptors_again) {
  const Called called;
  IoThread thread("test", 90);
  thread.start();
  std::promise<std::string> came;
  std::unique_ptr<Listener> listener;
  {
    const NoDescriptors none;
    run_on(thread, [&] {
      listener = Listener::start(thread, called.socket, [&](int made, std::string peer) {
        ::close(made);
        came.set_value(std::move(peer));
      });
    });
    for (int i = 0; i < 3; ++i) run_on(thread, [] {});
  }
  EXPECT_TRUE(came.get_future().get().starts_with("127.0.0.1:"));
  run_on(thread, [&] { listener.reset(); });
}

TEST(Listener, that_goes_when_its_pause_has_just_ended_is_not_called_any_more) {
  const Called called;
  IoThread thread("test", 90);
  thread.start();
  const NoDescriptors none;
  std::unique_ptr<Listener> listener;
  run_on(thread, [&] {
    listener = Listener::start(thread, called.socket, [](int made, const std::string&) { ::close(made); });
  });
  for (int i = 0; i < 3; ++i) run_on(thread, [] {});  // it has looked, and rests
  std::promise<void> gone;
  thread.post([&] {
    thread.post([&] {
      listener.reset();
      gone.set_value();
    });
    // The thread is held up beyond the end of the pause: that end is then known before the listener goes, and told after.
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait_for(lock, 150ms);
  });
  gone.get_future().wait();
  run_on(thread, [] {});
}

}  // namespace
}  // namespace proa::http
