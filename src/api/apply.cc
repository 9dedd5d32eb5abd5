#include "api/apply.h"

#include <fmt/format.h>

#include "api/body.h"
#include "api/convert.h"
#include "api/fields/field_diff.h"
#include "api/fields/manager_list.h"
#include "api/fields/merge.h"
#include "api/fields/typed_check.h"
#include "object/meta.h"
#include "schema/decode.h"
#include "schema/defaulting.h"
#include "schema/strategic_merge.h"

namespace proa::api {
namespace {

using fields::Diff;
using fields::FieldSet;
using fields::ManagerEntry;
using fields::ManagerId;
using fields::ManagerList;
using object::Value;
using object::View;

struct Conflict {
  const ManagerEntry* manager;
  std::vector<std::string> paths;
};

/// `conflict with "kubectl" with subresource "status" using apps/v1: .spec.replicas`
std::string describe(const ManagerEntry& manager) {
  std::string out = fmt::format("\"{}\"", manager.id.manager);
  if (!manager.id.subresource.empty()) out += fmt::format(" with subresource \"{}\"", manager.id.subresource);
  if (!manager.applied()) out += " using " + manager.id.api_version;
  return out;
}

Status conflict_status(const std::vector<Conflict>& conflicts) {
  size_t count = 0;
  Status status{.code = 409, .reason = "Conflict", .message = ""};
  for (const Conflict& conflict : conflicts) {
    count += conflict.paths.size();
    for (const std::string& path : conflict.paths)
      status.details.causes.push_back({"FieldManagerConflict", "conflict with " + describe(*conflict.manager), path});
  }
  status.message = fmt::format("Apply failed with {} conflict{}: ", count, count == 1 ? "" : "s");
  if (count == 1) {
    status.message += fmt::format("{}: {}", status.details.causes[0].message, status.details.causes[0].field);
    return status;
  }
  for (size_t i = 0; i < conflicts.size(); ++i) {
    if (i > 0) status.message += '\n';
    status.message += fmt::format("conflicts with {}:", describe(*conflicts[i].manager));
    for (const std::string& path : conflicts[i].paths) status.message += "\n- " + path;
  }
  return status;
}

/// Everything that some manager has.
FieldSet owned_by_anyone(ManagerList& managers) {
  FieldSet all;
  for (ManagerEntry& entry : managers.entries()) fields::unite(all, managers.set_of(entry));
  return all;
}

/// Others keep what this apply did not touch; what it changed under them is a conflict, or theirs no longer.
Result<void> settle_conflicts(ManagerList& managers, const ManagerId& self, Diff& change, bool force) {
  std::vector<Conflict> conflicts;
  for (ManagerEntry& entry : managers.entries()) {
    if (&entry == managers.find(self)) continue;
    const FieldSet both = fields::intersection(managers.set_of(entry), change.changed);
    if (both.empty()) continue;
    if (!force) {
      conflicts.push_back({&entry, fields::to_paths(both)});
      continue;
    }
    fields::subtract(entry.set, both);
    entry.touched = true;
  }
  if (!conflicts.empty()) return Error(conflict_status(conflicts));
  managers.lose(change.removed);
  return {};
}

/// An object from before field management: its fields belong to "before-first-apply".
void adopt_unmanaged(ManagerList& managers, View live, const schema::KindInfo& kind, fields::TextArena& arena,
                     object::TimeNs now) {
  if (!live.exists() || !managers.empty()) return;
  Diff all = fields::diff(View(), live, kind.type, arena);
  fields::strip_meta(all.changed);
  managers.gain(
      {.manager = "before-first-apply", .operation = "Update", .api_version = kind.api_version(), .subresource = {}},
      all.changed, now);
}

Result<Value> applied(Core& core, const Target& target, const Call& call, View config, bool force, View live) {
  const schema::KindInfo& kind = *target.stored;
  fields::TextArena arena;
  Value merged = live.exists() ? live.to_value() : Value::object();
  (void)fields::take_managed_fields(merged);
  ManagerList managers = fields::base_managers(Value(), live, true, arena);
  adopt_unmanaged(managers, live, kind, arena, core.now());

  const ManagerId self{.manager = call.field_manager,
                       .operation = "Apply",
                       .api_version = kind.api_version(),
                       .subresource = target.subresource};
  ManagerEntry* before = managers.find(self);
  const FieldSet last = before == nullptr ? FieldSet() : managers.set_of(*before);
  const std::string last_time = before == nullptr ? std::string() : before->time;
  FieldSet wanted = fields::to_field_set(config, kind.type, arena);
  fields::strip_meta(wanted);
  fields::reset_fields(wanted, kind, target.subresource);
  const bool same_set = fields::same(last, wanted);
  managers.assign(self, wanted, core.now());

  fields::merge_into(merged, config, kind.type);
  fields::remove_fields(merged, last, owned_by_anyone(managers), kind.type);
  order_metadata(merged);
  Value bare = live.exists() ? live.to_value() : Value::object();
  (void)fields::take_managed_fields(bare);
  Diff change = fields::diff(bare, merged, kind.type, arena);
  fields::reset_fields(change.changed, kind, target.subresource);
  if (auto ok = settle_conflicts(managers, self, change, force); !ok) return Error(ok.error());
  // An apply that changes nothing leaves its time as it was.
  if (same_set && View(merged) == View(bare)) managers.find(self)->time = last_time;
  fields::put_managed_fields(merged, managers.encode());
  return merged;
}

/// "apps/v1, Kind=Deployment", "/v1, Kind=Pod".
std::string type_of(View config) {
  const auto parsed = schema::parse_api_version(config["apiVersion"].as_string());
  return fmt::format("{}/{}, Kind={}", parsed.group, parsed.version, config["kind"].as_string());
}

Result<void> check_types(const Target& target, View config) {
  const std::vector<std::string> wrong = fields::typed_errors(config, target.kind->type);
  if (wrong.empty()) return {};
  const std::string list = wrong.size() == 1 ? wrong[0] : fmt::format("errors:\n  {}", fmt::join(wrong, "\n  "));
  return Error(
      Status{.code = 500,
             .reason = "",
             .message = fmt::format("failed to create typed patch object ({}/{}; {}): {}", object::namespace_of(config),
                                    object::name_of(config), type_of(config), list)});
}

Result<void> check_config(const schema::Registry& registry, const Target& target, View config) {
  if (!config.is_object() && !config.is_null())
    return Error(base::bad_request(fmt::format(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go "
        "value of type map[string]interface {{}}",
        schema::json_type(config))));
  if (config["metadata"]["managedFields"].exists())
    return Error(base::bad_request("metadata.managedFields must be nil"));
  const std::string_view version = config["apiVersion"].as_string();
  if (config["kind"].as_string() != target.kind->kind || registry.find_kind(version, target.kind->kind) == nullptr)
    return Error(base::bad_request("invalid object type: " + type_of(config)));
  if (version != target.kind->api_version())
    return Error(
        base::bad_request(fmt::format("Incorrect version specified in apply patch. Specified patch version: {}, "
                                      "expected: {}",
                                      version, target.kind->api_version())));
  const std::string_view ns = object::namespace_of(config);
  if (target.kind->namespaced && !ns.empty() && ns != target.ns)
    return Error(
        base::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
  const std::string_view name = object::name_of(config);
  if (!name.empty() && name != target.name)
    return Error(base::bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, target.name)));
  return {};
}

/// What the schema takes may still be no object of the kind.
Result<void> decode_config(Value& config, const schema::KindInfo& kind, Call& call) {
  const std::string where =
      fmt::format("({}/{}; {})", object::namespace_of(config), object::name_of(config), type_of(config));
  Value tried = config;
  if (auto ok = schema::decode(tried, kind.type); !ok)
    return Error(Status{.code = 500,
                        .reason = "",
                        .message = fmt::format("failed to convert new object {} to proper version: unable to convert "
                                               "unstructured object to {}: {}",
                                               where, type_of(config), as_converter_says(ok.error().message))});
  return decode_object(config, kind, kind.type, {}, call);
}

}  // namespace

void server_side_apply(Core& core, Target target, CallPtr call, const std::shared_ptr<const Value>& sent, bool force,
                       StoredDone done) {
  if (call->field_manager.empty())
    return done(
        Error(base::invalid("meta.k8s.io", "PatchOptions", "",
                            {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}})));
  if (auto ok = check_config(core.registry, target, *sent); !ok) return done(Error(ok.error()));
  if (!target.kind->custom)
    if (auto ok = check_types(target, *sent); !ok) return done(Error(ok.error()));
  auto config = std::make_shared<Value>(*sent);
  // Only what was written counts as applied: the zero values that decoding puts in are taken from a copy.
  Value decoded = *config;
  if (auto ok = decode_config(decoded, *target.kind, *call); !ok) return done(Error(ok.error()));
  (*config)["metadata"].set("name", target.name);
  if (target.kind->namespaced) (*config)["metadata"].set("namespace", target.ns);
  ChangeOptions options;
  options.may_create = target.subresource.empty();
  options.manages_fields = true;
  Change change = [&core, target, call, config, force](View old) -> Result<Value> {
    auto object = applied(core, target, *call, *config, force, old);
    if (!object) return object;
    Call quiet;
    quiet.field_validation = FieldValidation::kIgnore;
    if (auto ok = decode_object(*object, *target.stored, target.stored->type, {}, quiet); !ok) return Error(ok.error());
    schema::apply_defaults(*object, target.stored->type, core.now());
    return object;
  };
  apply_change(core, std::move(target), std::move(call), std::move(change), std::move(options), std::move(done));
}

}  // namespace proa::api
