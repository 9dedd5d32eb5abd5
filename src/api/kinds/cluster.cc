// Nodes, namespaces, events and leases: what is checked of them, and what they keep.
// Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/apis/coordination/validation.
#include <array>
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "object/meta.h"
#include "object/quantity.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

constexpr std::array<std::string_view, 9> kEventFields = {"involvedObject.kind",
                                                          "involvedObject.namespace",
                                                          "involvedObject.name",
                                                          "involvedObject.uid",
                                                          "involvedObject.apiVersion",
                                                          "involvedObject.resourceVersion",
                                                          "involvedObject.fieldPath",
                                                          "reason",
                                                          "type"};
constexpr std::array<std::string_view, 1> kNodeFields = {"spec.unschedulable"};
constexpr std::array<std::string_view, 1> kNamespaceFields = {"status.phase"};

// ---- nodes ----

std::string node_field(View node, std::string_view) {
  return node["spec"]["unschedulable"].as_bool() ? "true" : "false";
}

/// podCIDR is the first of podCIDRs; who says one says both, and who says two different things means podCIDR.
void complete_pod_ranges(Value& node) {
  Value* spec = node.find("spec");
  if (spec == nullptr || !spec->is_object()) return;
  const std::string one = View(*spec)["podCIDR"].str();
  if (!one.empty() && View(*spec)["podCIDRs"].at(0).as_string() != one) spec->set("podCIDRs", Value::array({one}));
  if (one.empty() && !View(*spec)["podCIDRs"].empty()) spec->set("podCIDR", View(*spec)["podCIDRs"].at(0).as_string());
}

void prepare_node(Value& node, const WriteContext& context) {
  generic_prepare_for_create(node, context);
  complete_pod_ranges(node);
}

void prepare_node_update(Value& node, View old, const WriteContext& context) {
  generic_prepare_for_update(node, old, context);
  complete_pod_ranges(node);
}

void validate_taints(View taints, const Path& path, ErrorList& errors) {
  size_t i = 0;
  for (const View taint : taints.items()) {
    const Path at = path.index(i++);
    const std::string_view key = taint["key"].as_string(), value = taint["value"].as_string();
    const std::string_view effect = taint["effect"].as_string();
    for (const std::string& why : schema::qualified_name_errors(key)) errors.invalid(at.child("key"), key, why);
    for (const std::string& why : schema::label_value_errors(value)) errors.invalid(at.child("value"), value, why);
    if (effect.empty())
      errors.required(at.child("effect"), "");
    else if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute")
      errors.not_supported(at.child("effect"), effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    for (size_t j = 0; j + 1 < i; ++j)
      if (taints.at(j)["key"] == taint["key"] && taints.at(j)["effect"] == taint["effect"]) errors.duplicate(at, taint);
  }
}

void validate_node(View node, ErrorList& errors) {
  const Path metadata("metadata"), spec("spec");
  const Path taints = metadata.child("taints");  // upstream's path, though they are the spec's
  validate_taints(node["spec"]["taints"], taints, errors);
  const Path ranges = spec.child("podCIDRs");
  size_t i = 0;
  for (const View range : node["spec"]["podCIDRs"].items()) {
    const Path at = ranges.index(i++);
    for (const auto& why : schema::cidr_errors(range.as_string())) errors.invalid(at, range, why);
  }
}

void validate_node_update(View node, View old, ErrorList& errors) {
  const Path spec("spec");
  if (!old["spec"]["podCIDRs"].empty() && !(old["spec"]["podCIDRs"] == node["spec"]["podCIDRs"]))
    errors.forbidden(spec.child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid");
  const std::string_view provider = old["spec"]["providerID"].as_string();
  if (!provider.empty() && provider != node["spec"]["providerID"].as_string())
    errors.forbidden(spec.child("providerID"), "node updates may not change providerID except from \"\" to valid");
}

void validate_node_status(View node, View /*old*/, ErrorList& errors) {
  const Path status("status");
  for (const char* list : {"capacity", "allocatable"}) {
    const Path path = status.child(list);
    for (const auto [name, amount] : node["status"][std::string_view(list)].members()) {
      const auto quantity = object::Quantity::of_view(amount);
      if (quantity && quantity->is_negative())
        errors.invalid(path.child(name), amount, "must be greater than or equal to 0");
    }
  }
  const Path addresses = status.child("addresses");
  const View list = node["status"]["addresses"];
  for (size_t i = 1; i < list.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (list.at(i) == list.at(j)) errors.duplicate(addresses.index(i), list.at(i));
}

// ---- namespaces ----

std::string namespace_field(View ns, std::string_view) { return ns["status"]["phase"].str(); }

void start_namespace(Value& ns, const WriteContext&) {
  ns.set("status", Value::object({{"phase", "Active"}}));
  Value finalizers = Value::array({"kubernetes"});
  for (View other : View(ns)["spec"]["finalizers"].items())
    if (other.as_string() != "kubernetes") finalizers.push_back(other.to_value());
  ns["spec"].set("finalizers", std::move(finalizers));
}

void validate_namespace(View ns, ErrorList& errors) {
  const Path spec("spec");
  const Path finalizers = spec.child("finalizers");
  for (const View finalizer : ns["spec"]["finalizers"].items()) {
    const std::string_view text = finalizer.as_string();
    const schema::Messages wrong = schema::qualified_name_errors(text);
    for (const std::string& why : wrong) errors.invalid(finalizers, text, why);
    if (wrong.empty() && text.find('/') == std::string_view::npos && text != "kubernetes")
      errors.invalid(finalizers, text, "name is neither a standard finalizer name nor is it fully qualified");
  }
}

// ---- events ----

std::string event_field(View event, std::string_view name) {
  const size_t dot = name.find('.');
  return dot == std::string_view::npos ? event[name].str() : event["involvedObject"][name.substr(dot + 1)].str();
}

/// An event lies in the namespace of what it is about; of cluster-wide things, in `default`.
bool lies_where_it_belongs(View event) {
  const std::string_view ns = object::namespace_of(event);
  const std::string_view about = event["involvedObject"]["namespace"].as_string();
  if (!about.empty()) return ns == about;
  return ns == "default" || (event["eventTime"].is_string() && ns == "kube-system");
}

void validate_event(View event, ErrorList& errors) {
  const Path about("involvedObject");
  if (!lies_where_it_belongs(event))
    errors.invalid(about.child("namespace"), event["involvedObject"]["namespace"].as_string(),
                   "does not match event.namespace");
  if (!event["eventTime"].is_string()) return;
  const std::string_view component = event["reportingComponent"].as_string();
  if (component.empty()) errors.required(Path("reportingComponent"), "");
  for (const std::string& why : schema::qualified_name_errors(component))
    errors.invalid(Path("reportingComponent"), component, why);
  if (event["reportingInstance"].as_string().empty()) errors.required(Path("reportingInstance"), "");
  if (event["action"].as_string().empty()) errors.required(Path("action"), "");
  if (event["reason"].as_string().empty()) errors.required(Path("reason"), "");
}

// ---- leases ----

void validate_lease(View lease, ErrorList& errors) {
  const Path spec("spec");
  const View seconds = lease["spec"]["leaseDurationSeconds"];
  if (seconds.is_int() && seconds.as_int() <= 0)
    errors.invalid(spec.child("leaseDurationSeconds"), seconds, "must be greater than 0");
  validation::nonnegative(lease["spec"]["leaseTransitions"], spec.child("leaseTransitions"), errors);
}

}  // namespace

KindBehaviour node() {
  KindBehaviour behaviour;
  behaviour.row = rows::node;
  behaviour.selectable_fields = kNodeFields;
  behaviour.field = node_field;
  behaviour.prepare_for_create = prepare_node;
  behaviour.prepare_for_update = prepare_node_update;
  behaviour.validate = validate_node;
  behaviour.validate_update = validate_node_update;
  behaviour.validate_status_update = validate_node_status;
  return behaviour;
}

KindBehaviour namespace_() {
  KindBehaviour behaviour;
  behaviour.row = rows::namespace_;
  behaviour.name_rule = NameRule::kLabel;
  behaviour.prepare_for_create = start_namespace;
  behaviour.returns_deleted_object = true;
  behaviour.selectable_fields = kNamespaceFields;
  behaviour.field = namespace_field;
  behaviour.validate = validate_namespace;
  return behaviour;
}

KindBehaviour event() {
  KindBehaviour behaviour;
  behaviour.row = rows::event;
  behaviour.allow_create_on_update = true;
  behaviour.selectable_fields = kEventFields;
  behaviour.field = event_field;
  behaviour.validate = validate_event;
  return behaviour;
}

KindBehaviour lease() {
  KindBehaviour behaviour;
  behaviour.allow_create_on_update = true;
  behaviour.allow_unconditional_update = false;
  behaviour.row = rows::lease;
  behaviour.validate = validate_lease;
  return behaviour;
}

}  // namespace proa::api::kinds
