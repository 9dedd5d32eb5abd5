// The Service rules as text for nft, in one table of our own. Pure: the text of a whole ruleset, and the shortest
// transaction from one ruleset to the next, which nft applies atomically.
//
// How a packet goes: `dispatch` (from prerouting and output) looks its address, protocol and port up in the map
// `services`, or, if it is for this machine, in `node-ports`; the chain it finds picks one target at random and
// rewrites the destination. `postrouting` hides a source that could not be answered otherwise: a pod that was sent to
// itself, 127.0.0.1, a pod that talks to the world. What is sent to a ClusterIP and was not rewritten is refused.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/proxy/service_ports.h"

namespace proa::net {

struct ProxySettings {
  std::string id;        // of the data directory; the table is `proa-ID`
  std::string pod_cidr;  // of this node, "10.244.0.0/24"
};

/// What may change while the table stands. All ordered, so that equal states give equal texts.
struct Ruleset {
  std::map<std::string, std::vector<std::string>> chains;  // name -> rules
  std::map<std::string, int> affinity_sets;                // name -> seconds
  std::map<std::string, std::string> services;             // "10.96.0.1 . tcp . 443" -> verdict
  std::map<std::string, std::string> node_ports;           // "tcp . 30080" -> verdict
  std::set<std::string> cluster_ips, hairpins, closed_ports;
  bool operator==(const Ruleset&) const = default;
};

Ruleset make_ruleset(const ProxyState& state);

std::string table_name(const ProxySettings& settings);
/// Replaces the table, whatever it held.
std::string whole_text(const ProxySettings& settings, const Ruleset& rules);
/// Empty when they are equal.
std::string change_text(const ProxySettings& settings, const Ruleset& from, const Ruleset& to);
/// Removes the table, also when there is none.
std::string removal_text(const ProxySettings& settings);

}  // namespace proa::net
