#include "main/api_endpoints.h"

#include <fmt/format.h>

#include "base/log.h"

namespace proa {
namespace {

using object::Value;

Value endpoints(const std::string& address, int port) {
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "Endpoints"},
       {"metadata", Value::object({{"name", "kubernetes"},
                                   {"namespace", "default"},
                                   {"labels", Value::object({{"endpointslice.kubernetes.io/skip-mirror", "true"}})}})},
       {"subsets",
        Value::array({Value::object(
            {{"addresses", Value::array({Value::object({{"ip", address}})})},
             {"ports", Value::array({Value::object({{"name", "https"}, {"port", port}, {"protocol", "TCP"}})})}})})}});
}

Value endpoint_slice(const std::string& address, int port) {
  return Value::object(
      {{"apiVersion", "discovery.k8s.io/v1"},
       {"kind", "EndpointSlice"},
       {"metadata", Value::object({{"name", "kubernetes"},
                                   {"namespace", "default"},
                                   {"labels", Value::object({{"kubernetes.io/service-name", "kubernetes"}})}})},
       {"addressType", "IPv4"},
       {"endpoints", Value::array({Value::object(
                         {{"addresses", Value::array({address})}, {"conditions", Value::object({{"ready", true}})}})})},
       {"ports", Value::array({Value::object({{"name", "https"}, {"port", port}, {"protocol", "TCP"}})})}});
}

void put(client::Client& client, const client::Resource& resource, Value object) {
  client.create(
      resource, "default", "", object, "", [&client, resource, object](Result<object::Document> created) mutable {
        if (created || !created.error().is("AlreadyExists")) return;
        client.update(resource, "default", "kubernetes", std::move(object), "", [](Result<object::Document> updated) {
          if (!updated) base::log_warn("main", "kubernetes endpoint: " + updated.error().message);
        });
      });
}

}  // namespace

void publish_api_endpoint(client::Client& client, const std::string& address, int port) {
  put(client, client::resources::kEndpoints, endpoints(address, port));
  put(client, client::resources::kEndpointSlices, endpoint_slice(address, port));
}

}  // namespace proa
