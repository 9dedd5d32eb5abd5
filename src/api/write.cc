#include "api/write.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/body.h"
#include "api/fields/managed_fields.h"
#include "api/meta_validation.h"
#include "object/meta.h"
#include "object/time.h"
#include "schema/decode.h"
#include "schema/validation.h"

namespace proa::api {
namespace {

using object::Value;
using object::View;
using schema::ErrorList;
using schema::Path;

admission::Attributes attributes(Core& core, const Target& target, const Call& call, View object,
                                 admission::Operation operation) {
  return {.kind = *target.stored,
          .ns = target.ns,
          .name = target.name.empty() ? object::name_of(object) : std::string_view(target.name),
          .subresource = target.subresource,
          .operation = operation,
          .user = call.user.name,
          .dry_run = call.dry_run,
          .world = core.world(),
          .random = core.random};
}

void keep(Value& metadata, View old, object::Key member) {
  if (const View value = old[member])
    metadata.set(member, value.to_value());
  else
    metadata.erase(member);
}

/// Subresources that set out of the object's own rules what an ordinary update may not: binding a pod to its node,
/// letting a namespace go.
bool is_internal_step(std::string_view subresource) { return subresource == "binding" || subresource == "finalize"; }

/// What an update can't change is quietly what it was.
void keep_metadata(Value& object, View old) {
  Value& metadata = object["metadata"];
  const View was = old["metadata"];
  keep(metadata, was, "generation");
  keep(metadata, was, "creationTimestamp");
  if (View(metadata)["uid"].as_string().empty()) keep(metadata, was, "uid");
  if (was["deletionTimestamp"].is_string()) {
    keep(metadata, was, "deletionTimestamp");
  } else {
    metadata.erase("deletionTimestamp");
  }
  if (!View(metadata)["deletionGracePeriodSeconds"].exists()) keep(metadata, was, "deletionGracePeriodSeconds");
}

Status invalid(const Target& target, View object, const ErrorList& errors) {
  const std::string_view name = object::name_of(object);
  return base::invalid(target.stored->group, target.stored->kind, name, errors.causes());
}

/// By the schema's rules and the kind's own; what both find is told once.
void validate_content(const KindBehaviour& behaviour, schema::Type type, View object, bool changed, ErrorList& errors) {
  ErrorList by_schema, by_kind;
  const auto own = changed && behaviour.validate_changed != nullptr ? behaviour.validate_changed : behaviour.validate;
  if (!behaviour.validates_alone) schema::validate_by_schema(object, type, Path(), by_schema);
  if (own != nullptr) own(object, by_kind);
  errors.append(by_schema);
  errors.append(by_kind.without(by_schema));
}

Result<void> validate_new(Core& core, const Target& target, Call& call, View object) {
  const KindBehaviour& behaviour = core.behaviour(*target.stored);
  ErrorList errors;
  validate_metadata(object, *target.stored, behaviour.name_rule, errors);
  validate_content(behaviour, target.stored->type, object, false, errors);
  if (!errors.empty()) return Error(invalid(target, object, errors));
  if (behaviour.warnings != nullptr) behaviour.warnings(object, View(), call.warnings);
  return {};
}

Result<void> validate_changed(Core& core, const Target& target, Call& call, View object, View old) {
  const KindBehaviour& behaviour = core.behaviour(*target.stored);
  ErrorList errors;
  // Twice, as upstream: once for all kinds and once by the kind. The causes show it.
  validate_metadata_update(object, old, errors);
  validate_metadata_update(object, old, errors);
  if (target.subresource == "status") {
    if (behaviour.validate_status_update != nullptr) behaviour.validate_status_update(object, old, errors);
  } else if (!target.subresource.empty() && behaviour.validate_subresource != nullptr) {
    behaviour.validate_subresource(object, old, target.subresource, errors);
  } else if (!is_internal_step(target.subresource)) {
    const auto update_rules = [&] {
      if (behaviour.validate_update != nullptr) behaviour.validate_update(object, old, errors);
    };
    if (behaviour.update_rules_first) update_rules();
    validate_content(behaviour, target.stored->type, object, true, errors);
    if (!behaviour.update_rules_first) update_rules();
  }
  if (!errors.empty()) return Error(invalid(target, object, errors));
  if (behaviour.warnings != nullptr && target.subresource.empty()) behaviour.warnings(object, old, call.warnings);
  return {};
}

void write_managed_fields(Core& core, const Target& target, const Call& call, Value& object, View old) {
  fields::update_managed_fields(object, old, *target.stored,
                                {.manager = call.field_manager, .subresource = target.subresource, .now = core.now()});
}

}  // namespace

void finish(Finish& finish, bool committed) {
  if (finish) std::exchange(finish, Finish())(committed);
}

void dedup_owner_references(Value& object, Call& call) {
  Value* metadata = object.find("metadata");
  Value* owners = metadata == nullptr ? nullptr : metadata->find("ownerReferences");
  if (owners == nullptr || !owners->is_array() || owners->items().size() < 2) return;
  auto& items = owners->items();
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t j = items.size() - 1; j > i; --j) {
      if (!(View(items[i]) == View(items[j]))) continue;
      call.warnings.push_back(fmt::format(
          ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may "
          "reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
          View(items[i])["uid"].as_string()));
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
}

Result<void> fill_metadata(Core& core, const Target& target, Value& object) {
  Value& metadata = object["metadata"];
  metadata.set("uid", runtime::make_uuid(core.random));
  metadata.set("creationTimestamp", object::format_time(core.now()));
  const std::string prefix = View(metadata)["generateName"].str();
  if (View(metadata)["name"].as_string().empty() && !prefix.empty())
    metadata.set("name", prefix.substr(0, 58) + runtime::make_name_suffix(core.random));
  (void)target;
  return {};
}

Result<Finish> complete_create(Core& core, const Target& target, Call& call, Value& object, bool manages_fields) {
  const KindBehaviour& behaviour = core.behaviour(*target.stored);
  if (call.guard)
    if (auto ok = call.guard(target, object, View()); !ok) return Error(ok.error());
  dedup_owner_references(object, call);
  if (!manages_fields) write_managed_fields(core, target, call, object, View());
  const auto admitted = attributes(core, target, call, object, admission::Operation::kCreate);
  if (auto ok = core.admission.mutate(object, View(), admitted); !ok) return Error(ok.error());
  if (auto ok = fill_metadata(core, target, object); !ok) return Error(ok.error());
  const WriteContext context = core.context(target, call);
  if (behaviour.prepare_for_create != nullptr)
    behaviour.prepare_for_create(object, context);
  else
    generic_prepare_for_create(object, context);
  Finish finisher;
  if (behaviour.begin != nullptr) {
    auto begun = behaviour.begin(object, View(), context);
    if (!begun) return Error(begun.error());
    finisher = std::move(*begun);
  }
  auto valid = validate_new(core, target, call, object);
  if (valid)
    valid =
        core.admission.validate(object, View(), attributes(core, target, call, object, admission::Operation::kCreate));
  // What admission and the kind put in gets its place among the rest.
  if (valid) valid = schema::decode(object, target.stored->type);
  if (!valid) {
    finish(finisher, false);
    return Error(valid.error());
  }
  return finisher;
}

Result<Finish> complete_update(Core& core, const Target& target, Call& call, Value& object, View old,
                               bool manages_fields) {
  const KindBehaviour& behaviour = core.behaviour(*target.stored);
  const WriteContext context = core.context(target, call);
  if (call.guard)
    if (auto ok = call.guard(target, object, old); !ok) return Error(ok.error());
  dedup_owner_references(object, call);
  if (!manages_fields) write_managed_fields(core, target, call, object, old);
  const auto admitted = attributes(core, target, call, object, admission::Operation::kUpdate);
  if (auto ok = core.admission.mutate(object, old, admitted); !ok) return Error(ok.error());
  keep_metadata(object, old);
  if (target.subresource == "status") {
    const auto prepare = behaviour.prepare_for_status_update;
    (prepare != nullptr ? prepare : generic_prepare_for_status_update)(object, old, context);
  } else if (!is_internal_step(target.subresource)) {
    const auto prepare = behaviour.prepare_for_update;
    (prepare != nullptr ? prepare : generic_prepare_for_update)(object, old, context);
  }
  Finish finisher;
  if (behaviour.begin != nullptr && target.subresource.empty()) {
    auto begun = behaviour.begin(object, old, context);
    if (!begun) return Error(begun.error());
    finisher = std::move(*begun);
  }
  auto valid = validate_changed(core, target, call, object, old);
  if (valid)
    valid = core.admission.validate(object, old, attributes(core, target, call, object, admission::Operation::kUpdate));
  if (valid && target.subresource != "status" && !is_internal_step(target.subresource))
    valid = schema::decode(object, target.stored->type);
  if (!valid) {
    finish(finisher, false);
    return Error(valid.error());
  }
  return finisher;
}

object::Document freeze_for_store(Value& object) {
  object["metadata"].set("resourceVersion", "0");
  order_metadata(object);
  return object::Document::freeze(object);
}

object::Document freeze_unstored(Value& object, std::string_view resource_version) {
  if (resource_version.empty())
    object["metadata"].erase("resourceVersion");
  else
    object["metadata"].set("resourceVersion", resource_version);
  order_metadata(object);
  return object::Document::freeze(object);
}

}  // namespace proa::api
