// Volumes, claims and classes. Sources: pkg/apis/core/validation, pkg/apis/storage/validation.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/quantity.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Quantity;
using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::array<std::string_view, 4> kModes = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                    "ReadWriteOncePod"};

void validate_modes(View modes, std::string_view missing, const Path& path, ErrorList& errors) {
  if (modes.empty()) errors.required(path, missing);
  bool one_pod = false, others = false;
  for (const View mode : modes.items()) {
    const std::string_view text = mode.as_string();
    if (std::ranges::find(kModes, text) == kModes.end()) {
      errors.not_supported(path, text, kModes);
      continue;
    }
    one_pod |= text == "ReadWriteOncePod";
    others |= text != "ReadWriteOncePod";
  }
  if (one_pod && others) errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
}

void positive(View amount, const Path& path, ErrorList& errors) {
  const auto quantity = Quantity::parse(amount.as_string());
  if (quantity && (quantity->is_zero() || quantity->is_negative()))
    errors.invalid(path, amount, "must be greater than zero");
}

void class_name(View name, const Path& path, ErrorList& errors) {
  const std::string_view text = name.as_string();
  if (text.empty()) return;
  for (const auto& why : schema::dns1123_subdomain_errors(text)) errors.invalid(path, text, why);
}

void volume_mode(View mode, const Path& path, ErrorList& errors) {
  const std::string_view text = mode.as_string();
  if (mode.is_string() && text != "Block" && text != "Filesystem")
    errors.not_supported(path, text, {"Block", "Filesystem"});
}

void validate_claim(View claim, ErrorList& errors) { validation::claim_spec(claim["spec"], Path("spec"), errors); }

/// What may change of a claim: its volume once; its size and class of attributes when it is bound.
void validate_claim_update(View claim, View old, ErrorList& errors) {
  const Path spec("spec");
  Value now = claim["spec"].to_value();
  const View was = old["spec"];
  if (was["volumeName"].as_string().empty()) now.erase("volumeName");
  if (claim["status"]["phase"].as_string() == "Bound") {
    if (View(now)["resources"]["requests"].is_object())
      now["resources"]["requests"].set("storage", was["resources"]["requests"]["storage"].to_value());
    now.erase("volumeAttributesClassName");
    if (was["volumeAttributesClassName"].exists())
      now.set("volumeAttributesClassName", was["volumeAttributesClassName"].to_value());
  }
  if (!was["storageClassName"].is_string()) now.erase("storageClassName");
  if (!(View(now) == was))
    errors.forbidden(spec,
                     "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                     "bound claims");
  const auto amount = [](View list) { return Quantity::parse(list["storage"].as_string()).value_or(Quantity()); };
  const Quantity size = amount(claim["spec"]["resources"]["requests"]), has = amount(old["status"]["capacity"]);
  const Quantity before = amount(was["resources"]["requests"]);
  const Path resources = spec.child("resources");
  const Path requests = resources.child("requests");
  if (size < before && size <= has)
    errors.forbidden(requests.child("storage"), "field can not be less than status.capacity");
  validation::immutable(claim["spec"]["volumeMode"], was["volumeMode"], Path("volumeMode"), errors);
}

/// The members of a volume's spec that say where it lies.
constexpr std::array<std::string_view, 22> kSources = {"hostPath",
                                                       "gcePersistentDisk",
                                                       "awsElasticBlockStore",
                                                       "glusterfs",
                                                       "flocker",
                                                       "nfs",
                                                       "rbd",
                                                       "quobyte",
                                                       "cephfs",
                                                       "iscsi",
                                                       "cinder",
                                                       "fc",
                                                       "azureDisk",
                                                       "storageos",
                                                       "local",
                                                       "csi",
                                                       "azureFile",
                                                       "vsphereVolume",
                                                       "photonPersistentDisk",
                                                       "portworxVolume",
                                                       "scaleIO",
                                                       "flexVolume"};

void validate_source(View spec, const Path& path, ErrorList& errors) {
  int found = 0;
  for (const std::string_view source : kSources) {
    if (!spec[source].is_object()) continue;
    if (++found > 1) errors.forbidden(path.child(source), "may not specify more than 1 volume type");
  }
  if (found == 0) errors.required(path, "must specify a volume type");
  const Path host = path.child("hostPath");
  if (spec["hostPath"].is_object()) {
    const std::string_view at = spec["hostPath"]["path"].as_string();
    if (at.empty()) errors.required(host.child("path"), "");
    if (at == "/" && spec["persistentVolumeReclaimPolicy"].as_string() == "Recycle")
      errors.forbidden(path.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'");
  }
  const Path nfs = path.child("nfs"), csi = path.child("csi");
  if (spec["nfs"].is_object()) {
    if (spec["nfs"]["server"].as_string().empty()) errors.required(nfs.child("server"), "");
    if (spec["nfs"]["path"].as_string().empty()) errors.required(nfs.child("path"), "");
    if (!spec["nfs"]["path"].as_string().starts_with('/'))
      errors.invalid(nfs.child("path"), spec["nfs"]["path"].as_string(), "must be an absolute path");
  }
  if (spec["csi"].is_object()) {
    if (spec["csi"]["driver"].as_string().empty()) errors.required(csi.child("driver"), "");
    if (spec["csi"]["volumeHandle"].as_string().empty()) errors.required(csi.child("volumeHandle"), "");
  }
  if (spec["local"].is_object() && !spec["nodeAffinity"].is_object())
    errors.required(path.child("nodeAffinity"), "Local volume requires node affinity");
}

void validate_volume(View volume, ErrorList& errors) {
  const View spec = volume["spec"];
  const Path path("spec");
  validate_modes(spec["accessModes"], "", path.child("accessModes"), errors);
  const Path capacity = path.child("capacity");
  if (spec["capacity"].empty()) errors.required(capacity, "");
  const Value nothing(nullptr);
  if (!spec["capacity"].has("storage") || spec["capacity"].size() > 1)
    errors.not_supported(capacity, spec["capacity"].exists() ? spec["capacity"] : View(nothing),
                         std::array<std::string_view, 1>{"storage"});
  for (const auto& [name, amount] : spec["capacity"].members()) {
    const Path at = capacity.key(name);
    if (const auto quantity = Quantity::parse(amount.as_string()); quantity && quantity->is_negative())
      errors.invalid_number(at, quantity->value(), "must be a valid resource quantity");
    positive(amount, at, errors);
  }
  const std::string_view reclaim = spec["persistentVolumeReclaimPolicy"].as_string();
  if (!reclaim.empty() && reclaim != "Delete" && reclaim != "Recycle" && reclaim != "Retain")
    errors.not_supported(path.child("persistentVolumeReclaimPolicy"), reclaim, {"Delete", "Recycle", "Retain"});
  if (const View affinity = spec["nodeAffinity"]; affinity.is_object()) {
    const Path at = path.child("nodeAffinity");
    if (affinity["required"].is_object())
      validation::node_selector(affinity["required"], at.child("required"), errors);
    else
      errors.required(at.child("required"), "must specify required node constraints");
  }
  validate_source(spec, path, errors);
  class_name(spec["storageClassName"], path.child("storageClassName"), errors);
  volume_mode(spec["volumeMode"], path.child("volumeMode"), errors);
}

Value shown_requirement(View requirement) {
  return validation::shown(requirement, {{"key", ""}, {"operator", ""}, {"values", nullptr}});
}

Value shown_term(View term) {
  return Value::object({{"MatchExpressions", validation::shown_list(term["matchExpressions"], shown_requirement)},
                        {"MatchFields", validation::shown_list(term["matchFields"], shown_requirement)}});
}

Value shown_affinity(View affinity) {
  if (!affinity.is_object()) return Value(nullptr);
  Value required(nullptr);
  if (const View selector = affinity["required"]; selector.is_object())
    required =
        Value::object({{"NodeSelectorTerms", validation::shown_list(selector["nodeSelectorTerms"], shown_term)}});
  return Value::object({{"Required", std::move(required)}});
}

void validate_volume_update(View volume, View old, ErrorList& errors) {
  const auto where = [](View spec) {
    Value out = Value::object();
    for (const std::string_view source : kSources)
      if (spec[source].exists()) out.set(source, spec[source].to_value());
    return out;
  };
  const Path spec("spec");
  if (!(View(where(volume["spec"])) == View(where(old["spec"]))))
    errors.forbidden(spec.child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation");
  validation::immutable(volume["spec"]["volumeMode"], old["spec"]["volumeMode"], Path("volumeMode"), errors);
  const View places = volume["spec"]["nodeAffinity"], before = old["spec"]["nodeAffinity"];
  if (before.is_object() && !(places == before))
    errors.invalid(Path("nodeAffinity"), shown_affinity(places),
                   "field is immutable, except for updating from beta label to GA");
}

void start_claim(Value& claim, const WriteContext&) { claim.set("status", Value::object({{"phase", "Pending"}})); }

void start_volume(Value& volume, const WriteContext& context) {
  volume.set("status", Value::object({{"phase", "Pending"}}));
  volume["status"].set("lastPhaseTransitionTime", object::format_time(context.now));
}

void validate_class(View object, ErrorList& errors) {
  const std::string_view provisioner = object["provisioner"].as_string();
  std::string lower(provisioner);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (provisioner.empty()) errors.required(Path("provisioner"), "");
  if (!provisioner.empty())
    for (const auto& why : schema::qualified_name_errors(lower)) errors.invalid(Path("provisioner"), lower, why);
  for (const auto& [name, value] : object["parameters"].members())
    if (name.empty()) errors.invalid(Path("parameters"), name, "field can not be empty.");
  const std::string_view reclaim = object["reclaimPolicy"].as_string();
  if (!reclaim.empty() && reclaim != "Delete" && reclaim != "Retain")
    errors.not_supported(Path("reclaimPolicy"), reclaim, {"Delete", "Retain"});
  const std::string_view binding = object["volumeBindingMode"].as_string();
  if (binding != "Immediate" && binding != "WaitForFirstConsumer")
    errors.not_supported(Path("volumeBindingMode"), binding, {"Immediate", "WaitForFirstConsumer"});
}

void validate_class_update(View object, View old, ErrorList& errors) {
  for (const std::string_view member : {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"})
    validation::immutable(object[member], old[member], Path(member), errors);
}

}  // namespace

KindBehaviour persistent_volume_claim() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = start_claim;
  behaviour.validate = validate_claim;
  behaviour.validates_alone = true;
  behaviour.validate_update = validate_claim_update;
  behaviour.returns_deleted_object = true;
  behaviour.row = rows::persistent_volume_claim;
  return behaviour;
}

KindBehaviour persistent_volume() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = start_volume;
  behaviour.validate = validate_volume;
  behaviour.validates_alone = true;
  behaviour.validate_update = validate_volume_update;
  behaviour.returns_deleted_object = true;
  behaviour.row = rows::persistent_volume;
  return behaviour;
}

KindBehaviour storage_class() {
  KindBehaviour behaviour;
  behaviour.validate = validate_class;
  behaviour.validates_alone = true;
  behaviour.validate_update = validate_class_update;
  behaviour.returns_deleted_object = true;
  behaviour.row = rows::storage_class;
  return behaviour;
}

}  // namespace proa::api::kinds

namespace proa::api::validation {

void claim_spec(object::View spec, const Path& path, ErrorList& errors) {
  kinds::validate_modes(spec["accessModes"], "at least 1 access mode is required", path.child("accessModes"), errors);
  if (spec["selector"].is_object()) label_selector(spec["selector"], path.child("selector"), errors);
  const object::View requests = spec["resources"]["requests"];
  const Path resources = path.child("resources");
  if (!requests.has("storage"))
    errors.required(resources.key("storage"), "");
  else
    kinds::positive(requests["storage"], resources.key("storage"), errors);
  kinds::class_name(spec["storageClassName"], path.child("storageClassName"), errors);
  kinds::volume_mode(spec["volumeMode"], path.child("volumeMode"), errors);
}

}  // namespace proa::api::validation
