// The addresses of a Service, and who may reach it from outside.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "api/kinds/validation.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

bool is_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const int family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  const std::string address(text.substr(0, slash));
  const std::string_view bits = text.substr(slash + 1);
  int number = -1;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), number);
  std::array<unsigned char, 16> bytes{};
  return error == std::errc() && end == bits.data() + bits.size() && number >= 0 &&
         number <= (family == AF_INET ? 32 : 128) && inet_pton(family, address.c_str(), bytes.data()) == 1;
}

void family(View spec, const Path& path, ErrorList& errors) {
  const Path families = path.child("ipFamilies");
  size_t index = 0;
  for (const View one : spec["ipFamilies"].items()) {
    const Path at = families.index(index++);
    if (one.as_string() != "IPv4" && one.as_string() != "IPv6")
      errors.not_supported(at, one.as_string(), {"IPv4", "IPv6"});
  }
  const View policy = spec["ipFamilyPolicy"];
  const std::string_view text = policy.as_string();
  if (policy.is_string() && text != "SingleStack" && text != "PreferDualStack" && text != "RequireDualStack")
    errors.not_supported(path.child("ipFamilyPolicy"), text, {"PreferDualStack", "RequireDualStack", "SingleStack"});
}

}  // namespace

void service_addresses(View spec, const Path& path, ErrorList& errors) {
  if (spec["type"].as_string() != "ExternalName") family(spec, path, errors);
  const Path external = path.child("externalIPs");
  size_t index = 0;
  for (const View ip : spec["externalIPs"].items()) {
    const Path at = external.index(index++);
    for (const auto& why : schema::ip_errors(ip.as_string())) errors.invalid(at, ip.as_string(), why);
  }
}

void load_balancer(View spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kOnly = "may only be used when `type` is 'LoadBalancer'";
  const bool balances = spec["type"].as_string() == "LoadBalancer";
  const Path ranges = path.child("LoadBalancerSourceRanges");
  if (!spec["loadBalancerSourceRanges"].empty() && !balances) errors.forbidden(ranges, kOnly);
  size_t index = 0;
  for (const View range : spec["loadBalancerSourceRanges"].items()) {
    const Path at = ranges.index(index++);
    if (!is_cidr(range.as_string()))
      errors.invalid(at, range.as_string(), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
  if (spec["allocateLoadBalancerNodePorts"].exists() && !balances)
    errors.forbidden(path.child("allocateLoadBalancerNodePorts"), kOnly);
  const View name = spec["loadBalancerClass"];
  if (!name.is_string()) return;
  if (!balances) return errors.forbidden(path.child("loadBalancerClass"), kOnly);
  for (const auto& why : schema::qualified_name_errors(name.as_string()))
    errors.invalid(path.child("loadBalancerClass"), name.as_string(), why);
}

}  // namespace proa::api::validation
