#include "node/cni/config.h"

#include <arpa/inet.h>

#include <fmt/format.h>

#include "object/json.h"

namespace proa::node {

using object::Value;

std::string cni_conflist(const PodNetwork& network) {
  Value range = Value::object({{"subnet", network.cidr}});
  Value route = Value::object({{"dst", "0.0.0.0/0"}});
  Value ipam = Value::object({{"type", "host-local"},
                              {"dataDir", network.data_dir},
                              {"ranges", Value::array({Value::array({std::move(range)})})},
                              {"routes", Value::array({std::move(route)})}});
  Value link = Value::object({{"type", "ptp"}, {"ipMasq", false}, {"ipam", std::move(ipam)}});
  if (network.mtu > 0) link["mtu"] = network.mtu;
  const Value list =
      Value::object({{"cniVersion", "0.4.0"}, {"name", network.name}, {"plugins", Value::array({std::move(link)})}});
  return object::to_json(list) + "\n";
}

Result<std::string> gateway_of(const std::string& cidr) {
  in_addr address{};
  const size_t slash = cidr.find('/');
  if (slash == std::string::npos || inet_pton(AF_INET, cidr.substr(0, slash).c_str(), &address) != 1)
    return Error(base::bad_request(fmt::format("\"{}\" is no IPv4 range, such as 10.244.0.0/24", cidr)));
  address.s_addr = htonl(ntohl(address.s_addr) + 1);
  char text[INET_ADDRSTRLEN];
  return std::string(inet_ntop(AF_INET, &address, text, sizeof text));
}

}  // namespace proa::node
