#include <array>
#include <map>
#include <string>

#include <fmt/format.h>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/quantity.h"

namespace proa::api::kinds {
namespace {

using object::Quantity;
using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;
using Totals = std::map<std::string, Quantity, std::less<>>;

constexpr std::array<std::string_view, 9> kFields = {
    "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
    "status.phase",  "status.podIP",       "status.podIPs",      "status.nominatedNodeName"};

/// Adds the positive cpu and memory amounts; says whether both were there.
bool add_amounts(View amounts, Totals& totals) {
  int found = 0;
  for (const std::string_view name : {"cpu", "memory"}) {
    const auto quantity = Quantity::parse(amounts[name].as_string());
    if (!amounts[name].exists() || !quantity || quantity->is_zero() || quantity->is_negative()) continue;
    ++found;
    const auto at = totals.find(name);
    if (at == totals.end()) {
      totals.emplace(name, *quantity);
    } else {
      at->second = at->second + *quantity;
    }
  }
  return found == 2;
}

/// The pod's own labels become part of a term's selector, for good: the scheduler knows the selector alone.
void merge_label_keys(Value& term, std::string_view keys, std::string_view how, View labels) {
  Value* selector = term.find("labelSelector");
  // No selector means no pods, whatever the keys say.
  if (selector == nullptr || !selector->is_object()) return;
  const Value listed = View(term)[keys].to_value();
  for (const View key : View(listed).items()) {
    const View label = labels[key.as_string()];
    if (!label.is_string()) continue;
    (*selector)["matchExpressions"].push_back(Value::object(
        {{"key", key.as_string()}, {"operator", how}, {"values", Value::array({Value(label.as_string())})}}));
  }
}

void merge_label_keys_of_affinity(Value& affinity, View labels) {
  const auto merge = [labels](Value& term) {
    merge_label_keys(term, "matchLabelKeys", "In", labels);
    merge_label_keys(term, "mismatchLabelKeys", "NotIn", labels);
  };
  for (auto& list : affinity.members()) {
    if (!list.value.is_array()) continue;
    for (Value& term : list.value.items()) {
      Value* weighted = term.find("podAffinityTerm");
      merge(weighted != nullptr ? *weighted : term);
    }
  }
}

void merge_label_keys_of_pod(Value& pod) {
  const Value labels = View(pod)["metadata"]["labels"].to_value();
  Value* spec = pod.find("spec");
  if (spec == nullptr || !spec->is_object()) return;
  if (Value* constraints = spec->find("topologySpreadConstraints"); constraints != nullptr && constraints->is_array()) {
    for (Value& constraint : constraints->items()) merge_label_keys(constraint, "matchLabelKeys", "In", labels);
  }
  Value* affinity = spec->find("affinity");
  if (affinity == nullptr) return;
  for (const std::string_view kind : {"podAffinity", "podAntiAffinity"}) {
    Value* terms = affinity->find(kind);
    if (terms != nullptr && terms->is_object()) merge_label_keys_of_affinity(*terms, labels);
  }
}

void prepare_for_create(Value& pod, const WriteContext&) {
  // Upstream takes a negative grace period for the shortest one.
  if (const View grace = View(pod)["spec"]["terminationGracePeriodSeconds"]; grace.is_int() && grace.as_int() < 0)
    pod["spec"].set("terminationGracePeriodSeconds", 1);
  pod["metadata"]["generation"] = 1;
  merge_label_keys_of_pod(pod);
  Value status = Value::object({{"phase", "Pending"}});
  if (!View(pod)["spec"]["schedulingGates"].empty()) {
    status["conditions"].push_back(
        Value::object({{"type", "PodScheduled"},
                       {"status", "False"},
                       {"reason", "SchedulingGated"},
                       {"message", "Scheduling is blocked due to non-empty scheduling gates"}}));
  }
  status["qosClass"] = qos_class(pod);
  pod.set("status", std::move(status));
}

void validate(View pod, ErrorList& errors) { validation::pod_spec(pod["spec"], Path("spec"), errors); }

bool containers_keep_their_number(View spec, View old, std::string_view list, const Path& path, ErrorList& errors) {
  if (spec[list].size() == old[list].size()) return true;
  errors.forbidden(path.child(list), "pod updates may not add or remove containers");
  return false;
}

/// `spec` with the members that may change taken from `old`: what remains different is not allowed.
Value without_updatable(View spec, View old) {
  Value masked = spec.to_value();
  for (const std::string_view list : {"containers", "initContainers"}) {
    Value* containers = masked.find(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (size_t i = 0; i < containers->items().size(); ++i)
      containers->items()[i]["image"] = old[list].at(i)["image"].to_value();
  }
  for (const std::string_view member : {"activeDeadlineSeconds", "tolerations", "schedulingGates"}) {
    masked.erase(member);
    if (old[member].exists()) masked.set(member, old[member].to_value());
  }
  const View grace = old["terminationGracePeriodSeconds"];
  if (grace.is_int() && grace.as_int() < 0 && spec["terminationGracePeriodSeconds"].as_int() == 1)
    masked["terminationGracePeriodSeconds"] = grace.as_int();
  return masked;
}

void validate_tolerations_only_added(View spec, View old, const Path& path, ErrorList& errors) {
  for (View kept : old["tolerations"].items()) {
    bool found = false;
    for (View item : spec["tolerations"].items()) {
      Value same = item.to_value();
      same.erase("tolerationSeconds");
      Value was = kept.to_value();
      was.erase("tolerationSeconds");
      found = found || View(same) == View(was);
    }
    if (found) continue;
    errors.forbidden(path.child("tolerations"), "existing toleration can not be modified except its tolerationSeconds");
    return;
  }
}

void validate_update(View pod, View old, ErrorList& errors) {
  const Path path("spec");
  const View spec = pod["spec"];
  const View old_spec = old["spec"];
  for (const std::string_view list : {"containers", "initContainers"})
    if (!containers_keep_their_number(spec, old_spec, list, path, errors)) return;
  const View deadline = spec["activeDeadlineSeconds"];
  const View old_deadline = old_spec["activeDeadlineSeconds"];
  if (deadline.is_int() && old_deadline.is_int() && deadline.as_int() > old_deadline.as_int())
    errors.invalid_number(path.child("activeDeadlineSeconds"), deadline.as_int(),
                          "must be less than or equal to previous value");
  if (!deadline.is_int() && old_deadline.is_int())
    errors.invalid(path.child("activeDeadlineSeconds"), deadline,
                   "must not update from a positive integer to nil value");
  validate_tolerations_only_added(spec, old_spec, path, errors);
  const Value masked = without_updatable(spec, old_spec);
  if (View(masked) == old_spec) return;
  errors.forbidden(path,
                   "pod updates may not change fields other than `spec.containers[*].image`,"
                   "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
                   "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                   "previously negative)");
}

/// From what the subresources "ephemeralcontainers" and "resize" are sent, the part that they are for.
void prepare_for_update(Value& pod, View old, const WriteContext& context) {
  if (context.subresource == "ephemeralcontainers") {
    Value containers = View(pod)["spec"]["ephemeralContainers"].to_value();
    pod["spec"] = old["spec"].to_value();
    if (!View(containers).empty()) pod["spec"].set("ephemeralContainers", std::move(containers));
  } else if (context.subresource == "resize") {
    const Value sent = View(pod)["spec"].to_value();
    pod["spec"] = old["spec"].to_value();
    for (const std::string_view list : {"containers", "initContainers"}) {
      if (View(sent)[list].size() != old["spec"][list].size() || View(sent)[list].empty()) continue;
      for (size_t i = 0; i < View(sent)[list].size(); ++i)
        pod["spec"][list].items()[i]["resources"] = View(sent)[list].at(i)["resources"].to_value();
    }
  }
  generic_prepare_for_update(pod, old, context);
}

void validate_ephemeral_containers(View pod, View old, ErrorList& errors) {
  const Path spec("spec");
  const Path path = spec.child("ephemeralContainers");
  for (const View was : old["spec"]["ephemeralContainers"].items()) {
    View now;
    for (const View container : pod["spec"]["ephemeralContainers"].items())
      if (container["name"] == was["name"]) now = container;
    if (now == was) continue;
    errors.forbidden(path, fmt::format("existing ephemeral containers \"{}\" may not be {}\n", was["name"].as_string(),
                                       now.exists() ? "changed" : "removed"));
  }
}

/// Who does not tell the class means the one that the pod has.
void prepare_for_status_update(Value& pod, View old, const WriteContext& context) {
  generic_prepare_for_status_update(pod, old, context);
  const View had = old["status"]["qosClass"];
  if (had.exists() && View(pod)["status"]["qosClass"].as_string().empty())
    pod["status"].set("qosClass", had.to_value());
}

void validate_subresource(View pod, View old, std::string_view subresource, ErrorList& errors) {
  validate(pod, errors);
  if (subresource == "ephemeralcontainers") return validate_ephemeral_containers(pod, old, errors);
  if (qos_class(pod) != qos_class(old))
    errors.invalid(Path("spec"), old["status"]["qosClass"], "Pod QOS Class may not change as a result of resizing");
}

int64_t grace_period(View pod, int64_t asked) {
  const View spec = pod["spec"];
  if (spec["nodeName"].as_string().empty()) return 0;
  const std::string_view phase = pod["status"]["phase"].as_string();
  if (phase == "Failed" || phase == "Succeeded") return 0;
  const int64_t period = asked >= 0 ? asked : spec["terminationGracePeriodSeconds"].as_int(0);
  return period < 0 ? 1 : period;
}

std::optional<Ended> ended(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  if (phase == "Succeeded") return Ended{"Succeeded", "The pod has completed successfully."};
  if (phase == "Failed") return Ended{"Failed", "The pod failed."};
  return std::nullopt;
}

std::string field(View pod, std::string_view name) {
  if (name == "spec.hostNetwork") return pod["spec"]["hostNetwork"].as_bool() ? "true" : "false";
  const bool in_status = name.starts_with("status.");
  if (name == "status.podIPs") name = "status.podIP";
  const View part = in_status ? pod["status"] : pod["spec"];
  return part[name.substr(name.find('.') + 1)].str();
}

}  // namespace

std::string_view qos_class(View pod) {
  Totals requests, limits;
  bool guaranteed = true;
  for (const std::string_view list : {"containers", "initContainers"}) {
    for (View container : pod["spec"][list].items()) {
      add_amounts(container["resources"]["requests"], requests);
      if (!add_amounts(container["resources"]["limits"], limits)) guaranteed = false;
    }
  }
  if (requests.empty() && limits.empty()) return "BestEffort";
  for (const auto& [name, amount] : requests) {
    const auto limit = limits.find(name);
    if (limit == limits.end() || !(limit->second == amount)) guaranteed = false;
  }
  return guaranteed && requests.size() == limits.size() ? "Guaranteed" : "Burstable";
}

KindBehaviour pod() {
  KindBehaviour behaviour;
  behaviour.prepare_for_create = prepare_for_create;
  behaviour.validate = validate;
  behaviour.prepare_for_update = prepare_for_update;
  behaviour.validate_update = validate_update;
  behaviour.validate_subresource = validate_subresource;
  behaviour.prepare_for_status_update = prepare_for_status_update;
  behaviour.validate_status_update = [](View pod, View old, ErrorList& errors) {
    validation::pod_status(pod, old, errors);
  };
  behaviour.grace_period = grace_period;
  behaviour.returns_deleted_object = true;
  behaviour.selectable_fields = kFields;
  behaviour.field = field;
  behaviour.row = rows::pod;
  behaviour.ended = ended;
  return behaviour;
}

}  // namespace proa::api::kinds
