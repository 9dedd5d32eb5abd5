// The addresses of a Service, and who may reach it from outside.
#include <string_view>

#include "api/kinds/validation.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
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
    auto wrong = schema::ip_errors(ip.as_string());
    if (wrong.empty()) wrong = schema::special_ip_errors(ip.as_string());
    for (const auto& why : wrong) errors.invalid(at, ip.as_string(), why);
  }
}

void session_affinity(View spec, const Path& path, ErrorList& errors) {
  const std::string_view affinity = spec["sessionAffinity"].as_string();
  if (affinity.empty()) {
    errors.required(path.child("sessionAffinity"), "");
  } else if (affinity != "ClientIP" && affinity != "None") {
    errors.not_supported(path.child("sessionAffinity"), affinity, {"ClientIP", "None"});
  }
  if (affinity == "None" && spec["sessionAffinityConfig"].is_object())
    errors.forbidden(path.child("sessionAffinityConfig"), "must not be set when session affinity is None");
  const View timeout = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"];
  const Path config = path.child("sessionAffinityConfig");
  const Path client = config.child("clientIP");
  if (affinity == "ClientIP" && timeout.is_int() && (timeout.as_int() <= 0 || timeout.as_int() > 86400))
    errors.invalid_number(client.child("timeoutSeconds"), timeout.as_int(),
                          "must be greater than 0 and less than 86400");
}

void load_balancer(View spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kOnly = "may only be used when `type` is 'LoadBalancer'";
  const bool balances = spec["type"].as_string() == "LoadBalancer";
  const Path ranges = path.child("LoadBalancerSourceRanges");
  if (!spec["loadBalancerSourceRanges"].empty() && !balances) errors.forbidden(ranges, kOnly);
  size_t index = 0;
  for (const View range : spec["loadBalancerSourceRanges"].items()) {
    const Path at = ranges.index(index++);
    // Blanks around a range have always been taken.
    for (const auto& why : schema::cidr_errors(trimmed(range.as_string()))) errors.invalid(at, range.as_string(), why);
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
