#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "api/kinds/rows.h"
#include "object/meta.h"

namespace proa::api::rows {
namespace {

using object::TimeNs;
using object::View;

std::string node_status(View node) {
  std::string status = "Unknown";
  for (View condition : node["status"]["conditions"].items())
    if (condition["type"].as_string() == "Ready")
      status = condition["status"].as_string() == "True" ? "Ready" : "NotReady";
  if (node["spec"]["unschedulable"].as_bool()) status += ",SchedulingDisabled";
  return status;
}

std::string node_roles(View node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  for (const auto& [name, value] : object::labels_of(node).members()) {
    if (name.starts_with(kPrefix) && name.size() > kPrefix.size()) roles.emplace(name.substr(kPrefix.size()));
    if (name == "kubernetes.io/role" && !value.as_string().empty()) roles.emplace(value.as_string());
  }
  return roles.empty() ? "<none>" : fmt::format("{}", fmt::join(roles, ","));
}

std::string node_address(View node, std::string_view type) {
  for (View address : node["status"]["addresses"].items())
    if (address["type"].as_string() == type) return address["address"].str();
  return "<none>";
}

std::string access_modes(View modes) {
  std::string out;
  for (const auto& [mode, text] : {std::pair{"ReadWriteOnce", "RWO"},
                                   {"ReadOnlyMany", "ROX"},
                                   {"ReadWriteMany", "RWX"},
                                   {"ReadWriteOncePod", "RWOP"}}) {
    for (View item : modes.items()) {
      if (item.as_string() != mode) continue;
      out += (out.empty() ? "" : ",") + std::string(text);
      break;
    }
  }
  return out;
}

/// The class of a volume or claim: the old annotation goes before the field.
std::string storage_class_of(View object) {
  const View annotation = object::annotations_of(object)["volume.beta.kubernetes.io/storage-class"];
  return annotation ? annotation.str() : object["spec"]["storageClassName"].str();
}

std::string phase_of(View object) {
  return object::is_deleting(object) ? "Terminating" : object["status"]["phase"].str();
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string event_source(View event) {
  const std::string component = or_else(event["source"]["component"], event["reportingComponent"].as_string());
  const std::string host = or_else(event["source"]["host"], event["reportingInstance"].as_string());
  return host.empty() ? component : component + ", " + host;
}

}  // namespace

void node(View object, TimeNs now, Cells& cells) {
  const View info = object["status"]["nodeInfo"];
  std::string kernel = or_else(info["kernelVersion"], "<unknown>");
  if (const auto arch = info["architecture"].as_string(); !arch.empty()) kernel += fmt::format(" ({})", arch);
  cells = {object::name_of(object),
           node_status(object),
           node_roles(object),
           created(object, now),
           info["kubeletVersion"].str(),
           node_address(object, "InternalIP"),
           node_address(object, "ExternalIP"),
           or_else(info["osImage"], "<unknown>"),
           kernel,
           or_else(info["containerRuntimeVersion"], "<unknown>")};
}

void event(View object, TimeNs now, Cells& cells) {
  const View first = object["firstTimestamp"].is_string() ? object["firstTimestamp"] : object["eventTime"];
  View last = object["lastTimestamp"].is_string() ? object["lastTimestamp"] : first;
  int64_t count = std::max<int64_t>(object["count"].as_int(), 1);
  if (const View series = object["series"]; series.is_object()) {
    last = series["lastObservedTime"];
    count = series["count"].as_int();
  }
  const View about = object["involvedObject"];
  std::string target = lower(about["kind"].str());
  if (const auto name = about["name"].as_string(); !name.empty()) target += fmt::format("/{}", name);
  cells = {age(last, now),
           object["type"].str(),
           object["reason"].str(),
           target,
           about["fieldPath"].str(),
           event_source(object),
           trimmed(object["message"].as_string()),
           age(first, now),
           count,
           object::name_of(object)};
}

void config_map(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), static_cast<int64_t>(object["data"].size() + object["binaryData"].size()),
           created(object, now)};
}

void secret(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), object["type"].str(), static_cast<int64_t>(object["data"].size()),
           created(object, now)};
}

void namespace_(View object, TimeNs now, Cells& cells) {
  cells = {object::name_of(object), object["status"]["phase"].str(), created(object, now)};
}

void service_account(View object, TimeNs now, Cells& cells) { cells = {object::name_of(object), created(object, now)}; }

void persistent_volume(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  std::string claim;
  if (const View ref = spec["claimRef"]; ref.is_object())
    claim = fmt::format("{}/{}", ref["namespace"].as_string(), ref["name"].as_string());
  cells = {object::name_of(object),
           or_else(spec["capacity"]["storage"], "0"),
           access_modes(spec["accessModes"]),
           spec["persistentVolumeReclaimPolicy"].str(),
           phase_of(object),
           claim,
           storage_class_of(object),
           or_else(spec["volumeAttributesClassName"], "<unset>"),
           object["status"]["reason"].str(),
           created(object, now),
           or_else(spec["volumeMode"], "<unset>")};
}

void persistent_volume_claim(View object, TimeNs now, Cells& cells) {
  const View spec = object["spec"];
  const View status = object["status"];
  const bool bound = !spec["volumeName"].as_string().empty();
  cells = {object::name_of(object),
           phase_of(object),
           spec["volumeName"].str(),
           bound ? or_else(status["capacity"]["storage"], "0") : "",
           bound ? access_modes(status["accessModes"]) : "",
           storage_class_of(object),
           or_else(spec["volumeAttributesClassName"], "<unset>"),
           created(object, now),
           or_else(spec["volumeMode"], "<unset>")};
}

void storage_class(View object, TimeNs now, Cells& cells) {
  std::string name(object::name_of(object));
  const View annotations = object::annotations_of(object);
  for (const char* key :
       {"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"}) {
    if (annotations[std::string_view(key)].as_string() != "true") continue;
    name += " (default)";
    break;
  }
  cells = {name,
           object["provisioner"].str(),
           or_else(object["reclaimPolicy"], "Delete"),
           or_else(object["volumeBindingMode"], "Immediate"),
           object["allowVolumeExpansion"].as_bool(),
           created(object, now)};
}

}  // namespace proa::api::rows
