#include "http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace proa::http {
namespace {

namespace asio = boost::asio;

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

bool parse_address(const std::string& text, Address& out) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string::npos) return false;
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ptr != digits.data() + digits.size())
    return false;
  std::string host = text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.length = sizeof *v4;
    return true;
  }
  if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  out.length = sizeof *v6;
  return true;
}

std::string to_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
  inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  return fmt::format("{}:{}", text, ntohs(v4.sin_port));
}

void tune(int socket) {
  const auto set = [&](int level, int option, int value) { setsockopt(socket, level, option, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  // A watcher whose machine died sends nothing any more: the kernel finds out, not we.
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 20);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

class AcceptLoop final : public Listener {
 public:
  AcceptLoop(IoThread& thread, int socket, Accepted accepted)
      : thread_(thread), socket_(thread.io(), socket), pause_(thread.io()), accepted_(std::move(accepted)) {
    wait();
  }

 private:
  void wait() {
    socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
                         if (!error && !alive.expired()) thread_.run([this] { accept_all(); });
                       });
  }

  void accept_all() {
    for (int i = 0; i < 64; ++i) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      const int made =
          ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&from), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (made >= 0) {
        tune(made);
        accepted_(made, to_text(from));
        continue;
      }
      // No descriptors left: the caller stays in the kernel's queue; look again soon rather than at once.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return rest();
      if (errno == EAGAIN) break;
    }
    wait();
  }

  // A pause that is over may have no error although the loop went in the meantime.
  void rest() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
      if (!error && !alive.expired()) wait();
    });
  }

  IoThread& thread_;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer pause_;
  Accepted accepted_;
  const std::shared_ptr<const char> alive_ = std::make_shared<const char>('\0');
};

}  // namespace

Result<int> listen_on(const std::string& address) {
  Address parsed;
  if (!parse_address(address, parsed))
    return Error(base::bad_request(fmt::format("listen address \"{}\" is not HOST:PORT", address)));
  const int fd = ::socket(parsed.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&parsed.storage), parsed.length) == 0 &&
      ::listen(fd, 1024) == 0)
    return fd;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  const int port = ntohs(reinterpret_cast<sockaddr_in&>(parsed.storage).sin_port);
  std::string text = strerror(why);
  if (why == EADDRINUSE) text = "address already in use" + port_holder(port);
  if (why == EACCES) text = "permission denied";
  return Error(base::internal_error(fmt::format("listen tcp {}: {}", address, text)));
}

std::unique_ptr<Listener> Listener::start(IoThread& thread, int socket, Accepted accepted) {
  return std::make_unique<AcceptLoop>(thread, socket, std::move(accepted));
}

}  // namespace proa::http
