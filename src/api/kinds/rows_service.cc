#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/meta.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

constexpr size_t kShown = 3;

/// The first three, and how many more there are.
std::string shortened(const std::vector<std::string>& items) {
  if (items.empty()) return "<none>";
  const size_t shown = std::min(items.size(), kShown);
  std::string text = fmt::format("{}", fmt::join(items.begin(), items.begin() + static_cast<long>(shown), ","));
  if (items.size() > shown) text += fmt::format(" + {} more...", items.size() - shown);
  return text;
}

std::vector<std::string> texts_of(View items) {
  std::vector<std::string> out;
  for (View item : items.items()) out.push_back(item.str());
  return out;
}

std::string external_address(View service) {
  const View spec = service["spec"];
  const std::string_view type = spec["type"].as_string();
  const std::vector<std::string> external = texts_of(spec["externalIPs"]);
  if (type == "ExternalName") return spec["externalName"].str();
  if (type == "ClusterIP" || type == "NodePort")
    return external.empty() ? "<none>" : fmt::format("{}", fmt::join(external, ","));
  if (type != "LoadBalancer") return "<unknown>";
  std::set<std::string> ingress;
  for (View item : service["status"]["loadBalancer"]["ingress"].items()) {
    const std::string text = or_else(item["ip"], item["hostname"].as_string());
    if (!text.empty()) ingress.insert(text);
  }
  std::vector<std::string> all(ingress.begin(), ingress.end());
  all.insert(all.end(), external.begin(), external.end());
  return all.empty() ? "<pending>" : fmt::format("{}", fmt::join(all, ","));
}

std::string port_list(View ports) {
  std::string out;
  for (View port : ports.items()) {
    if (!out.empty()) out += ",";
    const int64_t node_port = port["nodePort"].as_int();
    out += node_port > 0 ? fmt::format("{}:{}/", port["port"].as_int(), node_port)
                         : fmt::format("{}/", port["port"].as_int());
    out += port["protocol"].as_string();
  }
  return out.empty() ? "<none>" : out;
}

}  // namespace

void service(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  cells = {object::name_of(object),   spec["type"].str(),       or_else(spec["clusterIPs"].at(0), "<none>"),
           external_address(object),  port_list(spec["ports"]), created(object, now),
           map_text(spec["selector"])};
}

void endpoints(View object, TimeNs now, Cells& cells) {
  std::vector<std::string> all;
  for (View subset : object["subsets"].items()) {
    if (subset["ports"].empty())
      for (View address : subset["addresses"].items()) all.push_back(address["ip"].str());
    for (View port : subset["ports"].items())
      for (View address : subset["addresses"].items())
        all.push_back(fmt::format("{}:{}", address["ip"].as_string(), port["port"].as_int()));
  }
  cells = {object::name_of(object), shortened(all), created(object, now)};
}

void endpoint_slice(View object, TimeNs now, Cells& cells) {
  std::vector<std::string> ports, addresses;
  for (View port : object["ports"].items()) {
    if (port["port"].is_int()) {
      ports.push_back(std::to_string(port["port"].as_int()));
    } else {
      ports.push_back(port["name"].is_string() ? port["name"].str() : "*");
    }
  }
  for (View endpoint : object["endpoints"].items())
    for (View address : endpoint["addresses"].items()) addresses.push_back(address.str());
  const auto unset_if_none = [](std::string text) { return text == "<none>" ? std::string("<unset>") : text; };
  cells = {object::name_of(object), object["addressType"].str(), unset_if_none(shortened(ports)),
           unset_if_none(shortened(addresses)), created(object, now)};
}

}  // namespace proa::api::rows
