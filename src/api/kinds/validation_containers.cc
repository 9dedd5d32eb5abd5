#include <set>
#include <string>

#include <fmt/format.h>

#include "api/kinds/validation.h"
#include "object/quantity.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;
using Names = std::set<std::string, std::less<>>;

void container_ports(View ports, const Path& path, ErrorList& errors) {
  Names seen;
  size_t index = 0;
  for (View port : ports.items()) {
    const Path at = path.index(index++);
    if (const auto name = port["name"].as_string(); !name.empty()) {
      const auto messages = schema::port_name_errors(name);
      for (const auto& message : messages) errors.invalid(at.child("name"), name, message);
      if (messages.empty() && !seen.emplace(name).second) errors.duplicate(at.child("name"), name);
    }
    if (port["containerPort"].as_int() == 0) {
      errors.required(at.child("containerPort"), "");
    } else {
      port_number(port["containerPort"], at.child("containerPort"), errors);
    }
    if (port["hostPort"].as_int() != 0) port_number(port["hostPort"], at.child("hostPort"), errors);
    const auto protocol = port["protocol"].as_string();
    if (protocol.empty()) {
      errors.required(at.child("protocol"), "");
    } else if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
      errors.not_supported(at.child("protocol"), protocol, {"SCTP", "TCP", "UDP"});
    }
  }
}

bool is_volume(View spec, std::string_view name) {
  for (View volume : spec["volumes"].items())
    if (volume["name"].as_string() == name) return volume_can_be_mounted(volume);
  return false;
}

/// Relative, and never up: what subPath and the paths of volume items may be.
void local_path(std::string_view text, const Path& path, ErrorList& errors) {
  if (text.starts_with('/')) errors.invalid(path, text, "must be a relative path");
  for (size_t from = 0; from <= text.size();) {
    const size_t end = std::min(text.find('/', from), text.size());
    if (text.substr(from, end - from) == "..") {
      errors.invalid(path, text, "must not contain '..'");
      break;
    }
    from = end + 1;
  }
}

void volume_mounts(View spec, View mounts, const Path& path, ErrorList& errors) {
  Names paths;
  size_t index = 0;
  for (View mount : mounts.items()) {
    const Path at = path.index(index++);
    const auto name = mount["name"].as_string();
    if (name.empty()) errors.required(at.child("name"), "");
    if (!is_volume(spec, name)) errors.not_found(at.child("name"), name);
    const auto where = mount["mountPath"].as_string();
    if (where.empty()) errors.required(at.child("mountPath"), "");
    if (!paths.emplace(where).second) errors.invalid(at.child("mountPath"), where, "must be unique");
    if (const auto sub = mount["subPath"].as_string(); !sub.empty()) local_path(sub, path.child("subPath"), errors);
    if (const auto sub = mount["subPathExpr"].as_string(); !sub.empty()) {
      if (!mount["subPath"].as_string().empty())
        errors.invalid(at.child("subPathExpr"), sub, "subPathExpr and subPath are mutually exclusive");
      local_path(sub, path.child("subPathExpr"), errors);
    }
  }
}

void pull_policy(View policy, const Path& path, ErrorList& errors) {
  const auto text = policy.as_string();
  if (text.empty()) {
    errors.required(path, "");
  } else if (text != "Always" && text != "IfNotPresent" && text != "Never") {
    errors.not_supported(path, text, {"Always", "IfNotPresent", "Never"});
  }
}

void container_common(View spec, View container, const Path& path, ErrorList& errors) {
  const auto name = container["name"].as_string();
  if (name.empty()) {
    errors.required(path.child("name"), "");
  } else {
    dns1123_label(name, path.child("name"), errors);
  }
  if (container["image"].as_string().empty()) errors.required(path.child("image"), "");
  const auto message_policy = container["terminationMessagePolicy"].as_string();
  if (message_policy.empty()) {
    errors.required(path.child("terminationMessagePolicy"), "");
  } else if (message_policy != "File" && message_policy != "FallbackToLogsOnError") {
    errors.not_supported(path.child("terminationMessagePolicy"), message_policy, {"File", "FallbackToLogsOnError"});
  }
  container_ports(container["ports"], path.child("ports"), errors);
  environment(container["env"], path.child("env"), errors);
  environment_from(container["envFrom"], path.child("envFrom"), errors);
  volume_mounts(spec, container["volumeMounts"], path.child("volumeMounts"), errors);
  pull_policy(container["imagePullPolicy"], path.child("imagePullPolicy"), errors);
  resources(container["resources"], path.child("resources"), errors);
  container_security(container["securityContext"], path.child("securityContext"), errors);
  const std::string_view image = container["image"].as_string();
  if (!image.empty() && (image.front() == ' ' || image.back() == ' '))
    errors.invalid(path.child("image"), image, "must not have leading or trailing whitespace");
}

void probes_and_lifecycle(View container, const Path& path, ErrorList& errors) {
  lifecycle(container["lifecycle"], path.child("lifecycle"), errors);
  probe(container["livenessProbe"], true, path.child("livenessProbe"), errors);
  probe(container["readinessProbe"], false, path.child("readinessProbe"), errors);
  probe(container["startupProbe"], true, path.child("startupProbe"), errors);
}

/// A port of the node is given once; on the node's own network a container's port is the node's.
void host_ports(View spec, const Path& list, ErrorList& errors) {
  std::set<std::string, std::less<>> taken;
  const bool host_network = spec["hostNetwork"].as_bool();
  size_t index = 0;
  for (View container : spec["containers"].items()) {
    const Path at = list.index(index++);
    const Path ports = at.child("ports");
    size_t port_index = 0;
    for (View port : container["ports"].items()) {
      const Path place = ports.index(port_index++);
      const int64_t number = port["hostPort"].as_int(), own = port["containerPort"].as_int();
      std::string key = fmt::format("{}/{}/{}", port["protocol"].as_string(), port["hostIP"].as_string(), number);
      if (number != 0 && taken.contains(key)) errors.duplicate(place.child("hostPort"), key);
      if (host_network && number != own)
        errors.invalid_number(place.child("containerPort"), own, "must match `hostPort` when `hostNetwork` is true");
      taken.insert(std::move(key));
    }
  }
}

}  // namespace

void containers(View spec, const Path& path, ErrorList& errors) {
  const Path list = path.child("containers");
  if (spec["containers"].empty()) {
    errors.required(list, "");
    return;
  }
  Names names;
  size_t index = 0;
  for (View container : spec["containers"].items()) {
    const Path at = list.index(index++);
    container_common(spec, container, at, errors);
    const auto name = container["name"].as_string();
    if (!names.emplace(name).second) errors.duplicate(at.child("name"), name);
    probes_and_lifecycle(container, at, errors);
  }
  host_ports(spec, list, errors);
}

void init_containers(View spec, const Path& path, ErrorList& errors) {
  constexpr std::string_view kOnlySidecars = "may not be set for init containers without restartPolicy=Always";
  const Path list = path.child("initContainers");
  Names names;
  for (View container : spec["containers"].items()) names.emplace(container["name"].as_string());
  size_t index = 0;
  for (View container : spec["initContainers"].items()) {
    const Path at = list.index(index++);
    container_common(spec, container, at, errors);
    const auto name = container["name"].as_string();
    if (!names.emplace(name).second) errors.duplicate(at.child("name"), name);
    const std::string_view restart = container["restartPolicy"].as_string();
    if (container["restartPolicy"].is_string() && restart != "Always" && restart != "Never" && restart != "OnFailure")
      errors.not_supported(at.child("restartPolicy"), restart, {"Always", "Never", "OnFailure"});
    if (restart == "Always") {
      probes_and_lifecycle(container, at, errors);
      continue;
    }
    for (const std::string_view member : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"})
      if (container[member].is_object()) errors.forbidden(at.child(member), kOnlySidecars);
  }
}

void resources(View resources, const Path& path, ErrorList& errors) {
  const Path requests_path = path.child("requests");
  const Path limits_path = path.child("limits");
  const auto check = [&](View map, const Path& at) {
    for (const auto& [name, value] : map.members()) {
      const auto quantity = object::Quantity::parse(value.as_string());
      if (quantity && quantity->is_negative())
        errors.invalid(at.key(name), value, "must be greater than or equal to 0");
    }
  };
  check(resources["limits"], limits_path);
  for (const auto& [name, value] : resources["requests"].members()) {
    const auto request = object::Quantity::parse(value.as_string());
    if (!request) continue;
    if (request->is_negative()) errors.invalid(requests_path.key(name), value, "must be greater than or equal to 0");
    const View limit_view = resources["limits"][name];
    const auto limit = object::Quantity::parse(limit_view.as_string());
    if (limit_view.exists() && limit && *limit < *request)
      errors.invalid(requests_path, value,
                     fmt::format("must be less than or equal to {} limit of {}", name, limit->to_string()));
  }
}

}  // namespace proa::api::validation
