#include "net/proxy/service_ports.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "object/view.h"

namespace proa::net {
namespace {

using object::Document;
using object::View;

struct Endpoint {
  Target target;
  bool ready = true, serving = true, terminating = false, local = true;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

bool is_ipv4(std::string_view ip) {
  return ip.find('.') != std::string_view::npos && ip.find(':') == std::string_view::npos;
}

std::string service_of(View slice) {
  return slice["metadata"]["namespace"].str() + "/" + slice["metadata"]["labels"]["kubernetes.io/service-name"].str();
}

Endpoint read_endpoint(View endpoint, const ProxyInput& input) {
  const View conditions = endpoint["conditions"];
  Endpoint out;
  out.ready = conditions["ready"].as_bool(true);
  out.serving = conditions["serving"].as_bool(out.ready);
  out.terminating = conditions["terminating"].as_bool(false);
  out.local = endpoint["nodeName"].as_string(input.node_name) == input.node_name;
  out.target.ip = endpoint["addresses"].at(0).str();
  if (out.ready && input.leaving.contains(endpoint["targetRef"]["uid"].str())) {
    out.ready = false;
    out.terminating = true;
  }
  return out;
}

/// The endpoints behind one port of a Service, from all its slices.
std::vector<Endpoint> endpoints_of(const std::vector<View>& slices, View port, const ProxyInput& input) {
  std::vector<Endpoint> out;
  for (const View slice : slices) {
    if (slice["addressType"].as_string() != "IPv4") continue;
    for (const View slice_port : slice["ports"].items()) {
      if (slice_port["name"].as_string() != port["name"].as_string() ||
          slice_port["protocol"].as_string("TCP") != port["protocol"].as_string("TCP"))
        continue;
      for (const View item : slice["endpoints"].items()) {
        Endpoint endpoint = read_endpoint(item, input);
        endpoint.target.port = static_cast<uint16_t>(slice_port["port"].as_int());
        if (is_ipv4(endpoint.target.ip) && endpoint.target.port != 0) out.push_back(std::move(endpoint));
      }
    }
  }
  return out;
}

std::vector<Target> choose(const std::vector<Endpoint>& endpoints, bool local_only) {
  std::vector<Target> ready, ending;
  for (const Endpoint& endpoint : endpoints) {
    if (local_only && !endpoint.local) continue;
    if (endpoint.ready)
      ready.push_back(endpoint.target);
    else if (endpoint.serving && endpoint.terminating)
      ending.push_back(endpoint.target);
  }
  std::vector<Target>& chosen = ready.empty() ? ending : ready;
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

std::vector<std::string> cluster_ips_of(View spec) {
  std::vector<std::string> out;
  for (const View ip : spec["clusterIPs"].items())
    if (is_ipv4(ip.as_string())) out.push_back(ip.str());
  if (out.empty() && is_ipv4(spec["clusterIP"].as_string())) out.push_back(spec["clusterIP"].str());
  return out;
}

/// Addresses at which the world reaches a Service, and whether `localhost` is one.
void read_external(View service, ServicePort& out) {
  for (const View ip : service["spec"]["externalIPs"].items())
    if (is_ipv4(ip.as_string())) out.external.push_back(ip.str());
  if (service["spec"]["type"].as_string() != "LoadBalancer") return;
  for (const View ingress : service["status"]["loadBalancer"]["ingress"].items()) {
    if (ingress["hostname"].as_string() == "localhost") out.on_node = true;
    if (is_ipv4(ingress["ip"].as_string()) && ingress["ipMode"].as_string("VIP") == "VIP")
      out.external.push_back(ingress["ip"].str());
  }
  for (const View range : service["spec"]["loadBalancerSourceRanges"].items())
    if (is_ipv4(range.as_string())) out.source_ranges.push_back(range.str());
}

ServicePort read_port(View service, View port, const std::vector<View>& slices, const ProxyInput& input) {
  const View spec = service["spec"];
  ServicePort out;
  out.protocol = lower(port["protocol"].as_string("TCP"));
  out.port = static_cast<uint16_t>(port["port"].as_int());
  out.id = fmt::format("{}/{}/{}/{}", service["metadata"]["namespace"].as_string(),
                       service["metadata"]["name"].as_string(), out.protocol, out.port);
  out.addresses = cluster_ips_of(spec);
  out.node_port = static_cast<uint16_t>(port["nodePort"].as_int());
  read_external(service, out);
  const auto endpoints = endpoints_of(slices, port, input);
  out.targets = choose(endpoints, spec["internalTrafficPolicy"].as_string() == "Local");
  out.external_targets = choose(endpoints, spec["externalTrafficPolicy"].as_string() == "Local");
  if (spec["sessionAffinity"].as_string() == "ClientIP")
    out.affinity_seconds = static_cast<int>(spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].as_int(10800));
  return out;
}

void read_host_ports(View pod, std::vector<HostPort>& out) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  const std::string ip = pod["status"]["podIP"].str();
  if (!is_ipv4(ip) || phase == "Succeeded" || phase == "Failed" || pod["spec"]["hostNetwork"].as_bool()) return;
  for (const View container : pod["spec"]["containers"].items())
    for (const View port : container["ports"].items()) {
      if (port["hostPort"].as_int() == 0) continue;
      std::string host_ip = port["hostIP"].str();
      if (host_ip == "0.0.0.0" || !is_ipv4(host_ip)) host_ip.clear();
      out.push_back({lower(port["protocol"].as_string("TCP")),
                     host_ip,
                     static_cast<uint16_t>(port["hostPort"].as_int()),
                     {ip, static_cast<uint16_t>(port["containerPort"].as_int())}});
    }
}

}  // namespace

ProxyState read_services(const ProxyInput& input) {
  std::map<std::string, std::vector<View>> slices;
  for (const Document& slice : input.slices) slices[service_of(slice.root())].push_back(slice.root());
  ProxyState out;
  static const std::vector<View> kNone;
  for (const Document& document : input.services) {
    const View service = document.root();
    const std::vector<std::string> ips = cluster_ips_of(service["spec"]);
    if (ips.empty() || service["spec"]["type"].as_string() == "ExternalName") continue;
    out.cluster_ips.insert(out.cluster_ips.end(), ips.begin(), ips.end());
    const auto found = slices.find(service["metadata"]["namespace"].str() + "/" + service["metadata"]["name"].str());
    for (const View port : service["spec"]["ports"].items())
      out.ports.push_back(read_port(service, port, found == slices.end() ? kNone : found->second, input));
  }
  for (const Document& pod : input.pods) read_host_ports(pod.root(), out.host_ports);
  std::sort(out.cluster_ips.begin(), out.cluster_ips.end());
  out.cluster_ips.erase(std::unique(out.cluster_ips.begin(), out.cluster_ips.end()), out.cluster_ips.end());
  return out;
}

}  // namespace proa::net
