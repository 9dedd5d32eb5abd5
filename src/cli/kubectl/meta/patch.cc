// kubectl patch and replace.
#include "object/patch.h"

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/yaml.h"
#include "runtime/clock.h"
#include "runtime/file.h"
#include "schema/strategic_merge.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct PatchOptions {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string patch, patch_file, type = "strategic", subresource;
  bool local = false;
};

Try<const char*> media_type(const std::string& type) {
  const std::string name = lower(type);
  if (name == "json") return kJsonPatch;
  if (name == "merge") return kMergePatch;
  if (name == "strategic" || name.empty()) return kStrategicPatch;
  return fail(fmt::format("--type must be one of [json merge strategic], not {}", object::go_quoted(type)));
}

/// JSON text. What begins like an object is left as it is: the server judges it.
Try<std::string> read_patch(const PatchOptions& o) {
  if (!o.patch.empty() && !o.patch_file.empty()) return fail("cannot specify --patch and --patch-file together");
  if (o.patch.empty() && o.patch_file.empty())
    return fail("must specify --patch or --patch-file containing the contents of the patch");
  std::string text = o.patch;
  if (!o.patch_file.empty()) {
    auto read = runtime::read_file(o.patch_file);
    if (!read) return fail(fmt::format("unable to read patch file: open {}: no such file or directory", o.patch_file));
    text = std::move(*read);
  }
  if (trim(text).starts_with('{')) return text;
  auto patch = object::parse_yaml(text);
  if (!patch) {
    std::string why = patch.error().message;
    if (why.starts_with("error converting YAML to JSON: ")) why = why.substr(31);
    return fail(fmt::format("unable to parse {}: {}", object::go_quoted(o.patch), why));
  }
  return object::to_json(*patch);
}

Try<Value> patched_locally(const Info& info, const char* type, const std::string& text) {
  const bool strategic = type == kStrategicPatch;
  auto patch = checked(object::parse_json(text));
  if (!patch) return Failed(patch.error());
  if (type == kJsonPatch) return checked(object::apply_json_patch(info.object, *patch));
  return checked(schema::strategic_merge(info.object, *patch, strategic ? info.mapping.type : schema::Type()));
}

Try<std::string> patch_one(Session& session, const PatchOptions& o, const Info& info, const char* type,
                           const std::string& patch, const std::string& cause) {
  ResultPrinter printer(o.print, "none");  // a dry run is told as a true one, as upstream does
  Try<Value> result = Value();
  if (o.local || o.write.client_only()) {
    result = patched_locally(info, type, patch);
  } else {
    WriteFlags write = o.write;
    write.validate.clear();
    result = patch_object(session, info, type, patch, write, o.subresource);
    if (result && !cause.empty()) {
      Value record = Value::object();
      record_cause(record, cause);
      auto recorded = patch_object(session, info, kMergePatch, object::to_json(record), write);
      if (recorded) result = std::move(recorded);
    }
  }
  if (!result) return Failed(result.error());
  return printer.print(*result, View(*result) == View(info.object) ? "patched (no change)" : "patched");
}

struct ReplaceOptions {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string subresource, cascade = "background";
  bool save_config = false, force = false, wait = false;
  int64_t grace = -1, timeout_ns = 0;
};

Try<Value> put(Session& session, const ReplaceOptions& o, const Info& info) {
  if (auto ok = info.check_name(); !ok) return Failed(ok.error());
  Value object = info.object;
  // Without a version of its own, it replaces whatever is there; what is not there the server may make (a Service).
  if (View(object)["metadata"]["resourceVersion"].as_string().empty())
    if (const auto live = session.api().get(info.mapping.path(info.name_space, info.name)))
      object["metadata"]["resourceVersion"] = View(*live)["metadata"]["resourceVersion"].str();
  return session.api().send({.method = "PUT",
                             .path = info.mapping.path(info.name_space, info.name, o.subresource),
                             .params = o.write.params(),
                             .body = object::to_json(object)});
}

/// Deletes what is there and waits for its end. A grace period of 0 is taken for 1, as upstream does.
Try<void> make_room(Session& session, const ReplaceOptions& o, const Info& info) {
  if (auto ok = info.check_name(); !ok) return Failed(ok.error().at_source("deleting", info.source));
  Value options = Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", "Background"}});
  if (o.grace >= 0) options["gracePeriodSeconds"] = std::max<int64_t>(o.grace, 1);
  auto gone = session.api().send(
      {.method = "DELETE", .path = info.mapping.path(info.name_space, info.name), .body = object::to_json(options)});
  if (!gone && gone.error().is("NotFound")) return {};
  if (!gone) return Failed(gone.error());
  session.out(fmt::format("{} {} deleted\n", info.mapping.kind_group(), object::go_quoted(info.name)));
  const int64_t timeout = o.timeout_ns > 0 ? o.timeout_ns / 1'000'000 : 300'000;
  return until(
      session, info, timeout, [](Seen seen, View) -> Try<bool> { return seen == Seen::kDeleted; }, [] { return true; });
}

}  // namespace

Try<void> patch(Session& session) {
  PatchOptions o;
  FlagSet flags = session.flags();
  o.write.add_to(flags, o.print, "kubectl-patch");
  o.files.add_to(flags);
  flags.text("patch", 'p', &o.patch);
  flags.text("patch-file", 0, &o.patch_file);
  flags.text("type", 0, &o.type);
  flags.text("subresource", 0, &o.subresource);
  flags.boolean("local", 0, &o.local);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (o.local && !args->empty()) return fail("cannot specify --local and server resources");
  if (o.patch.empty() && o.patch_file.empty())
    return fail("must specify --patch or --patch-file containing the contents of the patch");
  auto type = media_type(o.type);
  if (!type) return Failed(type.error());
  auto wanted = read_patch(o);
  if (!wanted) return Failed(wanted.error());
  Request request;
  request.args = *args;
  request.files = o.files;
  request.type_means_all = false;
  request.subresource = o.subresource;
  request.latest = false;  // objects of files are patched unseen
  request.local = o.local;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  const std::string cause = o.write.record ? Session::change_cause(flags, {"patch"}, *args) : "";
  for (const Info& info : found->infos) {
    auto text = patch_one(session, o, info, *type, *wanted, cause);
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  if (found->infos.empty()) return fail("no objects passed to patch");
  return {};
}

Try<void> replace(Session& session) {
  ReplaceOptions o;
  FlagSet flags = session.flags();
  o.write.add_to(flags, o.print, "kubectl-replace");
  o.write.add_validate(flags);
  o.files.add_to(flags);
  flags.text("subresource", 0, &o.subresource);
  flags.text("cascade", 0, &o.cascade);
  flags.boolean("save-config", 0, &o.save_config);
  flags.boolean("force", 0, &o.force);
  flags.boolean("wait", 0, &o.wait);
  flags.integer("grace-period", 0, &o.grace);
  flags.duration("timeout", 0, &o.timeout_ns);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (o.files.empty()) return fail("must specify one of -f and -k");
  if (o.grace >= 0 && !o.force) return fail("--grace-period must have --force specified");
  if (o.timeout_ns != 0 && !o.force) return fail("--timeout must have --force specified");
  if (o.force && o.write.dry_run != "none") return fail("--dry-run can not be used when --force is set");
  Request request;
  request.files = o.files;
  request.validate = o.write.validate != "Ignore";
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  ResultPrinter printer(o.print, o.write.dry_run);
  const std::string cause = o.write.record ? Session::change_cause(flags, {"replace"}, *args) : "";
  if (o.force)
    for (const Info& info : found->infos)
      if (auto done = make_room(session, o, info); !done) return done;
  for (Info& info : found->infos) {
    const bool applied = object::annotations_of(info.object)[std::string_view(kLastApplied)].exists();
    if (o.save_config || applied) {
      const std::string text = last_applied_text(info.object);
      info.object["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
    }
    if (!cause.empty()) record_cause(info.object, cause);
    Try<Value> made = o.write.client_only() ? Try<Value>(info.object)
                      : o.force             ? create_object(session, info, o.write)
                                            : put(session, o, info);
    if (!made) {
      failures.push_back(o.force ? made.error() : made.error().at_source("replacing", info.source));
      continue;
    }
    auto text = printer.print(*made, "replaced");
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  if (found->infos.empty()) return fail("no objects passed to replace");
  return {};
}

}  // namespace proa::cli::kubectl
