#include "main/network.h"

#include <cstdint>

#include <fmt/format.h>

#include "object/names.h"

namespace proa {

NetworkPlan plan_network(const std::string& data_dir, bool is_default) {
  const uint32_t hash = object::name_hash(data_dir);
  // Other directories: pods from 10.0.0.0-10.63.255.0 in /24, Services from 10.128.0.0-10.191.255.0 in /24.
  const uint32_t net = hash % (64 * 256);
  NetworkPlan plan;
  plan.id = fmt::format("{:08x}", hash);
  const std::string pods = is_default ? "10.244.0" : fmt::format("10.{}.{}", net / 256, net % 256);
  const std::string services = is_default ? "10.96.0" : fmt::format("10.{}.{}", 128 + net / 256, net % 256);
  plan.pod_cidr = pods + ".0/24";
  plan.pod_gateway = pods + ".1";
  plan.service_cidr = services + (is_default ? ".0/16" : ".0/24");
  plan.api_address = services + ".1";
  plan.dns_address = services + ".10";
  return plan;
}

}  // namespace proa
