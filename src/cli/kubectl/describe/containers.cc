// Containers: image, ports, command, state, resources, probes, environment, mounts.
#include <algorithm>

#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/printers/jsonpath.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/int_or_string.h"
#include "object/quantity.h"

namespace proa::cli::kubectl {
namespace {

using object::View;

std::string or_none(const std::string& text) { return text.empty() ? "<none>" : text; }

std::string ports_text(View ports, object::Key field) {
  std::vector<std::string> parts;
  for (View port : ports.items())
    parts.push_back(fmt::format("{}/{}", port[field].as_int(), port["protocol"].as_string("TCP")));
  return join(parts, ", ");
}

void describe_ports(DescribeWriter& w, std::string_view title, const std::string& text) {
  if (text.find(',') != std::string::npos)
    w.print(2, "{}s:\t{}\n", title, text);
  else
    w.print(2, "{}:\t{}\n", title, or_none(text));
}

void describe_seccomp(DescribeWriter& w, View profile, int level) {
  if (!profile.is_object()) return;
  w.print(level, "SeccompProfile:\t{}\n", profile["type"].as_string());
  if (profile["type"].as_string() == "Localhost")
    w.print(level + 1, "LocalhostProfile:\t{}\n", profile["localhostProfile"].as_string());
}

void describe_basics(DescribeWriter& w, View container, View status, std::string_view space) {
  w.print(1, "{}{}:\n", space.empty() ? "" : " ", container["name"].as_string());
  if (status.exists()) w.print(2, "Container ID:\t{}\n", status["containerID"].as_string());
  w.print(2, "Image:\t{}\n", container["image"].as_string());
  if (status.exists()) w.print(2, "Image ID:\t{}\n", status["imageID"].as_string());
  describe_ports(w, "Port", ports_text(container["ports"], "containerPort"));
  describe_ports(w, "Host Port", ports_text(container["ports"], "hostPort"));
  describe_seccomp(w, container["securityContext"]["seccompProfile"], 2);
}

void describe_words(DescribeWriter& w, std::string_view title, View words) {
  if (words.empty()) return;
  w.print(2, "{}:\n", title);
  for (View word : words.items())
    for (const auto& line : split(word.as_string(), "\n")) w.print(3, "{}\n", line);
}

void describe_state(DescribeWriter& w, std::string_view title, View state) {
  if (const View running = state["running"]; running.exists()) {
    w.print(2, "{}:\tRunning\n", title);
    w.print(3, "Started:\t{}\n", long_time(running["startedAt"]));
    return;
  }
  const View ended = state["terminated"];
  if (!ended.exists()) {
    w.print(2, "{}:\tWaiting\n", title);
    if (const auto reason = state["waiting"]["reason"].as_string(); !reason.empty())
      w.print(3, "Reason:\t{}\n", reason);
    return;
  }
  w.print(2, "{}:\tTerminated\n", title);
  if (const auto reason = ended["reason"].as_string(); !reason.empty()) w.print(3, "Reason:\t{}\n", reason);
  if (const auto message = ended["message"].as_string(); !message.empty()) w.print(3, "Message:\t{}\n", message);
  w.print(3, "Exit Code:\t{}\n", ended["exitCode"].as_int());
  if (ended["signal"].as_int() > 0) w.print(3, "Signal:\t{}\n", ended["signal"].as_int());
  w.print(3, "Started:\t{}\n", long_time(ended["startedAt"]));
  w.print(3, "Finished:\t{}\n", long_time(ended["finishedAt"]));
}

void describe_status(DescribeWriter& w, View status) {
  describe_state(w, "State", status["state"]);
  if (status["lastState"]["terminated"].exists()) describe_state(w, "Last State", status["lastState"]);
  w.print(2, "Ready:\t{}\n", go_title_bool(status["ready"].as_bool()));
  w.print(2, "Restart Count:\t{}\n", status["restartCount"].as_int());
}

std::string probe_text(View probe) {
  const std::string attributes =
      fmt::format("delay={}s timeout={}s period={}s #success={} #failure={}", probe["initialDelaySeconds"].as_int(),
                  probe["timeoutSeconds"].as_int(), probe["periodSeconds"].as_int(), probe["successThreshold"].as_int(),
                  probe["failureThreshold"].as_int());
  if (const View exec = probe["exec"]; exec.exists())
    return fmt::format("exec {} {}", exec["command"].is_array() ? go_print(exec["command"]) : "[]", attributes);
  if (const View get = probe["httpGet"]; get.exists()) {
    std::string path = get["path"].str();
    if (!path.empty() && path[0] != '/') path.insert(0, "/");
    return fmt::format("http-get {}://{}:{}{} {}", lower(get["scheme"].as_string("HTTP")), get["host"].as_string(),
                       int_or_string(get["port"]), path, attributes);
  }
  if (const View socket = probe["tcpSocket"]; socket.exists())
    return fmt::format("tcp-socket {}:{} {}", socket["host"].as_string(), int_or_string(socket["port"]), attributes);
  if (const View grpc = probe["grpc"]; grpc.exists())
    return fmt::format("grpc <pod>:{} {} {}", grpc["port"].as_int(), grpc["service"].as_string(), attributes);
  return "unknown " + attributes;
}

void describe_probes(DescribeWriter& w, View container) {
  if (const View probe = container["livenessProbe"]; probe.exists()) w.print(2, "Liveness:\t{}\n", probe_text(probe));
  if (const View probe = container["readinessProbe"]; probe.exists()) w.print(2, "Readiness:\t{}\n", probe_text(probe));
  if (const View probe = container["startupProbe"]; probe.exists()) w.print(2, "Startup:\t{}\n", probe_text(probe));
}

void describe_env_from(DescribeWriter& w, View sources) {
  if (sources.empty()) return;
  w.write(2, "Environment Variables from:\n");
  for (View source : sources.items()) {
    const bool map = source["configMapRef"].exists();
    const View from = map ? source["configMapRef"] : source["secretRef"];
    const char* kind = map ? "ConfigMap" : from.exists() ? "Secret" : "";
    const auto prefix = source["prefix"].as_string();
    w.print(3, "{}\t{}{}\tOptional: {}\n", from["name"].as_string(), kind,
            prefix.empty() ? "" : fmt::format(" with prefix '{}'", prefix), from["optional"].as_bool());
  }
}

/// What a fieldRef gives for a pod.
std::string field_of(View pod, std::string_view path) {
  for (const std::string_view map : {"labels", "annotations"}) {
    const std::string prefix = "metadata." + std::string(map) + "['";
    if (path.starts_with(prefix) && path.ends_with("']"))
      return pod["metadata"][map][path.substr(prefix.size(), path.size() - prefix.size() - 2)].str();
  }
  View at = pod;
  for (const auto& part : split(path, ".")) at = at[part];
  return at.str();
}

std::string resource_value(View container, View reference) {
  const std::string resource = reference["resource"].str();
  const size_t dot = resource.find('.');
  if (dot == std::string::npos) return "";
  const View amount = container["resources"][resource.substr(0, dot)][resource.substr(dot + 1)];
  const auto quantity = amount.exists() ? object::Quantity::of_view(amount) : object::Quantity();
  const View divisor_field = reference["divisor"];
  auto divisor = divisor_field.exists() ? object::Quantity::of_view(divisor_field) : object::Quantity::of(1);
  if (!quantity || !divisor) return "";
  if (divisor->is_zero()) divisor = object::Quantity::of(1);
  const bool cpu = resource.ends_with("cpu");
  const int64_t by = cpu ? divisor->milli_value() : divisor->value();
  const int64_t value = cpu ? quantity->milli_value() : quantity->value();
  const int64_t whole = by == 0 ? 0 : (value + by - 1) / by;
  const bool limit_unset = whole == 0 && (resource == "limits.cpu" || resource == "limits.memory");
  return limit_unset ? "node allocatable" : std::to_string(whole);
}

void describe_value_from(DescribeWriter& w, View container, View variable, View pod) {
  const auto name = variable["name"].as_string();
  const View from = variable["valueFrom"];
  if (const View field = from["fieldRef"]; field.exists()) {
    const auto path = field["fieldPath"].as_string();
    w.print(3, "{}:\t{} ({}:{})\n", name, pod.exists() ? field_of(pod, path) : "", field["apiVersion"].as_string("v1"),
            path);
  } else if (const View resource = from["resourceFieldRef"]; resource.exists()) {
    w.print(3, "{}:\t{} ({})\n", name, resource_value(container, resource), resource["resource"].as_string());
  } else if (const View secret = from["secretKeyRef"]; secret.exists()) {
    w.print(3, "{}:\t<set to the key '{}' in secret '{}'>\tOptional: {}\n", name, secret["key"].as_string(),
            secret["name"].as_string(), secret["optional"].as_bool());
  } else if (const View map = from["configMapKeyRef"]; map.exists()) {
    w.print(3, "{}:\t<set to the key '{}' of config map '{}'>\tOptional: {}\n", name, map["key"].as_string(),
            map["name"].as_string(), map["optional"].as_bool());
  }
}

void describe_environment(DescribeWriter& w, View container, View pod) {
  const View variables = container["env"];
  w.print(2, "Environment:{}\n", variables.empty() ? "\t<none>" : "");
  for (View variable : variables.items()) {
    if (variable["valueFrom"].is_object()) {
      describe_value_from(w, container, variable, pod);
      continue;
    }
    const auto lines = split(variable["value"].as_string(), "\n");
    w.print(3, "{}:\t{}\n", variable["name"].as_string(), lines[0]);
    for (size_t i = 1; i < lines.size(); ++i) w.print(3, "\t{}\n", lines[i]);
  }
}

void describe_mounts(DescribeWriter& w, View container) {
  std::vector<View> mounts;
  for (View mount : container["volumeMounts"].items()) mounts.push_back(mount);
  std::stable_sort(mounts.begin(), mounts.end(),
                   [](View a, View b) { return a["mountPath"].as_string() < b["mountPath"].as_string(); });
  w.print(2, "Mounts:{}\n", mounts.empty() ? "\t<none>" : "");
  for (View mount : mounts) {
    std::string flags = mount["readOnly"].as_bool() ? "ro" : "rw";
    if (const auto path = mount["subPath"].as_string(); !path.empty()) flags += ",path=" + object::go_quoted(path);
    w.print(3, "{} from {} ({})\n", mount["mountPath"].as_string(), mount["name"].as_string(), flags);
  }
  if (container["volumeDevices"].empty()) return;
  w.print(2, "Devices:{}\n", mounts.empty() ? "\t<none>" : "");
  for (View device : container["volumeDevices"].items())
    w.print(3, "{} from {}\n", device["devicePath"].as_string(), device["name"].as_string());
}

void describe_amounts(DescribeWriter& w, std::string_view title, View amounts, int level) {
  if (amounts.empty()) return;
  w.print(level, "{}:\n", title);
  for (const auto& [name, amount] : by_name(amounts)) {
    const auto quantity = object::Quantity::of_view(amount);
    w.print(level + 1, "{}:\t{}\n", name, quantity ? quantity->to_string() : amount.str());
  }
}

View status_of(View statuses, View container) {
  for (View status : statuses.items())
    if (status["name"] == container["name"]) return status;
  return {};
}

}  // namespace

void describe_resources(DescribeWriter& w, View resources, int level) {
  describe_amounts(w, "Limits", resources["limits"], level);
  describe_amounts(w, "Requests", resources["requests"], level);
}

void describe_containers(DescribeWriter& w, View containers, const ContainersPlace& place) {
  w.print(0, "{}{}:{}\n", place.space, place.label, containers.empty() ? " <none>" : "");
  for (View container : containers.items()) {
    const View status = status_of(place.statuses, container);
    describe_basics(w, container, status, place.space);
    describe_words(w, "Command", container["command"]);
    describe_words(w, "Args", container["args"]);
    if (status.exists()) describe_status(w, status);
    describe_resources(w, container["resources"], 2);
    describe_probes(w, container);
    describe_env_from(w, container["envFrom"]);
    describe_environment(w, container, place.pod);
    describe_mounts(w, container);
  }
}

}  // namespace proa::cli::kubectl
