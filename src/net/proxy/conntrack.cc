#include "net/proxy/conntrack.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

namespace proa::net {
namespace {

constexpr uint16_t message_type(int what) { return static_cast<uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | what); }

class Netlink {
 public:
  Netlink() : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
    const timeval limit{2, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Netlink() {
    if (fd_ >= 0) ::close(fd_);
  }
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  bool send(uint16_t type, uint16_t flags, std::string_view attributes) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(sizeof(nfgenmsg)) + attributes.size());
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
    nfgenmsg family{AF_INET, NFNETLINK_V0, 0};
    std::string out(reinterpret_cast<const char*>(&head), sizeof head);
    out.append(reinterpret_cast<const char*>(&family), sizeof family).append(attributes);
    return ::send(fd_, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size());
  }

  /// Calls `each` with the attributes of every message until the end or an error; false after an error.
  template <class Each>
  bool receive(Each each) {
    std::vector<char> buffer(64 * 1024);
    for (;;) {
      const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      auto left = static_cast<uint32_t>(got);
      for (auto* at = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(at, left); at = NLMSG_NEXT(at, left)) {
        if (at->nlmsg_type == NLMSG_DONE) return true;
        if (at->nlmsg_type == NLMSG_ERROR) return static_cast<nlmsgerr*>(NLMSG_DATA(at))->error == 0;
        const auto* payload = static_cast<const char*>(NLMSG_DATA(at)) + NLMSG_ALIGN(sizeof(nfgenmsg));
        each(std::string_view(payload, at->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(sizeof(nfgenmsg)))));
      }
    }
  }

 private:
  const int fd_;
};

/// The value of one attribute; with `whole`, header included. Empty when missing.
std::string_view attribute(std::string_view attributes, int type, bool whole = false) {
  while (attributes.size() >= NLA_HDRLEN) {
    nlattr head;
    std::memcpy(&head, attributes.data(), sizeof head);
    if (head.nla_len < NLA_HDRLEN || head.nla_len > attributes.size()) break;
    if ((head.nla_type & NLA_TYPE_MASK) == type)
      return whole ? attributes.substr(0, head.nla_len) : attributes.substr(NLA_HDRLEN, head.nla_len - NLA_HDRLEN);
    attributes.remove_prefix(std::min<size_t>(attributes.size(), NLA_ALIGN(head.nla_len)));
  }
  return {};
}

/// Who answers in this flow: after the rewrite, the target. No port when it is not of that protocol over IPv4.
Target answering(std::string_view flow, int protocol) {
  const std::string_view reply = attribute(flow, CTA_TUPLE_REPLY);
  const std::string_view proto = attribute(reply, CTA_TUPLE_PROTO);
  const std::string_view number = attribute(proto, CTA_PROTO_NUM), port = attribute(proto, CTA_PROTO_SRC_PORT);
  const std::string_view ip = attribute(attribute(reply, CTA_TUPLE_IP), CTA_IP_V4_SRC);
  if (number.size() != 1 || number[0] != protocol || port.size() != 2 || ip.size() != 4) return {};
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, ip.data(), text, sizeof text);
  return {text, static_cast<uint16_t>(static_cast<uint8_t>(port[0]) << 8 | static_cast<uint8_t>(port[1]))};
}

bool is_open(std::string_view flow) {
  const std::string_view info = attribute(attribute(flow, CTA_PROTOINFO), CTA_PROTOINFO_TCP);
  const std::string_view state = attribute(info, CTA_PROTOINFO_TCP_STATE);
  return state.size() == 1 && state[0] >= TCP_CONNTRACK_SYN_SENT && state[0] <= TCP_CONNTRACK_ESTABLISHED;
}

std::string nested(int type, std::string_view value) {
  const nlattr head{static_cast<uint16_t>(NLA_HDRLEN + value.size()), static_cast<uint16_t>(type)};
  std::string out(reinterpret_cast<const char*>(&head), sizeof head);
  out += value;
  out.resize(NLA_ALIGN(out.size()));
  return out;
}

/// Tells the kernel to list only flows that this address answers. One that does not know the filter lists all.
std::string answered_by(const std::string& ip) {
  constexpr uint32_t kByAddress = 1;  // CTA_FILTER_F_CTA_IP_SRC, which the kernel's headers don't show
  in_addr raw{};
  inet_pton(AF_INET, ip.c_str(), &raw);
  const std::string_view address(reinterpret_cast<const char*>(&raw), sizeof raw);
  const std::string_view flags(reinterpret_cast<const char*>(&kByAddress), sizeof kByAddress);
  return nested(CTA_FILTER | NLA_F_NESTED, nested(CTA_FILTER_REPLY_FLAGS, flags)) +
         nested(CTA_TUPLE_REPLY | NLA_F_NESTED, nested(CTA_TUPLE_IP | NLA_F_NESTED, nested(CTA_IP_V4_SRC, address)));
}

}  // namespace

std::set<Target> udp_targets(const ProxyState& state) {
  std::set<Target> out;
  for (const ServicePort& port : state.ports) {
    if (port.protocol != "udp") continue;
    out.insert(port.targets.begin(), port.targets.end());
    out.insert(port.external_targets.begin(), port.external_targets.end());
  }
  for (const HostPort& port : state.host_ports)
    if (port.protocol == "udp") out.insert(port.target);
  return out;
}

Result<int> forget_udp_flows(const std::set<Target>& targets) {
  if (targets.empty()) return 0;
  std::vector<std::string> stale;  // the tuples that name them
  Netlink list;
  if (!list.send(message_type(IPCTNL_MSG_CT_GET), NLM_F_DUMP, {}) || !list.receive([&](std::string_view flow) {
        if (targets.contains(answering(flow, IPPROTO_UDP))) stale.emplace_back(attribute(flow, CTA_TUPLE_ORIG, true));
      }))
    return Error(base::internal_error("the kernel's connections could not be listed"));
  int forgotten = 0;
  for (std::string& tuple : stale) {
    tuple.resize(NLA_ALIGN(tuple.size()));
    Netlink one;
    if (one.send(message_type(IPCTNL_MSG_CT_DELETE), NLM_F_ACK, tuple) && one.receive([](std::string_view) {}))
      ++forgotten;
  }
  return forgotten;
}

Result<int> count_open_connections(const std::string& ip) {
  int open = 0;
  Netlink list;
  if (!list.send(message_type(IPCTNL_MSG_CT_GET), NLM_F_DUMP, answered_by(ip)) ||
      !list.receive([&](std::string_view flow) { open += answering(flow, IPPROTO_TCP).ip == ip && is_open(flow); }))
    return Error(base::internal_error("the kernel's connections could not be listed"));
  return open;
}

}  // namespace proa::net
