// kubectl expose: a Service for what another object selects.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string protocol, port, type, load_balancer_ip, selector, labels, target_port, external_ip, name, affinity,
      cluster_ip;
  bool save_config = false;
};

void add_flags(Options& o, FlagSet& flags) {
  o.print.typed = true;
  o.write.add_to(flags, o.print, "kubectl-expose");
  o.files.add_to(flags);
  flags.text("protocol", 0, &o.protocol);
  flags.text("port", 0, &o.port);
  flags.text("type", 0, &o.type);
  flags.text("load-balancer-ip", 0, &o.load_balancer_ip);
  flags.text("selector", 0, &o.selector);
  flags.text("labels", 'l', &o.labels);
  flags.text("target-port", 0, &o.target_port);
  flags.text("external-ip", 0, &o.external_ip);
  flags.text("name", 0, &o.name);
  flags.text("session-affinity", 0, &o.affinity);
  flags.text("cluster-ip", 0, &o.cluster_ip);
  flags.boolean("save-config", 0, &o.save_config);
  flags.ignored("overrides");
}

bool is_workload(const Mapping& m) { return m.kind == "Deployment" || m.kind == "ReplicaSet"; }

Try<void> can_be_exposed(const Mapping& m) {
  const bool can = is_workload(m) || m.kind == "ReplicationController" || m.kind == "Service" || m.kind == "Pod";
  if (can) return {};
  return fail(fmt::format("cannot expose a {}", m.group.empty() ? m.kind : m.kind + "." + m.group));
}

View containers_of(const Info& info) {
  const View spec = View(info.object)["spec"];
  return info.mapping.kind == "Pod" ? spec["containers"] : spec["template"]["spec"]["containers"];
}

Try<Value> selector_of(const Options& o, const Info& info) {
  Value out = Value::object();
  if (!o.selector.empty()) {
    for (const auto& part : split(o.selector, ",")) {
      const size_t equals = part.find('=');
      if (equals == std::string::npos) return fail("unexpected label spec: " + part);
      out.set(part.substr(0, equals), part.substr(equals + 1));
    }
    return out;
  }
  const View object = info.object;
  const std::string prefix = "couldn't retrieve selectors via --selector flag or introspection: ";
  View map;
  if (info.mapping.kind == "Pod") {
    map = object::labels_of(object);
    if (map.empty()) return fail(prefix + "the pod has no labels and cannot be exposed");
  } else if (is_workload(info.mapping)) {
    const View selector = object["spec"]["selector"];
    if (!selector["matchExpressions"].empty())
      return fail(prefix + "couldn't convert expressions - \"matchExpressions\" to map-based selector format");
    map = selector["matchLabels"];
  } else {
    map = object["spec"]["selector"];
    if (map.empty()) return fail(prefix + "the service has no pod selector set");
  }
  return map.to_value();
}

struct Port {
  std::string number, protocol;
};

std::vector<Port> ports_of(const Info& info) {
  std::vector<Port> out;
  if (info.mapping.kind == "Service") {
    for (View port : View(info.object)["spec"]["ports"].items())
      out.push_back({std::to_string(port["port"].as_int()), port["protocol"].str()});
    return out;
  }
  for (View container : containers_of(info).items())
    for (View port : container["ports"].items())
      out.push_back({std::to_string(port["containerPort"].as_int()), port["protocol"].str()});
  return out;
}

Try<Value> ports_value(const Options& o, const Info& info) {
  std::vector<Port> ports = ports_of(info);
  if (!o.port.empty()) {
    std::vector<Port> asked;
    for (const auto& number : split(o.port, ",")) {
      Port one{number, ""};
      for (const auto& known : ports)
        if (known.number == number) one.protocol = known.protocol;
      asked.push_back(one);
    }
    ports = asked;
  }
  if (ports.empty() && o.cluster_ip != "None") return fail("couldn't find port via --port flag or introspection");
  Value out = Value::array();
  for (size_t i = 0; i < ports.size(); ++i) {
    auto number = parse_go_int(ports[i].number, 64);
    if (!number)
      return fail(fmt::format("strconv.Atoi: parsing {}: invalid syntax", object::go_quoted(ports[i].number)));
    Value port = Value::object();
    if (ports.size() > 1) port["name"] = fmt::format("port-{}", i + 1);
    port["protocol"] = !o.protocol.empty() ? o.protocol : ports[i].protocol.empty() ? "TCP" : ports[i].protocol;
    port["port"] = *number;
    const auto target = parse_go_int(o.target_port, 64);
    port["targetPort"] = o.target_port.empty() ? Value(*number) : target ? Value(*target) : Value(o.target_port);
    out.push_back(std::move(port));
  }
  return out;
}

Try<Value> service_of(Session& session, const Options& o, const Info& info) {
  auto selector = selector_of(o, info);
  if (!selector) return selector;
  auto ports = ports_value(o, info);
  if (!ports) return ports;
  Value metadata = Value::object({{"name", o.name.empty() ? info.name.substr(0, 63) : o.name}});
  if (o.write.client_only() && session.namespace_given()) metadata["namespace"] = session.name_space();
  metadata["creationTimestamp"] = nullptr;
  if (!o.labels.empty()) {
    auto labels = parse_pairs(split(o.labels, ","), "labels", false);
    if (!labels) return Failed(labels.error());
    for (const auto& [name, value] : labels->set) metadata["labels"].set(name, value);
  } else if (!object::labels_of(info.object).empty()) {
    metadata["labels"] = object::labels_of(info.object).to_value();
  }
  Value spec = Value::object();
  if (!ports->items().empty()) spec["ports"] = std::move(*ports);
  spec["selector"] = std::move(*selector);
  if (!o.cluster_ip.empty()) spec["clusterIP"] = o.cluster_ip;
  if (!o.type.empty()) spec["type"] = o.type;
  if (!o.external_ip.empty()) spec["externalIPs"] = Value::array({o.external_ip});
  if (!o.affinity.empty()) spec["sessionAffinity"] = o.affinity;
  if (o.type == "LoadBalancer" && !o.load_balancer_ip.empty()) spec["loadBalancerIP"] = o.load_balancer_ip;
  return Value::object({{"kind", "Service"},
                        {"apiVersion", "v1"},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)},
                        {"status", Value::object({{"loadBalancer", Value::object()}})}});
}

}  // namespace

Try<void> expose(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  Request request;
  request.args = *args;
  request.files = o.files;
  request.type_means_all = false;
  request.latest = true;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  auto services = session.mapper().of_kind("v1", "Service");
  if (!services) return Failed(services.error());
  ResultPrinter printer(o.print, o.write.dry_run);
  const std::string cause = o.write.record ? Session::change_cause(flags, {"expose"}, *args) : "";
  for (const Info& info : found->infos) {
    auto allowed = can_be_exposed(info.mapping);
    auto service = allowed ? service_of(session, o, info) : Try<Value>(Failed(allowed.error()));
    if (service && !cause.empty()) record_cause(*service, cause);
    if (service && !o.write.client_only()) {
      WriteFlags write = o.write;
      write.validate.clear();
      service = create_object(
          session, {*services, session.name_space(), std::string(object::name_of(*service)), *service, {}}, write);
    }
    auto text = service ? printer.print(*service, "exposed") : Try<std::string>(Failed(service.error()));
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

namespace {

/// Built-in kinds say whether they can be scaled; of others the server will.
Try<void> scalable(Session& session, const Mapping& m) {
  const auto kind = session.mapper().registry().find_resource(m.group, m.version, m.plural);
  if (!kind || kind->subresource("scale") != nullptr) return {};
  return fail(
      fmt::format("cannot autoscale a {}: could not find scale subresource for {}/{}, Resource={} in discovery "
                  "information",
                  m.kind, m.group, m.version, m.plural));
}

}  // namespace

Try<void> autoscale(Session& session) {
  PrintFlags print;
  WriteFlags write;
  FileFlags files;
  std::string name;
  int64_t low = -1, high = -1, cpu = -1;
  FlagSet flags = session.flags();
  print.typed = true;
  write.add_to(flags, print, "kubectl-autoscale");
  files.add_to(flags);
  flags.text("name", 0, &name);
  flags.integer("min", 0, &low, 32);
  flags.integer("max", 0, &high, 32);
  flags.integer("cpu-percent", 0, &cpu, 32);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!flags.changed("max")) return fail("required flag(s) \"max\" not set");
  if (auto ok = write.ready(session); !ok) return ok;
  if (high < 1) return fail(fmt::format("--max=MAXPODS is required and must be at least 1, max: {}", high));
  if (high < low)
    return fail(fmt::format("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {}, min: {}", high, low));
  Request request;
  request.args = *args;
  request.files = files;
  request.type_means_all = false;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  ResultPrinter printer(print, write.dry_run);
  auto mapping = session.mapper().of_resource("horizontalpodautoscalers.v1.autoscaling");
  if (!mapping) return Failed(mapping.error());
  for (const Info& info : found->infos) {
    if (auto can = scalable(session, info.mapping); !can) return can;
    const std::string own = name.empty() ? info.name : name;
    Value spec = Value::object({{"scaleTargetRef", Value::object({{"kind", info.mapping.kind},
                                                                  {"name", info.name},
                                                                  {"apiVersion", info.mapping.api_version()}})}});
    if (low > 0) spec["minReplicas"] = low;
    spec["maxReplicas"] = high;
    if (cpu >= 0) spec["targetCPUUtilizationPercentage"] = cpu;
    Value scaler = Value::object({{"kind", "HorizontalPodAutoscaler"},
                                  {"apiVersion", "autoscaling/v1"},
                                  {"metadata", Value::object({{"name", own}, {"creationTimestamp", nullptr}})},
                                  {"spec", std::move(spec)},
                                  {"status", Value::object({{"currentReplicas", 0}, {"desiredReplicas", 0}})}});
    Try<Value> made = scaler;
    WriteFlags plain = write;
    plain.validate.clear();
    if (!write.client_only()) made = create_object(session, {*mapping, session.name_space(), own, scaler, {}}, plain);
    if (!made) return Failed(made.error());
    auto text = printer.print(*made, write.client_only() ? "created" : "autoscaled");
    if (!text) return Failed(text.error());
    session.out(*text);
  }
  return {};
}

}  // namespace proa::cli::kubectl
