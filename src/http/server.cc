#include "http/server.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "http/connection.h"
#include "http/listener.h"
#include "http/tls.h"

namespace proa::http {
namespace {

class ServerImpl final : public Server {
 public:
  ServerImpl(const ServerOptions& options, Handler& handler, std::shared_ptr<const TlsContext> tls)
      : handler_(handler), tls_(std::move(tls)) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned count = options.threads > 0 ? static_cast<unsigned>(options.threads) : cores;
    for (unsigned i = 0; i < count; ++i)
      threads_.push_back(std::make_shared<IoThread>("http-" + std::to_string(i), options.idle_timeout_seconds));
  }

  ~ServerImpl() override { stop(0); }

  void run(const std::vector<int>& sockets) {
    for (const auto& thread : threads_) thread->start();
    for (const int socket : sockets) accept_on(socket);
  }

  Result<void> add_listener(const std::string& address) override {
    auto socket = listen_on(address);
    if (!socket) return Error(socket.error());
    accept_on(*socket);
    return {};
  }

  Result<void> set_certificate(const TlsConfig& config) override {
    auto made = TlsContext::server(config);
    if (!made) return Error(made.error());
    const std::lock_guard lock(mutex_);
    tls_ = std::move(*made);
    return {};
  }

  void stop(int grace_seconds) override;

 private:
  void accept_on(int socket);
  void hand_over(int socket, std::string peer_address);

  Handler& handler_;
  std::vector<std::shared_ptr<IoThread>> threads_;
  std::vector<std::unique_ptr<Listener>> listeners_;  // first thread
  std::atomic<unsigned> next_ = 0;
  std::mutex mutex_;
  std::shared_ptr<const TlsContext> tls_;  // guarded by mutex_
  std::atomic<bool> stopped_ = false;
};

void ServerImpl::accept_on(int socket) {
  threads_.front()->post([this, socket] {
    listeners_.push_back(Listener::start(*threads_.front(), socket, [this](int made, std::string peer_address) {
      hand_over(made, std::move(peer_address));
    }));
  });
}

void ServerImpl::hand_over(int socket, std::string peer_address) {
  const auto& thread = threads_[next_++ % threads_.size()];
  std::shared_ptr<const TlsContext> tls;
  {
    const std::lock_guard lock(mutex_);
    tls = tls_;
  }
  auto start = [this, thread, socket, tls = std::move(tls), peer_address = std::move(peer_address)] {
    if (stopped_)
      ::close(socket);
    else
      start_connection(socket, peer_address, thread, tls, handler_);
  };
  if (thread->on_this_thread())
    start();
  else
    thread->post(std::move(start));
}

void ServerImpl::stop(int grace_seconds) {
  if (stopped_.exchange(true)) return;
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    size_t threads = 0;
  };
  const auto waiting = std::make_shared<Waiting>();
  waiting->threads = threads_.size();
  threads_.front()->post([this] { listeners_.clear(); });
  for (const auto& thread : threads_) {
    thread->post([raw = thread.get()] { raw->shut_down_connections(); });
    thread->on_empty([waiting, told = std::make_shared<bool>(false)] {
      if (std::exchange(*told, true)) return;
      const std::lock_guard lock(waiting->mutex);
      --waiting->threads;
      waiting->changed.notify_all();
    });
  }
  {
    std::unique_lock lock(waiting->mutex);
    waiting->changed.wait_for(lock, std::chrono::seconds(grace_seconds), [&] { return waiting->threads == 0; });
  }
  for (const auto& thread : threads_) thread->stop();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler& handler) {
  auto tls = TlsContext::server(options.tls);
  if (!tls) return Error(tls.error());
  std::vector<int> sockets;
  for (const std::string& address : options.listen) {
    auto socket = listen_on(address);
    if (!socket) {
      for (const int bound : sockets) ::close(bound);
      return Error(socket.error());
    }
    sockets.push_back(*socket);
  }
  auto server = std::make_unique<ServerImpl>(options, handler, std::move(*tls));
  server->run(sockets);
  return server;
}

}  // namespace proa::http
