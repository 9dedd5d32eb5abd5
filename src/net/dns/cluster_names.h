// What the cluster's names mean: Services, headless pods, pod addresses, and back from an address. Pure.
// Source: the Kubernetes DNS-Based Service Discovery specification 1.1.0.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/dns/message.h"
#include "object/document.h"

namespace proa::net {

class ClusterNames {
 public:
  /// `domain`: "cluster.local".
  ClusterNames(std::string domain, const std::vector<object::Document>& services,
               const std::vector<object::Document>& slices);

  /// Nothing: the name is not of the cluster, ask upstream.
  std::optional<DnsAnswer> resolve(const DnsQuestion& question) const;

 private:
  struct Port {
    std::string name, protocol;  // "http", "tcp"
    uint16_t port = 0;
  };
  struct Endpoint {
    std::string hostname, ip;  // hostname: the pod's, or its address with dashes
    std::vector<Port> ports;
  };
  struct Service {
    std::vector<std::string> ips;  // none: headless
    std::string external_name;
    std::vector<Port> ports;
    std::vector<Endpoint> endpoints;  // of a headless one
    bool publish_not_ready = false;
  };
  void add_service(object::View service);
  void add_slice(object::View slice);
  DnsAnswer resolve_service(const DnsQuestion& question, const std::vector<std::string_view>& labels) const;
  DnsAnswer resolve_pod(const DnsQuestion& question, const std::vector<std::string_view>& labels) const;
  std::optional<DnsAnswer> resolve_address(const DnsQuestion& question) const;
  DnsAnswer no_name() const;
  DnsAnswer no_data() const;
  DnsAnswer addresses(const DnsQuestion& question, const std::vector<std::string>& ips) const;
  DnsAnswer srv(const DnsQuestion& question, const Service& service, const std::string& full_name,
                std::string_view port, std::string_view protocol) const;
  DnsRecord soa() const;

  const std::string domain_;
  std::map<std::string, Service, std::less<>> services_;  // "web.default"
  std::set<std::string, std::less<>> namespaces_;
  std::map<std::string, std::string, std::less<>> names_of_addresses_;  // "10.96.0.1" -> full name
};

}  // namespace proa::net
