#include "admission/admission.h"
#include "admission/plugins.h"

namespace proa::admission {
namespace {

bool is(const Attributes& attributes, std::string_view group, std::string_view kind) {
  return attributes.kind.group == group && attributes.kind.kind == kind;
}

Result<void> mutate_pod(object::Value& pod, const Attributes& attributes) {
  if (auto ok = use_service_account(pod, attributes); !ok) return ok;
  tolerate_lost_nodes(pod, attributes);
  if (auto ok = resolve_priority(pod, attributes); !ok) return ok;
  apply_limit_defaults(pod, attributes);
  return {};
}

}  // namespace

Status forbid(const Attributes& attributes, std::string_view why) {
  return base::forbidden(attributes.kind.group_resource(), attributes.name.empty() ? "Unknown" : attributes.name, why);
}

Result<void> Chain::mutate(object::Value& object, object::View /*old*/, const Attributes& attributes) const {
  if (auto ok = check_namespace(attributes); !ok) return ok;
  if (!attributes.subresource.empty()) return {};
  // An update that takes them away gets them back.
  if (attributes.operation == Operation::kUpdate && is(attributes, "", "Pod")) tolerate_lost_nodes(object, attributes);
  if (attributes.operation != Operation::kCreate) return {};
  if (is(attributes, "", "Pod")) return mutate_pod(object, attributes);
  if (is(attributes, "", "Node")) taint_new_node(object, attributes);
  if (is(attributes, "", "PersistentVolumeClaim")) use_default_storage_class(object, attributes);
  return {};
}

Result<void> Chain::validate(object::View object, object::View /*old*/, const Attributes& attributes) const {
  if (attributes.operation == Operation::kDelete) return check_namespace(attributes);
  if (!attributes.subresource.empty() || attributes.operation != Operation::kCreate) return {};
  return check_limits(object, attributes);
}

}  // namespace proa::admission
