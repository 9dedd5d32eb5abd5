#include "cli/kubectl/mutation.h"

#include <fmt/format.h>

#include "cli/kubectl/three_way_patch.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;

void WriteFlags::add_to(FlagSet& flags, PrintFlags& print, const std::string& manager) {
  print.add_to(flags);
  add_dry_run(flags);
  add_record(flags);
  add_field_manager(flags, manager);
}

void WriteFlags::add_dry_run(FlagSet& flags) {
  auto& flag = flags.text("dry-run", 0, &dry_run);
  flag.optional_value = true;
  flag.no_value = "unchanged";
}

void WriteFlags::add_validate(FlagSet& flags) {
  auto& flag = flags.text("validate", 0, &validate);
  flag.optional_value = true;
  flag.no_value = "strict";
}

void WriteFlags::add_record(FlagSet& flags) {
  flags.boolean("record", 0, &record).deprecated = "--record will be removed in the future";
}

void WriteFlags::add_field_manager(FlagSet& flags, const std::string& otherwise) {
  field_manager = otherwise;
  flags.text("field-manager", 0, &field_manager);
}

Try<void> WriteFlags::check(Session& session) {
  if (dry_run == "unchanged" || dry_run == "true") {
    session.err(dry_run == "unchanged" ? "W0000 00:00:00.000000       1 helpers.go:703] --dry-run is deprecated and "
                                         "can be replaced with --dry-run=client.\n"
                                       : "W0000 00:00:00.000000       1 helpers.go:703] --dry-run=true is deprecated "
                                         "(boolean value) and can be replaced with --dry-run=client.\n");
    dry_run = "client";
  }
  if (dry_run == "false") dry_run = "none";
  if (dry_run != "none" && dry_run != "client" && dry_run != "server")
    return fail(fmt::format("Invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\".", dry_run));
  if (validate == "true" || validate == "strict")
    validate = "Strict";
  else if (validate == "warn")
    validate = "Warn";
  else if (validate == "false" || validate == "ignore")
    validate = "Ignore";
  else
    return fail(fmt::format("invalid - validate option {}; must be one of: strict (or true), warn, ignore (or false)",
                            object::go_quoted(validate)));
  return {};
}

Try<void> WriteFlags::ready(Session& session) {
  if (auto ok = check(session); !ok) return ok;
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  return {};
}

Try<std::vector<std::string>> WriteFlags::begin(Session& session, FlagSet& flags) {
  auto args = session.parse(flags);
  if (!args) return args;
  if (auto ok = ready(session); !ok) return Failed(ok.error());
  return args;
}

Params WriteFlags::params() const {
  return {{"dryRun", dry_run == "server" ? "All" : ""}, {"fieldManager", field_manager}, {"fieldValidation", validate}};
}

void record_cause(Value& object, const std::string& cause) {
  object["metadata"]["annotations"][object::Key(std::string_view(kChangeCause))] = cause;
}

std::string sorted_json(View view) {
  std::string out;
  object::write_json_indented(view, out, -1, true);
  return out;
}

void erase_annotation(Value& object, const char* name) {
  Value* metadata = object.find("metadata");
  Value* annotations = metadata ? metadata->find("annotations") : nullptr;
  if (annotations == nullptr) return;
  annotations->erase(std::string_view(name));
}

std::string last_applied_text(View object) {
  Value copy = object.to_value();
  Value& annotations = copy["metadata"]["annotations"];
  if (!annotations.is_object()) annotations = Value::object();
  annotations.erase(std::string_view(kLastApplied));
  return sorted_json(copy) + "\n";
}

Try<Value> create_object(Session& session, const Info& info, const WriteFlags& write) {
  Value object = info.object;
  // What was read from a cluster carries a version, which a new object can't have.
  if (Value* metadata = object.find("metadata"))
    if (View(*metadata)["resourceVersion"].is_string() && !View(*metadata)["resourceVersion"].as_string().empty())
      metadata->set("resourceVersion", "");
  return session.api().send({.method = "POST",
                             .path = info.mapping.path(info.name_space),
                             .params = write.params(),
                             .body = object::to_json(object)});
}

Try<Value> patch_object(Session& session, const Info& info, const char* patch_type, const std::string& patch,
                        const WriteFlags& write, const std::string& subresource) {
  if (auto ok = info.check_name(); !ok) return Failed(ok.error());
  return session.api().send({.method = "PATCH",
                             .path = info.mapping.path(info.name_space, info.name, subresource),
                             .params = write.params(),
                             .body = patch,
                             .content_type = patch_type});
}

Try<Value> patch_difference(Session& session, const Info& info, View after, const WriteFlags& write) {
  WriteFlags plain = write;
  plain.validate.clear();
  if (info.mapping.type)
    return patch_object(session, info, kStrategicPatch,
                        sorted_json(two_way_patch(info.object, after, info.mapping.type)), plain);
  return patch_object(session, info, kMergePatch, sorted_json(two_way_merge_patch(info.object, after)), plain);
}

}  // namespace proa::cli::kubectl
