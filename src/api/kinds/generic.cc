#include <algorithm>
#include <array>

#include "api/kinds/kind_behaviour.h"
#include "schema/decode.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;

bool is_outside_spec(std::string_view member) {
  return member == "metadata" || member == "status" || member == "kind" || member == "apiVersion";
}

/// Did anything but metadata and status change?
bool content_changed(View object, View old) {
  for (const auto [name, value] : object.members())
    if (!is_outside_spec(name) && !(value == old[name])) return true;
  for (const auto [name, value] : old.members())
    if (!is_outside_spec(name) && !object.has(name)) return true;
  return false;
}

void keep_status(Value& object, View old) {
  if (const View status = old["status"])
    object.set("status", status.to_value());
  else
    object.erase("status");
}

}  // namespace

bool has_generation(const schema::KindInfo& kind) {
  if (kind.custom) return true;
  // As upstream's strategies count it: most kinds with a spec, and some without.
  static constexpr std::array<std::string_view, 27> kCounted{"CSIDriver",
                                                             "CronJob",
                                                             "DaemonSet",
                                                             "Deployment",
                                                             "DeviceClass",
                                                             "DeviceTaintRule",
                                                             "EndpointSlice",
                                                             "FlowSchema",
                                                             "Ingress",
                                                             "IngressClass",
                                                             "Job",
                                                             "MutatingAdmissionPolicy",
                                                             "MutatingAdmissionPolicyBinding",
                                                             "MutatingWebhookConfiguration",
                                                             "NetworkPolicy",
                                                             "Pod",
                                                             "PodDisruptionBudget",
                                                             "PodTemplate",
                                                             "PriorityClass",
                                                             "PriorityLevelConfiguration",
                                                             "ReplicaSet",
                                                             "ReplicationController",
                                                             "ResourceSlice",
                                                             "StatefulSet",
                                                             "ValidatingAdmissionPolicy",
                                                             "ValidatingAdmissionPolicyBinding",
                                                             "ValidatingWebhookConfiguration"};
  return std::ranges::binary_search(kCounted, std::string_view(kind.kind));
}

void generic_prepare_for_create(Value& object, const WriteContext& context) {
  if (context.kind.subresource("status") != nullptr) {
    // The zero values that Go writes for an empty status belong to it.
    if (Value* status = object.find("status")) {
      *status = Value::object();
      if (const schema::Field field = context.kind.type.field("status"); field && field.type())
        (void)schema::decode(*status, field.type());
    }
  }
  if (has_generation(context.kind)) object["metadata"].set("generation", 1);
}

void generic_prepare_for_update(Value& object, View old, const WriteContext& context) {
  if (context.kind.subresource("status") != nullptr) keep_status(object, old);
  if (has_generation(context.kind) && content_changed(object, old))
    object["metadata"].set("generation", old["metadata"]["generation"].as_int() + 1);
}

void generic_prepare_for_status_update(Value& object, View old, const WriteContext& /*context*/) {
  Value* status = object.find("status");
  Value taken = status == nullptr ? Value() : std::move(*status);
  const bool any = status != nullptr;
  Value metadata = std::move(object["metadata"]);
  object = old.to_value();
  if (any)
    object.set("status", std::move(taken));
  else
    object.erase("status");
  object.set("metadata", std::move(metadata));
}

}  // namespace proa::api
