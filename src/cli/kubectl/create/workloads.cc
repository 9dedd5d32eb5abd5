// kubectl create deployment, service.
#include <charconv>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "runtime/random.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// `registry/a/web:1` -> `web`; what no container may be called gets a suffix.
std::string container_name(const std::string& image) {
  std::string name = image.substr(image.rfind('/') + 1);
  name = name.substr(0, name.find(':'));
  name = name.substr(0, name.find('@'));
  if (name.find_first_of("_.") == std::string::npos) return name;
  return replaced(replaced(name, "_", "-"), ".", "-") + "-" + runtime::make_name_suffix(runtime::system_random());
}

Value containers_of(const std::vector<std::string>& images, const std::vector<std::string>& command, int64_t port) {
  Value containers = Value::array();
  for (const auto& image : images) {
    Value container = Value::object({{"name", container_name(image)}, {"image", image}});
    if (!command.empty()) container["command"] = words(command);
    if (port >= 0 && containers.items().empty())
      container["ports"] = Value::array({Value::object({{"containerPort", port}})});
    container["resources"] = Value::object();
    containers.push_back(std::move(container));
  }
  return containers;
}

Try<Value> port_of(const std::string& text) {
  const auto parts = split(text, ":");
  const auto number = [](const std::string& word) -> std::optional<int64_t> {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return value;
  };
  const auto port = number(parts[0]);
  if (!port) return fail(fmt::format("strconv.ParseUint: parsing {}: invalid syntax", object::go_quoted(parts[0])));
  if (*port < 0 || *port > 65535)
    return fail(fmt::format("strconv.ParseUint: parsing {}: value out of range", object::go_quoted(parts[0])));
  Value target = *port;
  if (parts.size() > 1) {
    const auto given = number(parts[1]);
    if (given && (*given < 1 || *given > 65535)) return fail("must be between 1 and 65535, inclusive");
    target = given ? Value(*given) : Value(parts[1]);
  }
  return Value::object(
      {{"name", replaced(text, ":", "-")}, {"protocol", "TCP"}, {"port", *port}, {"targetPort", std::move(target)}});
}

Try<void> create_service(Session& session, const std::string& type) {
  CreateOptions o;
  std::vector<std::string> tcp;
  std::string cluster_ip, external_name;
  int64_t node_port = 0;
  FlagSet flags = session.flags();
  flags.list("tcp", 0, &tcp);
  if (type == "ClusterIP") flags.text("clusterip", 0, &cluster_ip);
  if (type == "NodePort") flags.integer("node-port", 0, &node_port);
  if (type == "ExternalName") flags.text("external-name", 0, &external_name);
  if (type == "ExternalName") o.required = {"external-name"};
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (tcp.empty() && cluster_ip != "None" && type != "ExternalName")
    return fail("at least one tcp port specifier must be provided");
  Value service = new_object(session, o, "v1", "Service", Value::object({{"app", o.name}}));
  Value& spec = service["spec"] = Value::object();
  Value ports = Value::array();
  for (const auto& text : tcp) {
    auto port = port_of(text);
    if (!port) return Failed(port.error());
    if (node_port != 0) (*port)["nodePort"] = node_port;
    ports.push_back(std::move(*port));
  }
  if (!ports.items().empty()) spec["ports"] = std::move(ports);
  spec["selector"] = Value::object({{"app", o.name}});
  if (!cluster_ip.empty()) spec["clusterIP"] = cluster_ip;
  spec["type"] = type;
  if (!external_name.empty()) spec["externalName"] = external_name;
  service["status"] = Value::object({{"loadBalancer", Value::object()}});
  return finish_create(session, o, std::move(service), fmt::format("{} service:", type));
}

}  // namespace

Try<void> create_service_clusterip(Session& session) { return create_service(session, "ClusterIP"); }
Try<void> create_service_nodeport(Session& session) { return create_service(session, "NodePort"); }
Try<void> create_service_loadbalancer(Session& session) { return create_service(session, "LoadBalancer"); }
Try<void> create_service_externalname(Session& session) { return create_service(session, "ExternalName"); }

Try<void> create_deployment(Session& session) {
  CreateOptions o;
  std::vector<std::string> images;
  int64_t port = -1, replicas = 1;
  FlagSet flags = session.flags();
  flags.list("image", 0, &images);
  flags.integer("port", 0, &port, 32);
  flags.integer("replicas", 'r', &replicas, 32);
  o.required = {"image"};
  if (auto ok = begin_create(session, o, flags, true); !ok) return ok;
  if (images.size() > 1 && !o.command.empty()) return fail("cannot specify multiple --image options and command");
  const Value labels = Value::object({{"app", o.name}});
  Value deployment = new_object(session, o, "apps/v1", "Deployment", labels);
  deployment["spec"] = Value::object(
      {{"replicas", replicas},
       {"selector", Value::object({{"matchLabels", labels}})},
       {"template", Value::object({{"metadata", template_metadata(labels)},
                                   {"spec", Value::object({{"containers", containers_of(images, o.command, port)}})}})},
       {"strategy", Value::object()}});
  deployment["status"] = Value::object();
  return finish_create(session, o, std::move(deployment), "deployment:");
}

}  // namespace proa::cli::kubectl
