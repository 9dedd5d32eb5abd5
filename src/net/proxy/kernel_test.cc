// The rules in a real kernel: in a network namespace of the test's own, with a target on its loopback link. Needs root.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "net/proxy/conntrack.h"
#include "net/proxy/host.h"
#include "net/proxy/ruleset.h"
#include "runtime/file.h"
#include "runtime/process.h"

namespace proa::net {
namespace {

bool run(std::vector<std::string> argv, std::string input = {}) {
  runtime::Command command;
  command.argv = std::move(argv);
  command.stdin_text = std::move(input);
  const auto ended = runtime::run_process(command);
  if (ended && ended->exit_code != 0) ADD_FAILURE() << ended->err << command.stdin_text;
  return ended && ended->exit_code == 0;
}

sockaddr_in address(const char* ip, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, ip, &out.sin_addr);
  return out;
}

/// A pod that answers: a socket on an address of the namespace.
int serve(const char* ip, int port, int type) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const auto at = address(ip, port);
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0) << ip;
  if (type == SOCK_STREAM) ::listen(fd, 5);
  return fd;
}

/// The connection, or minus the errno.
int open_to(const char* ip, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{3, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const auto to = address(ip, port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  const int why = errno;
  ::close(fd);
  return -why;
}

/// 0, or the errno.
int connect_to(const char* ip, int port) {
  const int fd = open_to(ip, port);
  if (fd < 0) return -fd;
  ::close(fd);
  return 0;
}

bool has_datagram(int fd) {
  pollfd one{fd, POLLIN, 0};
  char byte;
  return ::poll(&one, 1, 500) == 1 && ::recv(fd, &byte, 1, 0) == 1;
}

ServicePort port(const char* protocol, std::vector<Target> targets) {
  ServicePort out;
  out.id = std::string("default/web/") + protocol + "/80";
  out.protocol = protocol;
  out.port = 80;
  out.addresses = {"10.96.0.50"};
  out.on_node = true;
  out.node_port = 30080;
  out.targets = out.external_targets = std::move(targets);
  return out;
}

/// Runs `body` in a fresh network namespace; false when that is not to be had.
bool in_namespace(const std::function<void()>& body) {
  bool possible = false;
  std::thread([&] {
    possible = ::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0;
    if (possible) body();
  }).join();
  return possible;
}

TEST(Kernel, takes_the_rules_and_sends_connections_where_they_say) {
  const ProxySettings settings{"test", "10.244.0.0/24"};
  const auto body = [&] {
    ASSERT_TRUE(run({"ip", "link", "set", "lo", "up"}));
    for (const char* ip : {"10.244.0.2/32", "10.244.0.3/32"})
      ASSERT_TRUE(run({"ip", "address", "add", ip, "dev", "lo"}));
    ASSERT_TRUE(run({"ip", "route", "add", "10.96.0.0/16", "dev", "lo"}));
    const HostSettings host{settings, "10.244.0.1", testing::TempDir() + "proa-sysctl-" + std::to_string(getpid())};
    // A new namespace takes over what the machine has; another cluster may have set it there.
    std::ofstream("/proc/sys/net/ipv4/conf/all/route_localnet") << 0;
    ASSERT_TRUE(set_up_host(host));

    ProxyState state;
    state.cluster_ips = {"10.96.0.50"};
    state.ports = {port("tcp", {{"10.244.0.2", 8080}}), port("udp", {{"10.244.0.2", 8053}})};
    const Ruleset first = make_ruleset(state);
    ASSERT_TRUE(run({"nft", "-f", "-"}, whole_text(settings, first)));
    const int tcp = serve("10.244.0.2", 8080, SOCK_STREAM);
    EXPECT_EQ(connect_to("10.96.0.50", 80), 0);
    EXPECT_EQ(connect_to("127.0.0.1", 80), 0);
    EXPECT_EQ(connect_to("127.0.0.1", 30080), 0);
    EXPECT_EQ(connect_to("10.96.0.50", 81), ECONNREFUSED);

    const int others = serve("10.244.0.3", 8080, SOCK_STREAM);
    const int other = open_to("10.244.0.3", 8080), under_way = open_to("10.96.0.50", 80);
    EXPECT_EQ(count_open_connections("10.244.0.2").value_or(-1), 1) << "the closed ones and another pod's don't count";
    ::close(under_way);
    EXPECT_EQ(count_open_connections("10.244.0.2").value_or(-1), 0);

    const int old_pod = serve("10.244.0.2", 8053, SOCK_DGRAM), new_pod = serve("10.244.0.3", 8053, SOCK_DGRAM);
    const int client = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto to = address("10.96.0.50", 80);
    const auto ask = [&] { ::sendto(client, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to); };
    ask();
    EXPECT_TRUE(has_datagram(old_pod));
    state.ports[1].targets = state.ports[1].external_targets = {{"10.244.0.3", 8053}};
    state.ports[0].targets = state.ports[0].external_targets = {};
    const Ruleset second = make_ruleset(state);
    ASSERT_TRUE(run({"nft", "-f", "-"}, change_text(settings, first, second)));
    EXPECT_EQ(connect_to("10.96.0.50", 80), ECONNREFUSED);
    EXPECT_EQ(connect_to("127.0.0.1", 80), ECONNREFUSED);
    const auto forgotten = forget_udp_flows({{"10.244.0.2", 8053}});
    ASSERT_TRUE(forgotten) << forgotten.error().message;
    EXPECT_EQ(*forgotten, 1);
    ask();
    EXPECT_TRUE(has_datagram(new_pod));

    ASSERT_TRUE(run({"nft", "-f", "-"}, change_text(settings, second, Ruleset())));
    ASSERT_TRUE(tear_down_host(host));
    for (const int fd : {tcp, others, other, old_pod, new_pod, client}) ::close(fd);
    std::string forward;
    std::getline(std::ifstream("/proc/sys/net/ipv4/conf/all/route_localnet"), forward);
    EXPECT_EQ(forward, "0") << "restored";
    (void)runtime::remove_tree(host.record_folder);
  };
  if (!in_namespace(body)) GTEST_SKIP() << "needs root";
}

}  // namespace
}  // namespace proa::net
