#include "node/machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "runtime/file.h"

namespace proa::node {

using object::Value;

namespace {

std::string first_line(const std::string& path) {
  const std::string text = runtime::read_file(path).value_or("");
  return text.substr(0, text.find('\n'));
}

/// The link of the route to 0.0.0.0, "" when there is none.
std::string default_link() {
  std::istringstream routes(runtime::read_file("/proc/net/route").value_or(""));
  std::string line, link, destination;
  std::getline(routes, line);
  while (std::getline(routes, line)) {
    std::istringstream fields(line);
    if (fields >> link >> destination && destination == "00000000") return link;
  }
  return {};
}

std::string pretty_name() {
  std::istringstream lines(runtime::read_file("/etc/os-release").value_or(""));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("PRETTY_NAME=")) {
      std::string name = line.substr(12);
      std::erase(name, '"');
      return name;
    }
  return "Linux";
}

void read_resolvers(NodeSettings& out) {
  std::string path = "/etc/resolv.conf";
  // A stub on a loopback address is of no use inside a pod; systemd-resolved keeps the real ones here.
  if (runtime::read_file(path).value_or("").find("nameserver 127.0.0.53") != std::string::npos)
    path = "/run/systemd/resolve/resolv.conf";
  std::istringstream lines(runtime::read_file(path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, word;
    words >> key;
    while (words >> word) {
      if (key == "nameserver") out.host_nameservers.push_back(word);
      if (key == "search" && word != ".") out.host_searches.push_back(word);
    }
  }
}

const char* architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}

}  // namespace

std::string primary_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return "127.0.0.1";
  const std::string preferred = default_link();
  std::string first, best;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & IFF_LOOPBACK) != 0 || (each->ifa_flags & IFF_UP) == 0) continue;
    char text[INET_ADDRSTRLEN];
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr, text, sizeof text);
    if (first.empty()) first = text;
    if (best.empty() && preferred == each->ifa_name) best = text;
  }
  ::freeifaddrs(all);
  return !best.empty() ? best : !first.empty() ? first : "127.0.0.1";
}

NodeSettings settings_of_this_machine() {
  NodeSettings out;
  char name[256] = "localhost";
  ::gethostname(name, sizeof name - 1);
  out.hostname = name;
  std::ranges::transform(out.hostname, out.hostname.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  out.name = out.hostname;
  out.ip = primary_address();
  read_resolvers(out);
  out.milli_cpu = ::sysconf(_SC_NPROCESSORS_ONLN) * 1000;
  out.memory_bytes = ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE);
  struct statvfs disk{};
  if (::statvfs("/var", &disk) == 0) out.ephemeral_bytes = static_cast<int64_t>(disk.f_blocks * disk.f_frsize);
  return out;
}

Value node_info(const std::string& runtime_version, const std::string& kubelet_version) {
  utsname kernel{};
  ::uname(&kernel);
  std::string uuid = first_line("/sys/class/dmi/id/product_uuid");
  const std::string machine = first_line("/etc/machine-id");
  if (uuid.empty()) uuid = machine;
  return Value::object({{"machineID", machine},
                        {"systemUUID", uuid},
                        {"bootID", first_line("/proc/sys/kernel/random/boot_id")},
                        {"kernelVersion", std::string(kernel.release)},
                        {"osImage", pretty_name()},
                        {"containerRuntimeVersion", runtime_version},
                        {"kubeletVersion", kubelet_version},
                        {"kubeProxyVersion", ""},
                        {"operatingSystem", "linux"},
                        {"architecture", architecture()}});
}

}  // namespace proa::node
