#include "net/dns/cluster_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace proa::net {
namespace {

using object::Document;
using object::View;

constexpr uint32_t kTtl = 5;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t dot = text.find('.');
    out.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string dashed(std::string ip) {
  std::replace(ip.begin(), ip.end(), '.', '-');
  return ip;
}

bool is_ipv4(std::string_view ip) { return !encode_ipv4(ip).empty(); }

}  // namespace

ClusterNames::ClusterNames(std::string domain, const std::vector<Document>& services,
                           const std::vector<Document>& slices)
    : domain_(std::move(domain)) {
  for (const Document& service : services) add_service(service.root());
  for (const Document& slice : slices) add_slice(slice.root());
}

void ClusterNames::add_service(View service) {
  const View spec = service["spec"];
  const std::string ns = service["metadata"]["namespace"].str();
  const std::string key = service["metadata"]["name"].str() + "." + ns;
  namespaces_.insert(ns);
  Service& out = services_[key];
  if (spec["type"].as_string() == "ExternalName") out.external_name = lower(spec["externalName"].as_string());
  if (is_ipv4(spec["clusterIP"].as_string())) out.ips.push_back(spec["clusterIP"].str());
  out.publish_not_ready = spec["publishNotReadyAddresses"].as_bool();
  for (const View port : spec["ports"].items())
    out.ports.push_back(
        {port["name"].str(), lower(port["protocol"].as_string("TCP")), static_cast<uint16_t>(port["port"].as_int())});
  for (const std::string& ip : out.ips) names_of_addresses_[ip] = fmt::format("{}.svc.{}", key, domain_);
}

void ClusterNames::add_slice(View slice) {
  if (slice["addressType"].as_string() != "IPv4") return;
  const auto found = services_.find(slice["metadata"]["labels"]["kubernetes.io/service-name"].str() + "." +
                                    slice["metadata"]["namespace"].str());
  if (found == services_.end() || !found->second.ips.empty()) return;
  Service& service = found->second;
  std::vector<Port> ports;
  for (const View port : slice["ports"].items())
    ports.push_back(
        {port["name"].str(), lower(port["protocol"].as_string("TCP")), static_cast<uint16_t>(port["port"].as_int())});
  for (const View endpoint : slice["endpoints"].items()) {
    const std::string ip = endpoint["addresses"].at(0).str();
    if (!is_ipv4(ip) || (!endpoint["conditions"]["ready"].as_bool(true) && !service.publish_not_ready)) continue;
    const std::string hostname =
        endpoint["hostname"].as_string().empty() ? dashed(ip) : lower(endpoint["hostname"].as_string());
    names_of_addresses_[ip] = fmt::format("{}.{}.svc.{}", hostname, found->first, domain_);
    service.endpoints.push_back({hostname, ip, ports});
  }
}

DnsRecord ClusterNames::soa() const {
  std::string data = encode_name("ns.dns." + domain_) + encode_name("hostmaster." + domain_);
  for (const uint32_t number : {1U, 7200U, 1800U, 86400U, kTtl})
    for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(number >> shift);
  return {domain_, DnsType::kSoa, kTtl, data};
}

DnsAnswer ClusterNames::no_data() const { return {.authority = {soa()}}; }
DnsAnswer ClusterNames::no_name() const { return {.code = DnsCode::kNoName, .authority = {soa()}}; }

DnsAnswer ClusterNames::addresses(const DnsQuestion& question, const std::vector<std::string>& ips) const {
  if (question.type != DnsType::kA && question.type != DnsType::kAny) return no_data();
  DnsAnswer out;
  for (const std::string& ip : ips) out.answers.push_back({question.name, DnsType::kA, kTtl, encode_ipv4(ip)});
  return out;
}

DnsAnswer ClusterNames::srv(const DnsQuestion& question, const Service& service, const std::string& full_name,
                            std::string_view port, std::string_view protocol) const {
  DnsAnswer out;
  const auto add = [&](const Port& one, const std::string& target, const std::string& ip) {
    if ((port != "*" && one.name != port) || (protocol != "*" && one.protocol != protocol)) return;
    out.answers.push_back({question.name, DnsType::kSrv, kTtl, encode_srv(0, 100, one.port, target)});
    out.additional.push_back({target, DnsType::kA, kTtl, encode_ipv4(ip)});
  };
  for (const std::string& ip : service.ips)
    for (const Port& one : service.ports) add(one, full_name, ip);
  for (const Endpoint& endpoint : service.endpoints)
    for (const Port& one : endpoint.ports) add(one, endpoint.hostname + "." + full_name, endpoint.ip);
  if (out.answers.empty()) return no_name();
  return question.type == DnsType::kSrv || question.type == DnsType::kAny ? out : no_data();
}

/// `labels`: what stands before `.svc.DOMAIN`.
DnsAnswer ClusterNames::resolve_service(const DnsQuestion& question,
                                        const std::vector<std::string_view>& labels) const {
  if (labels.empty()) return no_data();
  if (labels.size() == 1) return namespaces_.contains(labels[0]) ? no_data() : no_name();
  const std::string key = fmt::format("{}.{}", labels[labels.size() - 2], labels.back());
  const auto found = services_.find(key);
  if (found == services_.end()) return no_name();
  const Service& service = found->second;
  const std::string full_name = fmt::format("{}.svc.{}", key, domain_);
  if (labels.size() == 2) {
    if (!service.external_name.empty())
      return {.answers = {{question.name, DnsType::kCname, kTtl, encode_name(service.external_name)}}};
    if (question.type == DnsType::kSrv) return srv(question, service, full_name, "*", "*");
    std::vector<std::string> ips = service.ips;
    for (const Endpoint& endpoint : service.endpoints) ips.push_back(endpoint.ip);
    // A headless Service whose pods are not ready has no name, as CoreDNS has it.
    return ips.empty() ? no_name() : addresses(question, ips);
  }
  if (labels.size() == 4 && labels[0].starts_with('_') && labels[1].starts_with('_'))
    return srv(question, service, full_name, labels[0].substr(1), labels[1].substr(1));
  if (labels.size() != 3) return no_name();
  std::vector<std::string> ips;
  for (const Endpoint& endpoint : service.endpoints)
    if (endpoint.hostname == labels[0]) ips.push_back(endpoint.ip);
  return ips.empty() ? no_name() : addresses(question, ips);
}

/// `10-244-0-2.NAMESPACE.pod.DOMAIN`.
DnsAnswer ClusterNames::resolve_pod(const DnsQuestion& question, const std::vector<std::string_view>& labels) const {
  if (labels.size() < 2) return no_data();
  std::string ip(labels[0]);
  std::replace(ip.begin(), ip.end(), '-', '.');
  if (labels.size() != 2 || !is_ipv4(ip)) return no_name();
  return addresses(question, {ip});
}

std::optional<DnsAnswer> ClusterNames::resolve_address(const DnsQuestion& question) const {
  const auto labels = split(question.name);
  if (labels.size() != 6) return std::nullopt;
  const std::string ip = fmt::format("{}.{}.{}.{}", labels[3], labels[2], labels[1], labels[0]);
  const auto found = names_of_addresses_.find(ip);
  if (found == names_of_addresses_.end()) return std::nullopt;
  if (question.type != DnsType::kPtr && question.type != DnsType::kAny) return no_data();
  return DnsAnswer{.answers = {{question.name, DnsType::kPtr, kTtl, encode_name(found->second)}}};
}

std::optional<DnsAnswer> ClusterNames::resolve(const DnsQuestion& question) const {
  const std::string_view name = question.name;
  if (name.ends_with(".in-addr.arpa")) return resolve_address(question);
  if (name == domain_) return question.type == DnsType::kSoa ? DnsAnswer{.answers = {soa()}} : no_data();
  if (!name.ends_with("." + domain_)) return std::nullopt;
  auto labels = split(name.substr(0, name.size() - domain_.size() - 1));
  const std::string_view kind = labels.back();
  labels.pop_back();
  if (kind == "svc") return resolve_service(question, labels);
  if (kind == "pod") return resolve_pod(question, labels);
  return no_name();
}

}  // namespace proa::net
