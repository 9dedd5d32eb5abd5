#include "net/proxy/ruleset.h"

#include <functional>

#include <fmt/format.h>

namespace proa::net {
namespace {

std::string target_text(const Target& target) { return fmt::format("{} . {}", target.ip, target.port); }

/// `{ 0 : ITEM, 1 : ITEM }`
std::string numbered(const std::vector<Target>& targets, const std::function<std::string(const Target&)>& item) {
  std::string out = "{ ";
  for (size_t i = 0; i < targets.size(); ++i) out += fmt::format("{}{} : {}", i == 0 ? "" : ", ", i, item(targets[i]));
  return out + " }";
}

std::string source_rule(const std::vector<std::string>& ranges) {
  std::string list = "127.0.0.0/8";
  for (const std::string& range : ranges) list += ", " + range;
  return fmt::format("ip saddr != {{ {} }} drop", list);
}

/// One target at random; with affinity, the one that the client had before.
void add_balancing(Ruleset& out, const std::string& chain, const ServicePort& port,
                   const std::vector<Target>& targets) {
  std::vector<std::string>& rules = out.chains[chain];
  if (port.affinity_seconds == 0) {
    rules.push_back(fmt::format("meta l4proto {} dnat ip to numgen random mod {} map {}", port.protocol, targets.size(),
                                numbered(targets, target_text)));
    return;
  }
  const auto name = [&](const char* kind, const Target& target) {
    return fmt::format("{}/{}/{}/{}", kind, port.id, target.ip, target.port);
  };
  for (const Target& target : targets) {
    out.affinity_sets[name("client", target)] = port.affinity_seconds;
    out.chains[name("target", target)] = {
        fmt::format("update @{} {{ ip saddr }}", name("client", target)),
        fmt::format("meta l4proto {} dnat to {}:{}", port.protocol, target.ip, target.port)};
    rules.push_back(fmt::format("ip saddr @{} goto {}", name("client", target), name("target", target)));
  }
  rules.push_back(
      fmt::format("numgen random mod {} vmap {}", targets.size(),
                  numbered(targets, [&](const Target& target) { return "goto " + name("target", target); })));
}

void add_service_port(Ruleset& out, const ServicePort& port) {
  const std::string inside = "service/" + port.id;
  const bool same = port.external_targets == port.targets && port.source_ranges.empty();
  const std::string outside = same ? inside : "external/" + port.id;
  for (const std::vector<Target>* targets : {&port.targets, &port.external_targets})
    for (const Target& target : *targets) out.hairpins.insert(fmt::format("{} . {}", target.ip, target.ip));
  if (!port.targets.empty()) {
    add_balancing(out, inside, port, port.targets);
    for (const std::string& ip : port.addresses)
      out.services.emplace(fmt::format("{} . {} . {}", ip, port.protocol, port.port), "goto " + inside);
  }
  std::vector<std::string> node_keys;
  if (port.on_node) node_keys.push_back(fmt::format("{} . {}", port.protocol, port.port));
  if (port.node_port != 0) node_keys.push_back(fmt::format("{} . {}", port.protocol, port.node_port));
  if (port.external_targets.empty()) {
    out.closed_ports.insert(node_keys.begin(), node_keys.end());
    return;
  }
  if (node_keys.empty() && port.external.empty()) return;
  if (!same) {
    if (!port.source_ranges.empty()) out.chains[outside].push_back(source_rule(port.source_ranges));
    add_balancing(out, outside, port, port.external_targets);
  }
  for (const std::string& key : node_keys) out.node_ports.emplace(key, "goto " + outside);
  for (const std::string& ip : port.external)
    out.services.emplace(fmt::format("{} . {} . {}", ip, port.protocol, port.port), "goto " + outside);
}

void add_host_port(Ruleset& out, const HostPort& port) {
  const std::string key = fmt::format("{} . {}", port.protocol, port.port);
  const std::string chain = fmt::format("host/{}/{}", port.protocol, port.port);
  const std::string where = port.host_ip.empty() ? "" : fmt::format("ip daddr {} ", port.host_ip);
  out.hairpins.insert(fmt::format("{} . {}", port.target.ip, port.target.ip));
  out.chains[chain].push_back(
      fmt::format("{}meta l4proto {} dnat to {}:{}", where, port.protocol, port.target.ip, port.target.port));
  out.node_ports.emplace(key, "goto " + chain);
}

/// The part that never changes. An empty line per thought.
std::string frame(const std::string& table, const std::string& pods) {
  return fmt::format(R"(add table ip {0}
delete table ip {0}
table ip {0} {{
  set cluster-ips {{ type ipv4_addr; }}
  set hairpins {{ type ipv4_addr . ipv4_addr; }}
  set closed-ports {{ type inet_proto . inet_service; }}
  map services {{ type ipv4_addr . inet_proto . inet_service : verdict; }}
  map node-ports {{ type inet_proto . inet_service : verdict; }}
  chain dispatch {{
    ip daddr . meta l4proto . th dport vmap @services
    fib daddr type local meta l4proto . th dport vmap @node-ports
  }}
  chain prerouting {{
    type nat hook prerouting priority dstnat;
    jump dispatch
  }}
  chain output {{
    type nat hook output priority -100;
    jump dispatch
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ip saddr . ip daddr @hairpins masquerade
    oifname != "lo" ip saddr 127.0.0.0/8 masquerade
    ip saddr {1} ip daddr != {1} masquerade
    ct status dnat ip daddr != {1} masquerade
  }}
  chain guard-loopback {{
    type filter hook prerouting priority raw;
    iifname != "lo" ip daddr 127.0.0.0/8 drop
  }}
  chain refuse {{
    meta l4proto tcp reject with tcp reset
    reject with icmp port-unreachable
  }}
  chain filter-forward {{
    type filter hook forward priority filter;
    ct state new ip daddr @cluster-ips goto refuse
  }}
  chain filter-input {{
    type filter hook input priority filter;
    ct state new fib daddr type local meta l4proto . th dport @closed-ports goto refuse
  }}
  chain filter-output {{
    type filter hook output priority filter;
    ct state new ip daddr @cluster-ips goto refuse
    ct state new fib daddr type local meta l4proto . th dport @closed-ports goto refuse
  }}
}}
)",
                     table, pods);
}

class Change {
 public:
  Change(std::string table, const Ruleset& from, const Ruleset& to) : table_(std::move(table)), from_(from), to_(to) {}

  std::string text() {
    for (const auto& [name, seconds] : to_.affinity_sets)
      if (!from_.affinity_sets.contains(name))
        line(fmt::format("add set ip {} {} {{ type ipv4_addr; flags dynamic,timeout; timeout {}s; }}", table_, name,
                         seconds));
    for (const auto& [name, _] : to_.chains)
      if (!from_.chains.contains(name)) line(fmt::format("add chain ip {} {}", table_, name));
    rewrite_chains();
    elements("services", from_.services, to_.services);
    elements("node-ports", from_.node_ports, to_.node_ports);
    elements("cluster-ips", from_.cluster_ips, to_.cluster_ips);
    elements("hairpins", from_.hairpins, to_.hairpins);
    elements("closed-ports", from_.closed_ports, to_.closed_ports);
    remove_chains();
    for (const auto& [name, _] : from_.affinity_sets)
      if (!to_.affinity_sets.contains(name)) line(fmt::format("delete set ip {} {}", table_, name));
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_.append(text).append("\n"); }

  void rewrite_chains() {
    for (const auto& [name, rules] : to_.chains) {
      const auto before = from_.chains.find(name);
      if (before != from_.chains.end() && before->second == rules) continue;
      if (before != from_.chains.end()) line(fmt::format("flush chain ip {} {}", table_, name));
      for (const std::string& rule : rules) line(fmt::format("add rule ip {} {} {}", table_, name, rule));
    }
  }

  /// A chain goes when nothing names it any more; chains that name others are emptied first.
  void remove_chains() {
    for (const auto& [name, _] : from_.chains)
      if (!to_.chains.contains(name)) line(fmt::format("flush chain ip {} {}", table_, name));
    for (const auto& [name, _] : from_.chains)
      if (!to_.chains.contains(name)) line(fmt::format("delete chain ip {} {}", table_, name));
  }

  static std::string join(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
    return out;
  }

  void elements(const char* verb, const char* set, const std::vector<std::string>& items) {
    if (!items.empty()) line(fmt::format("{} element ip {} {} {{ {} }}", verb, table_, set, join(items)));
  }

  void elements(const char* map, const std::map<std::string, std::string>& from,
                const std::map<std::string, std::string>& to) {
    std::vector<std::string> gone, fresh;
    for (const auto& [key, value] : from) {
      const auto now = to.find(key);
      if (now == to.end() || now->second != value) gone.push_back(key);
    }
    for (const auto& [key, value] : to) {
      const auto before = from.find(key);
      if (before == from.end() || before->second != value) fresh.push_back(key + " : " + value);
    }
    elements("delete", map, gone);
    elements("add", map, fresh);
  }

  void elements(const char* set, const std::set<std::string>& from, const std::set<std::string>& to) {
    std::vector<std::string> gone, fresh;
    for (const std::string& item : from)
      if (!to.contains(item)) gone.push_back(item);
    for (const std::string& item : to)
      if (!from.contains(item)) fresh.push_back(item);
    elements("delete", set, gone);
    elements("add", set, fresh);
  }

  const std::string table_;
  const Ruleset& from_;
  const Ruleset& to_;
  std::string out_;
};

}  // namespace

Ruleset make_ruleset(const ProxyState& state) {
  Ruleset out;
  out.cluster_ips.insert(state.cluster_ips.begin(), state.cluster_ips.end());
  for (const ServicePort& port : state.ports) add_service_port(out, port);
  for (const HostPort& port : state.host_ports) add_host_port(out, port);
  for (const auto& [key, _] : out.node_ports) out.closed_ports.erase(key);
  return out;
}

std::string table_name(const ProxySettings& settings) { return "proa-" + settings.id; }

std::string whole_text(const ProxySettings& settings, const Ruleset& rules) {
  return frame(table_name(settings), settings.pod_cidr) + change_text(settings, Ruleset(), rules);
}

std::string change_text(const ProxySettings& settings, const Ruleset& from, const Ruleset& to) {
  return Change(table_name(settings), from, to).text();
}

std::string removal_text(const ProxySettings& settings) {
  return fmt::format("add table ip {0}\ndelete table ip {0}\n", table_name(settings));
}

}  // namespace proa::net
