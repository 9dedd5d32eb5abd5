// kubectl apply: creates what is missing, and brings the rest to what the files say by a three-way patch.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/three_way_patch.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;
constexpr int kConflictTries = 5;

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector;
  bool server_side = false, force_conflicts = false, overwrite = true, prune = false, all = false, force = false;
};

void add_flags(Options& o, FlagSet& flags) {
  o.write.add_to(flags, o.print, "kubectl-client-side-apply");
  o.write.add_validate(flags);
  o.files.add_to(flags);
  flags.text("selector", 'l', &o.selector);
  flags.boolean("server-side", 0, &o.server_side);
  flags.boolean("force-conflicts", 0, &o.force_conflicts);
  flags.boolean("overwrite", 0, &o.overwrite);
  flags.boolean("prune", 0, &o.prune);
  flags.boolean("all", 0, &o.all);
  flags.boolean("force", 0, &o.force);
  flags.ignored_boolean("openapi-patch");
  flags.ignored_boolean("wait");
  flags.ignored("cascade");
  flags.ignored("grace-period");
  flags.ignored("timeout");
  flags.ignored("prune-allowlist");
}

void prune_nulls(Value& value) {
  if (value.is_array())
    for (Value& item : value.items()) prune_nulls(item);
  if (!value.is_object()) return;
  std::erase_if(value.members(), [](const auto& member) { return member.value.is_null(); });
  for (auto& member : value.members()) prune_nulls(member.value);
}

/// As error texts show an object that was to be patched.
std::string info_text(const Info& info) {
  const Mapping& m = info.mapping;
  const std::string group = m.group.empty() ? "/" + m.version : m.group + "/" + m.version;
  return fmt::format("Resource: \"{}, Resource={}\", GroupVersionKind: \"{}, Kind={}\"\nName: {}, Namespace: {}", group,
                     m.plural, group, m.kind, object::go_quoted(info.name), object::go_quoted(info.name_space));
}

class Apply {
 public:
  Apply(Session& session, Options& options, std::string cause)
      : session_(session), o_(options), cause_(std::move(cause)), printer_(options.print, options.write.dry_run) {}
  Try<void> run();

 private:
  Try<void> one(Info& info);
  Try<void> on_server(Info& info);
  Try<void> create_new(Info& info);
  Try<void> update(Info& info, const Value& modified, Value live);
  Try<Value> patched(Info& info, View modified, View live, std::string& patch);
  Try<void> show(View object, const std::string& operation);
  Try<void> show_all();
  void warn_if_deleting(View object) const;

  Session& session_;
  Options& o_;
  std::string cause_;
  ResultPrinter printer_;
  std::vector<Value> shown_;
};

Try<void> Apply::run() {
  Request request;
  request.files = o_.files;
  request.validate = o_.write.validate != "Ignore";
  request.selector = o_.selector;
  auto found = find(session_, request);
  if (!found) return Failed(found.error());
  std::vector<Failure> failures;
  if (!found->failures.empty()) failures.push_back(Failure::all(std::move(found->failures)));
  if (found->infos.empty() && failures.empty()) return fail("no objects passed to apply");
  for (Info& info : found->infos)
    if (auto done = one(info); !done) failures.push_back(done.error());
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return show_all();
}

/// What -o asks for comes last, as one object or a List, and only if all went well.
Try<void> Apply::show_all() {
  if (shown_.empty()) return {};
  Value all = Value::object({{"apiVersion", "v1"}, {"kind", "List"}, {"metadata", Value::object()}});
  if (shown_.size() > 1) all["items"] = Value(std::move(shown_));
  auto text = printer_.print(shown_.size() == 1 ? View(shown_[0]) : View(all), "");
  if (!text) return Failed(text.error());
  session_.out(*text);
  return {};
}

Try<void> Apply::show(View object, const std::string& operation) {
  if (o_.print.given() && o_.print.output != "name") {
    shown_.push_back(object.to_value());
    return {};
  }
  auto text = printer_.print(object, operation);
  if (!text) return Failed(text.error());
  session_.out(*text);
  return {};
}

void Apply::warn_if_deleting(View object) const {
  if (object::is_deleting(object))
    session_.err(fmt::format("Warning: Detected changes to resource {} which is currently being deleted.\n",
                             object::name_of(object)));
}

Try<void> Apply::on_server(Info& info) {
  Call call{.method = "PATCH",
            .path = info.mapping.path(info.name_space, info.name),
            .params = o_.write.params(),
            .body = object::to_json(info.object),
            .content_type = kApplyPatch};
  call.params.emplace_back("force", o_.force_conflicts ? "true" : "false");
  auto applied = session_.api().send(call);
  if (!applied && applied.error().is("Conflict"))
    return fail(applied.error().message() +
                "\nPlease review the fields above--they currently have other managers. Here\n"
                "are the ways you can resolve this warning:\n"
                "* If you intend to manage all of these fields, please re-run the apply\n"
                "  command with the `--force-conflicts` flag.\n"
                "* If you do not intend to manage all of the fields, please edit your\n"
                "  manifest to remove references to the fields that should keep their\n"
                "  current managers.\n"
                "* You may co-own fields by updating your manifest to match the existing\n"
                "  value; in this case, you'll become the manager if the other manager(s)\n"
                "  stop managing the field (remove it from their configuration).\n"
                "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts");
  if (!applied) return Failed(applied.error());
  warn_if_deleting(*applied);
  return show(*applied, "serverside-applied");
}

Try<void> Apply::create_new(Info& info) {
  const std::string text = last_applied_text(info.object);
  info.object["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
  prune_nulls(info.object);
  if (!o_.write.client_only()) {
    auto created = create_object(session_, info, o_.write);
    if (!created) return Failed(created.error().at_source("creating", info.source));
    info.object = std::move(*created);
  }
  return show(info.object, "created");
}

Try<Value> Apply::patched(Info& info, View modified, View live, std::string& patch) {
  Value original;
  const View kept = object::annotations_of(live)[std::string_view(kLastApplied)];
  if (kept.is_string())
    if (auto parsed = object::parse_json(kept.as_string())) original = std::move(*parsed);
  const bool strategic = static_cast<bool>(info.mapping.type);
  const View before = original.is_object() ? View(original) : View();
  const Value difference = strategic ? three_way_patch(before, modified, live, info.mapping.type)
                                     : three_way_merge_patch(before, modified, live);
  patch = sorted_json(difference);
  if (patch == "{}") return live.to_value();
  return patch_object(session_, info, strategic ? kStrategicPatch : kMergePatch, patch, o_.write);
}

Try<void> Apply::update(Info& info, const Value& modified, Value live) {
  if (o_.write.client_only()) return show(live, "configured");
  if (!object::annotations_of(live)[std::string_view(kLastApplied)].exists())
    session_.err(
        fmt::format("Warning: resource {}/{} is missing the {} annotation which is required by {} apply. {} apply "
                    "should only be used "
                    "on resources created declaratively by either {} create --save-config or {} apply. The missing "
                    "annotation will be "
                    "patched automatically.\n",
                    info.mapping.plural, info.name, kLastApplied, session_.called_as(), session_.called_as(),
                    session_.called_as(), session_.called_as()));
  std::string patch;
  auto result = patched(info, modified, live, patch);
  for (int tries = 0; !result && result.error().is("Conflict") && tries < kConflictTries; ++tries) {
    auto fresh = session_.api().get(info.mapping.path(info.name_space, info.name));
    if (!fresh) return Failed(fresh.error());
    live = std::move(*fresh);
    result = patched(info, modified, live, patch);
  }
  if (!result) {
    const Failure inner = result.error().at_source("patching", info.source);
    return Failed(
        inner.at_source(fmt::format("applying patch:\n{}\nto:\n{}\nfor:", patch, info_text(info)), info.source));
  }
  warn_if_deleting(*result);
  return show(*result, patch == "{}" && !o_.print.given() ? "unchanged" : "configured");
}

Try<void> Apply::one(Info& info) {
  if (!cause_.empty()) record_cause(info.object, cause_);
  if (info.name.empty()) {
    const std::string prefix = View(info.object)["metadata"]["generateName"].str();
    if (!prefix.empty()) return fail(fmt::format("from {}: cannot use generate name with apply", prefix));
  }
  if (o_.server_side) return on_server(info);
  Value modified = info.object;
  const std::string text = last_applied_text(info.object);
  modified["metadata"]["annotations"][object::Key(std::string_view(kLastApplied))] = text;
  const auto named = info.check_name();
  auto live = named ? session_.api().get(info.mapping.path(info.name_space, info.name)) : Failed(named.error());
  if (!live) {
    if (live.error().is("NotFound")) return create_new(info);
    return Failed(live.error().at_source(
        fmt::format("retrieving current configuration of:\n{}\nfrom server for:", info_text(info)), info.source));
  }
  return update(info, std::move(modified), std::move(*live));
}

}  // namespace

Try<void> apply(Session& session) {
  Options options;
  FlagSet flags = session.flags();
  add_flags(options, flags);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!args->empty()) {
    std::string list;
    for (const auto& arg : *args) list += (list.empty() ? "" : " ") + arg;
    return session.usage(fmt::format("Unexpected args: [{}]", list));
  }
  if (auto ok = options.write.check(session); !ok) return ok;
  if (options.server_side && options.write.client_only())
    return fail("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  if (options.server_side && !flags.changed("field-manager")) options.write.field_manager = "kubectl";
  if (options.files.empty()) return fail("must specify one of -f and -k");
  if (options.force_conflicts && !options.server_side) return fail("--force-conflicts only works with --server-side");
  if (options.force && options.server_side) return fail("--force cannot be used with --server-side");
  if (options.force && options.write.dry_run == "server") return fail("--dry-run=server cannot be used with --force");
  if (options.prune) return fail("this client can't prune: --prune is not supported");
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  const std::string cause = options.write.record ? Session::change_cause(flags, {"apply"}, {}) : "";
  return Apply(session, options, cause).run();
}

}  // namespace proa::cli::kubectl
