// Ingress.
#include <set>

#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// The name of the Service's port that the backend means.
std::string_view port_name(View service, View wanted) {
  std::string_view name;
  for (const View port : service["spec"]["ports"].items()) {
    const bool by_number = wanted["number"].as_int() != 0 && wanted["number"] == port["port"];
    const bool by_name = !wanted["name"].as_string().empty() && wanted["name"] == port["name"];
    if (by_number || by_name) name = port["name"].as_string();
  }
  return name;
}

std::string service_text(const DescribeContext& c, View backend) {
  const std::string name = backend["name"].str();
  const int64_t number = backend["port"]["number"].as_int();
  const std::string text =
      fmt::format("{}:{}", name, number != 0 ? std::to_string(number) : backend["port"]["name"].str());
  auto services = c.session.mapper().of_kind("v1", "Service");
  if (!services) return fmt::format("{} (<error: {}>)", text, services.error().message());
  const auto service = c.session.api().get(services->path(c.info.name_space, name));
  if (!service) return fmt::format("{} (<error: {}>)", text, service.error().message());
  const Value slices = items_of(c.session, "endpointslices.discovery.k8s.io", c.info.name_space,
                                {{"labelSelector", "kubernetes.io/service-name=" + name}});
  return fmt::format("{} ({})", text, endpoints_text(slices, port_name(*service, backend["port"])));
}

std::string backend_text(const DescribeContext& c, View backend) {
  if (backend["service"].is_object()) return service_text(c, backend["service"]);
  const View resource = backend["resource"];
  if (!resource.is_object()) return "";
  return fmt::format("APIGroup: {}, Kind: {}, Name: {}", resource["apiGroup"].as_string("<none>"),
                     resource["kind"].as_string(), resource["name"].as_string());
}

std::string address_text(View ingress) {
  std::set<std::string> addresses;
  for (const View one : ingress["status"]["loadBalancer"]["ingress"].items()) {
    const std::string_view ip = one["ip"].as_string(), host = one["hostname"].as_string();
    if (!ip.empty() || !host.empty()) addresses.emplace(ip.empty() ? host : ip);
  }
  return join({addresses.begin(), addresses.end()}, ",");
}

void describe_tls(DescribeWriter& w, View entries) {
  if (entries.empty()) return;
  w.write(0, "TLS:\n");
  for (const View entry : entries.items()) {
    std::vector<std::string> hosts;
    for (const View host : entry["hosts"].items()) hosts.push_back(host.str());
    const std::string_view secret = entry["secretName"].as_string();
    if (secret.empty())
      w.print(1, "SNI routes {}\n", join(hosts, ","));
    else
      w.print(1, "{} terminates {}\n", secret, join(hosts, ","));
  }
}

void describe_rules(DescribeWriter& w, const DescribeContext& c, View rules, const std::string& otherwise) {
  w.write(0, "Rules:\n  Host\tPath\tBackends\n");
  w.write(1, "----\t----\t--------\n");
  bool any = false;
  for (const View rule : rules.items()) {
    if (!rule["http"].is_object()) continue;
    any = true;
    const std::string_view host = rule["host"].as_string();
    w.print(1, "{}\t\n", host.empty() ? "*" : host);
    for (const View path : rule["http"]["paths"].items())
      w.print(2, "\t{} \t{}\n", path["path"].as_string(), backend_text(c, path["backend"]));
  }
  if (!any) w.print(1, "*\t*\t{}\n", otherwise);
}

}  // namespace

void describe_ingress(DescribeWriter& w, const DescribeContext& c) {
  const View ingress = c.info.object, spec = ingress["spec"];
  w.print(0, "Name:\t{}\n", object::name_of(ingress));
  describe_labels(w, "Labels", object::labels_of(ingress));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(ingress));
  w.print(0, "Address:\t{}\n", address_text(ingress));
  w.print(0, "Ingress Class:\t{}\n", spec["ingressClassName"].as_string("<none>"));
  const View backend = spec["defaultBackend"];
  const std::string otherwise = backend.is_object() ? backend_text(c, backend) : "<default>";
  w.print(0, "Default backend:\t{}\n", otherwise);
  describe_tls(w, spec["tls"]);
  describe_rules(w, c, spec["rules"], otherwise);
  describe_annotations(w, "Annotations", object::annotations_of(ingress));
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
