#include "net/load_balancer/port_holder.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>

namespace proa::net {
namespace {

class Sockets final : public PortHolder {
 public:
  ~Sockets() override {
    for (const auto& [_, fd] : held_) ::close(fd);
  }

  std::set<NodePortKey> hold(const std::set<NodePortKey>& wanted) override {
    std::erase_if(held_, [&](const auto& one) {
      if (wanted.contains(one.first)) return false;
      ::close(one.second);
      return true;
    });
    std::set<NodePortKey> failed;
    for (const NodePortKey& key : wanted) {
      if (held_.contains(key)) continue;
      const int fd = take(key);
      if (fd >= 0)
        held_.emplace(key, fd);
      else
        failed.insert(key);
    }
    return failed;
  }

 private:
  static int take(const NodePortKey& key) {
    const int fd = ::socket(AF_INET, (key.protocol == "UDP" ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(key.port);
    if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
  }

  std::map<NodePortKey, int> held_;
};

}  // namespace

std::unique_ptr<PortHolder> make_port_holder() { return std::make_unique<Sockets>(); }

}  // namespace proa::net
