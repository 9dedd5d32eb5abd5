#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "api/kinds/validation.h"
#include "schema/formats.h"

namespace proa::api::validation {
namespace {

using object::View;

constexpr std::string_view kMoreThanOne = "may not have more than one field specified at a time";

/// Since 1.34 any printable ASCII but '=' will do.
std::string env_name_error(std::string_view name) {
  for (const char c : name)
    if (c < ' ' || c > '~' || c == '=')
      return "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return "";
}

void object_name(View name, const Path& path, ErrorList& errors) {
  for (const auto& why : schema::dns1123_subdomain_errors(name.as_string()))
    errors.invalid(path, name.as_string(), why);
}

void key_selector(View selector, const Path& path, ErrorList& errors) {
  object_name(selector["name"], path.child("name"), errors);
  const auto key = selector["key"].as_string();
  if (key.empty()) {
    errors.required(path.child("key"), "");
  } else {
    for (const auto& message : schema::config_map_key_errors(key)) errors.invalid(path.child("key"), key, message);
  }
}

}  // namespace

void field_ref(View ref, bool in_volume, const Path& path, ErrorList& errors) {
  const std::string_view field = ref["fieldPath"].as_string();
  if (field.empty()) {
    errors.required(path.child("fieldPath"), "");
    return;
  }
  for (const std::string_view prefix : {"metadata.annotations['", "metadata.labels['"})
    if (field.starts_with(prefix) && field.ends_with("']")) return;
  static constexpr std::array<std::string_view, 9> kFields = {
      "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
      "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
  static constexpr std::array<std::string_view, 5> kInVolumes = {"metadata.annotations", "metadata.labels",
                                                                 "metadata.name", "metadata.namespace", "metadata.uid"};
  const std::span<const std::string_view> allowed =
      in_volume ? std::span<const std::string_view>(kInVolumes) : std::span<const std::string_view>(kFields);
  if (std::ranges::find(allowed, field) != allowed.end()) return;
  const bool elsewhere =
      std::ranges::find(kFields, field) != kFields.end() || std::ranges::find(kInVolumes, field) != kInVolumes.end();
  if (elsewhere) return errors.not_supported(path.child("fieldPath"), field, allowed);
  // What can be selected by, but not put into a variable, is told apart from what nobody knows.
  static constexpr std::array<std::string_view, 5> kSelectable = {
      "spec.restartPolicy", "spec.schedulerName", "spec.hostNetwork", "status.phase", "status.nominatedNodeName"};
  for (const auto known : kSelectable)
    if (field == known) return errors.not_supported(path.child("fieldPath"), field, allowed);
  errors.invalid(path.child("fieldPath"), field,
                 "error converting fieldPath: field label not supported: " + std::string(field));
}

namespace {

void resource_ref(View ref, const Path& path, ErrorList& errors) {
  static constexpr std::array<std::string_view, 6> kResources = {
      "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
      "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  const std::string_view resource = ref["resource"].as_string();
  if (resource.empty()) return errors.required(path.child("resource"), "");
  const bool pages = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
  if (!pages && std::ranges::find(kResources, resource) == kResources.end())
    errors.not_supported(path.child("resource"), resource, kResources);
}

void value_from(View variable, const Path& path, ErrorList& errors) {
  const View from = variable["valueFrom"];
  if (!from.is_object()) return;
  int sources = 0;
  if (from["fieldRef"].is_object()) {
    ++sources;
    field_ref(from["fieldRef"], false, path.child("fieldRef"), errors);
  }
  if (from["resourceFieldRef"].is_object()) {
    ++sources;
    resource_ref(from["resourceFieldRef"], path.child("resourceFieldRef"), errors);
  }
  for (const std::string_view member : {"configMapKeyRef", "secretKeyRef"}) {
    if (!from[member].is_object()) continue;
    ++sources;
    key_selector(from[member], path.child(member), errors);
  }
  if (from["fileKeyRef"].is_object()) ++sources;
  if (sources == 0) {
    errors.invalid(path, "",
                   "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or "
                   "`fileKeyRef`");
  } else if (!variable["value"].as_string().empty()) {
    errors.invalid(path, "", "may not be specified when `value` is not empty");
  } else if (sources > 1) {
    errors.invalid(path, "", kMoreThanOne);
  }
}

}  // namespace

void environment(View env, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (View variable : env.items()) {
    const Path at = path.index(index++);
    const auto name = variable["name"].as_string();
    if (name.empty()) {
      errors.required(at.child("name"), "");
    } else if (const auto message = env_name_error(name); !message.empty()) {
      errors.invalid(at.child("name"), name, message);
    }
    value_from(variable, at.child("valueFrom"), errors);
  }
}

void environment_from(View env_from, const Path& path, ErrorList& errors) {
  size_t index = 0;
  for (View source : env_from.items()) {
    const Path at = path.index(index++);
    const auto prefix = source["prefix"].as_string();
    if (const auto message = env_name_error(prefix); !message.empty())
      errors.invalid(at.child("prefix"), prefix, message);
    int sources = 0;
    for (const std::string_view member : {"configMapRef", "secretRef"}) {
      if (!source[member].is_object()) continue;
      ++sources;
      const Path ref = at.child(member);
      if (source[member]["name"].as_string().empty())
        errors.required(ref.child("name"), "");
      else
        object_name(source[member]["name"], ref.child("name"), errors);
    }
    if (sources == 0) {
      errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    } else if (sources > 1) {
      errors.invalid(path, "", kMoreThanOne);
    }
  }
}

}  // namespace proa::api::validation
