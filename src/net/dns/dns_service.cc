#include "net/dns/dns_service.h"

#include <memory>

namespace proa::net {
namespace {

using object::Document;
using object::Value;

constexpr const char* kNamespace = "kube-system";
constexpr const char* kName = "kube-dns";
constexpr const char* kSliceName = "kube-dns-proa";

Value port(const char* name, const char* protocol, bool with_target) {
  Value out = Value::object({{"name", name}, {"port", 53}, {"protocol", protocol}});
  if (with_target) out["targetPort"] = 53;
  return out;
}

/// Without a selector: its endpoints are no pods.
Value service_object(const std::string& cluster_ip) {
  Value out = Value::object({{"apiVersion", "v1"}, {"kind", "Service"}});
  out["metadata"] = Value::object({{"name", kName}, {"namespace", kNamespace}});
  out["metadata"]["labels"] = Value::object(
      {{"k8s-app", "kube-dns"}, {"kubernetes.io/cluster-service", "true"}, {"kubernetes.io/name", "CoreDNS"}});
  out["spec"] = Value::object({{"clusterIP", cluster_ip},
                               {"clusterIPs", Value::array({cluster_ip})},
                               {"type", "ClusterIP"},
                               {"ports", Value::array({port("dns", "UDP", true), port("dns-tcp", "TCP", true)})}});
  return out;
}

Value slice_object(const std::string& server_ip) {
  Value out = Value::object({{"apiVersion", "discovery.k8s.io/v1"}, {"kind", "EndpointSlice"}});
  out["metadata"] = Value::object({{"name", kSliceName}, {"namespace", kNamespace}});
  out["metadata"]["labels"] =
      Value::object({{"kubernetes.io/service-name", kName}, {"endpointslice.kubernetes.io/managed-by", "proa"}});
  out["addressType"] = "IPv4";
  out["ports"] = Value::array({port("dns", "UDP", false), port("dns-tcp", "TCP", false)});
  out["endpoints"] = Value::array(
      {Value::object({{"addresses", Value::array({server_ip})},
                      {"conditions", Value::object({{"ready", true}, {"serving", true}, {"terminating", false}})}})});
  return out;
}

using Finish = std::function<void(const Result<void>&)>;

void put_slice(client::Client& client, const std::string& server_ip, const Finish& done) {
  client.create(client::resources::kEndpointSlices, kNamespace, kSliceName, slice_object(server_ip), "",
                [&client, server_ip, done](Result<Document> made) {
                  if (made) return done({});
                  if (!made.error().is("AlreadyExists")) return done(Error(made.error()));
                  client.update(client::resources::kEndpointSlices, kNamespace, kSliceName, slice_object(server_ip), "",
                                [done](Result<Document> updated) {
                                  if (!updated) return done(Error(updated.error()));
                                  done({});
                                });
                });
}

}  // namespace

// Asked for first: making it again would be refused for its address, which is taken, and not as something that exists.
void ensure_dns_service(client::Client& client, const std::string& cluster_ip, const std::string& server_ip,
                        Finish done) {
  client.get(client::resources::kServices, kNamespace, kName,
             [&client, cluster_ip, server_ip, done](Result<Document> found) {
               if (found) return put_slice(client, server_ip, done);
               if (!found.error().is("NotFound")) return done(Error(found.error()));
               client.create(client::resources::kServices, kNamespace, kName, service_object(cluster_ip), "",
                             [&client, server_ip, done](Result<Document> made) {
                               if (!made && !made.error().is("AlreadyExists")) return done(Error(made.error()));
                               put_slice(client, server_ip, done);
                             });
             });
}

}  // namespace proa::net
