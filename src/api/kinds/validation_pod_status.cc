// What a kubelet, or who plays one, may say of a pod.
#include <algorithm>
#include <string>
#include <vector>

#include "api/kinds/validation.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::Value;
using object::View;

std::vector<std::string_view> texts_of(View ips) {
  std::vector<std::string_view> out;
  for (const View ip : ips.items()) out.push_back(ip["ip"].as_string());
  return out;
}

Value shown_ips(View ips) {
  return shown_list(ips, [](View ip) { return Value::object({{"IP", ip["ip"].str()}}); });
}

bool is_one_of_each_family(const std::vector<std::string_view>& ips) {
  const auto v6 =
      std::ranges::count_if(ips, [](std::string_view ip) { return ip.find(':') != std::string_view::npos; });
  return ips.size() == 2 && v6 == 1;
}

void each_is_valid(const std::vector<std::string_view>& ips, const Path& path, ErrorList& errors) {
  for (size_t i = 0; i < ips.size(); ++i)
    for (const auto& why : schema::ip_errors(ips[i])) errors.invalid(path.index(i), ips[i], why);
}

void several(View list, const Path& path, ErrorList& errors) {
  const auto ips = texts_of(list);
  if (ips.size() < 2) return;
  if (!is_one_of_each_family(ips))
    errors.invalid(path, shown_ips(list), "may specify no more than one IP for each IP family");
}

void addresses(View status, const Path& path, ErrorList& errors) {
  const Path pods = path.child("podIPs"), hosts = path.child("hostIPs");
  each_is_valid(texts_of(status["podIPs"]), pods, errors);
  several(status["podIPs"], pods, errors);
  const auto host_ips = texts_of(status["hostIPs"]);
  if (host_ips.empty()) return;
  const Path first = hosts.index(0);
  if (host_ips[0] != status["hostIP"].as_string())
    errors.invalid(first.child("ip"), host_ips[0], "must be equal to `hostIP`");
  each_is_valid(host_ips, hosts, errors);
  several(status["hostIPs"], hosts, errors);
}

/// Conditions of others than the system's have names of their own.
void conditions(View list, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (const View condition : list.items()) {
    const Path at = path.index(index++);
    const std::string_view type = condition["type"].as_string();
    for (const auto& why : schema::qualified_name_errors(type)) errors.invalid(at.child("Type"), type, why);
  }
}

}  // namespace

void pod_status(View pod, View old_pod, ErrorList& errors) {
  const Path path("status");
  const View status = pod["status"], old = old_pod["status"];
  conditions(status["conditions"], path.child("conditions"), errors);
  const std::string_view nominee = status["nominatedNodeName"].as_string();
  if (!nominee.empty() && nominee != old["nominatedNodeName"].as_string()) {
    for (const auto& why : schema::dns1123_subdomain_errors(nominee))
      errors.invalid(path.child("nominatedNodeName"), nominee, why);
    if (!pod["spec"]["nodeName"].as_string().empty())
      errors.forbidden(path.child("nominatedNodeName"), "may not be set on pods that are already bound to a node");
  }
  immutable(status["qosClass"], old["qosClass"], path.child("qosClass"), errors);
  addresses(status, path, errors);
}

}  // namespace proa::api::validation
