// Service, Endpoints, EndpointSlice.
#include "cli/kubectl/describe/describe.h"
#include "cli/kubectl/printers/table.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

std::string joined(View list) {
  std::vector<std::string> parts;
  for (View item : list.items()) parts.push_back(item.str());
  return parts.empty() ? "<none>" : join(parts, ",");
}

std::string host_port(std::string_view host, int64_t port) {
  const bool v6 = host.find(':') != std::string_view::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

bool is_ready(View endpoint) { return endpoint["conditions"]["ready"].as_bool(true); }

std::string ingress_text(View ingress) {
  std::vector<std::string> parts;
  for (View one : ingress.items()) {
    const auto ip = one["ip"].as_string(), mode = one["ipMode"].as_string();
    parts.push_back(ip.empty() ? one["hostname"].str()
                               : std::string(ip) + (mode.empty() ? "" : fmt::format(" ({})", mode)));
  }
  return join(parts, ", ");
}

void addresses(DescribeWriter& w, View service) {
  const View spec = service["spec"];
  if (spec["ipFamilyPolicy"].exists()) w.print(0, "IP Family Policy:\t{}\n", spec["ipFamilyPolicy"].as_string());
  w.print(0, "IP Families:\t{}\n", joined(spec["ipFamilies"]));
  w.print(0, "IP:\t{}\n", spec["clusterIP"].as_string());
  w.print(0, "IPs:\t{}\n", joined(spec["clusterIPs"]));
  if (!spec["externalIPs"].empty()) w.print(0, "External IPs:\t{}\n", joined(spec["externalIPs"]));
  if (const auto ip = spec["loadBalancerIP"].as_string(); !ip.empty()) w.print(0, "Desired LoadBalancer IP:\t{}\n", ip);
  if (const auto name = spec["externalName"].as_string(); !name.empty()) w.print(0, "External Name:\t{}\n", name);
  const View ingress = service["status"]["loadBalancer"]["ingress"];
  if (!ingress.empty()) w.print(0, "LoadBalancer Ingress:\t{}\n", ingress_text(ingress));
}

void ports(DescribeWriter& w, View service, View slices) {
  for (View port : service["spec"]["ports"].items()) {
    const auto name = port["name"].as_string().empty() ? "<unset>" : port["name"].as_string();
    const auto protocol = port["protocol"].as_string("TCP");
    w.print(0, "Port:\t{}\t{}/{}\n", name, port["port"].as_int(), protocol);
    w.print(0, "TargetPort:\t{}/{}\n", int_or_string(port["targetPort"]), protocol);
    if (port["nodePort"].as_int() != 0) w.print(0, "NodePort:\t{}\t{}/{}\n", name, port["nodePort"].as_int(), protocol);
    w.print(0, "Endpoints:\t{}\n", endpoints_text(slices, port["name"].as_string()));
  }
}

void policies(DescribeWriter& w, View spec) {
  w.print(0, "Session Affinity:\t{}\n", spec["sessionAffinity"].as_string());
  if (const auto policy = spec["externalTrafficPolicy"].as_string(); !policy.empty())
    w.print(0, "External Traffic Policy:\t{}\n", policy);
  if (const View policy = spec["internalTrafficPolicy"]; policy.exists())
    w.print(0, "Internal Traffic Policy:\t{}\n", policy.as_string());
  if (spec["healthCheckNodePort"].as_int() != 0)
    w.print(0, "HealthCheck NodePort:\t{}\n", spec["healthCheckNodePort"].as_int());
  if (!spec["loadBalancerSourceRanges"].empty())
    w.print(0, "LoadBalancer Source Ranges:\t{}\n", joined(spec["loadBalancerSourceRanges"]));
}

void begin(DescribeWriter& w, View object) {
  w.print(0, "Name:\t{}\n", object::name_of(object));
  w.print(0, "Namespace:\t{}\n", object::namespace_of(object));
  describe_labels(w, "Labels", object::labels_of(object));
  describe_annotations(w, "Annotations", object::annotations_of(object));
}

std::string addresses_text(View list) {
  std::vector<std::string> parts;
  for (View address : list.items()) parts.push_back(address["ip"].str());
  return parts.empty() ? "<none>" : join(parts, ",");
}

}  // namespace

std::string endpoints_text(View slices, std::string_view port_name) {
  if (slices.empty()) return "<none>";
  constexpr size_t kShown = 3;
  std::vector<std::string> shown;
  size_t count = 0;
  for (View slice : slices.items()) {
    std::vector<View> ports;
    for (View port : slice["ports"].items())
      if (port["name"].as_string() == port_name) ports.push_back(port);
    if (slice["ports"].empty()) ports.emplace_back();
    for (View port : ports)
      for (View endpoint : slice["endpoints"].items()) {
        if (!is_ready(endpoint)) continue;
        const auto address = endpoint["addresses"].at(0).as_string();
        if (++count <= kShown)
          shown.push_back(port.exists() ? host_port(address, port["port"].as_int()) : std::string(address));
      }
  }
  const std::string list = join(shown, ",");
  return count > kShown ? fmt::format("{} + {} more...", list, count - kShown) : list;
}

void describe_service(DescribeWriter& w, const DescribeContext& c) {
  const View service = c.info.object, spec = service["spec"];
  const Value slices = items_of(c.session, "endpointslices.discovery.k8s.io", c.info.name_space,
                                {{"labelSelector", "kubernetes.io/service-name=" + c.info.name}});
  begin(w, service);
  w.print(0, "Selector:\t{}\n", labels_text(spec["selector"]));
  w.print(0, "Type:\t{}\n", spec["type"].as_string());
  addresses(w, service);
  ports(w, service, slices);
  policies(w, spec);
  describe_own_events(w, c);
}

void describe_endpoints(DescribeWriter& w, const DescribeContext& c) {
  const View endpoints = c.info.object;
  begin(w, endpoints);
  w.write(0, "Subsets:\n");
  for (View subset : endpoints["subsets"].items()) {
    w.print(1, "Addresses:\t{}\n", addresses_text(subset["addresses"]));
    w.print(1, "NotReadyAddresses:\t{}\n", addresses_text(subset["notReadyAddresses"]));
    if (!subset["ports"].empty()) {
      w.write(1, "Ports:\n");
      w.write(2, "Name\tPort\tProtocol\n");
      w.write(2, "----\t----\t--------\n");
      for (View port : subset["ports"].items())
        w.print(2, "{}\t{}\t{}\n", port["name"].as_string().empty() ? "<unset>" : port["name"].as_string(),
                port["port"].as_int(), port["protocol"].as_string());
    }
    w.write(0, "\n");
  }
  describe_own_events(w, c);
}

namespace {

void slice_endpoint(DescribeWriter& w, View endpoint) {
  w.print(1, "- Addresses:\t{}\n",
          endpoint["addresses"].empty() ? "<none>" : replaced(joined(endpoint["addresses"]), ",", ", "));
  w.write(2, "Conditions:\n");
  for (const auto& [title, name] :
       {std::pair{"Ready", "ready"}, {"Serving", "serving"}, {"Terminating", "terminating"}}) {
    const View value = endpoint["conditions"][std::string_view(name)];
    if (value.exists() || std::string_view(name) == "ready")
      w.print(3, "{}:\t{}\n", title, value.exists() ? (value.as_bool() ? "true" : "false") : "<unset>");
  }
  w.print(2, "Hostname:\t{}\n", endpoint["hostname"].exists() ? endpoint["hostname"].as_string() : "<unset>");
  if (const View target = endpoint["targetRef"]; target.exists())
    w.print(2, "TargetRef:\t{}/{}\n", target["kind"].as_string(), target["name"].as_string());
  w.print(2, "NodeName:\t{}\n", endpoint["nodeName"].exists() ? endpoint["nodeName"].as_string() : "<unset>");
  w.print(2, "Zone:\t{}\n", endpoint["zone"].exists() ? endpoint["zone"].as_string() : "<unset>");
  if (!endpoint["deprecatedTopology"].empty())
    describe_labels_indented(w, "    ", "Topology", "\t", endpoint["deprecatedTopology"]);
}

}  // namespace

void describe_endpoint_slice(DescribeWriter& w, const DescribeContext& c) {
  const View slice = c.info.object;
  begin(w, slice);
  w.print(0, "AddressType:\t{}\n", slice["addressType"].as_string());
  if (slice["ports"].empty()) {
    w.write(0, "Ports: <unset>\n");
  } else {
    w.write(0, "Ports:\n");
    w.write(1, "Name\tPort\tProtocol\n");
    w.write(1, "----\t----\t--------\n");
    for (View port : slice["ports"].items()) {
      const auto name = port["name"].as_string();
      w.print(1, "{}\t{}\t{}\n", name.empty() ? "<unset>" : name,
              port["port"].exists() ? std::to_string(port["port"].as_int()) : "<unset>", port["protocol"].as_string());
    }
  }
  if (slice["endpoints"].empty())
    w.write(0, "Endpoints: <none>\n");
  else
    w.write(0, "Endpoints:\n");
  for (View endpoint : slice["endpoints"].items()) slice_endpoint(w, endpoint);
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl
