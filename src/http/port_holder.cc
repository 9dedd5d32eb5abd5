// Finds who listens on a port, by /proc: the socket's inode in net/tcp, then the process that holds it.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "http/listener.h"

namespace proa::http {
namespace {

namespace fs = std::filesystem;

std::string inode_of_listener(const char* table, int port) {
  std::ifstream file(table);
  std::string line;
  const std::string suffix = fmt::format(":{:04X}", port);
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, skip, inode;
    fields >> slot >> local >> remote >> state >> skip >> skip >> skip >> skip >> skip >> inode;
    if (state == "0A" && local.ends_with(suffix)) return inode;
  }
  return {};
}

bool holds(const fs::path& process, const std::string& link) {
  std::error_code error;
  for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(it->path(), unreadable) == link) return true;
  }
  return false;
}

}  // namespace

std::string port_holder(int port) {
  std::string inode = inode_of_listener("/proc/net/tcp", port);
  if (inode.empty()) inode = inode_of_listener("/proc/net/tcp6", port);
  if (inode.empty()) return {};
  const std::string link = "socket:[" + inode + "]";
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string pid = it->path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos || !holds(it->path(), link)) continue;
    std::string name;
    std::getline(std::ifstream(it->path() / "comm"), name);
    return fmt::format(" by process {} ({})", pid, name);
  }
  return {};
}

}  // namespace proa::http
