// kubectl scale.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector, resource_version;
  int64_t replicas = -1, current = -1, timeout_ns = 0;
  bool all = false;
};

/// `Expected replicas to be 2, was 3`
Try<void> check_current(Session& session, const Options& o, const Info& info) {
  auto scale = session.api().get(info.mapping.path(info.name_space, info.name, "scale"));
  if (!scale) return Failed(scale.error());
  const int64_t replicas = View(*scale)["spec"]["replicas"].as_int();
  if (o.current >= 0 && replicas != o.current)
    return fail(fmt::format("Expected replicas to be {}, was {}", o.current, replicas));
  const auto version = View(*scale)["metadata"]["resourceVersion"].as_string();
  if (!o.resource_version.empty() && version != o.resource_version)
    return fail(fmt::format("Expected resource version to be {}, was {}", o.resource_version, version));
  return {};
}

Try<void> wait_for_size(Session& session, const Options& o, const Info& info) {
  auto done = until(session, info, o.timeout_ns / 1'000'000, [&](Seen seen, View object) -> Try<bool> {
    if (seen == Seen::kDeleted) return fail("object has been deleted");
    return object["status"]["replicas"].as_int() == o.replicas &&
           object["status"]["observedGeneration"].as_int() >= object["metadata"]["generation"].as_int();
  });
  if (!done && done.error().message() == kTimedOut)
    return fail(fmt::format("timed out waiting for {} to be synced", object::go_quoted(info.name)));
  return done;
}

Try<void> scale_one(Session& session, const Options& o, const Info& info) {
  if (o.current >= 0 || !o.resource_version.empty())
    if (auto ok = check_current(session, o, info); !ok) return ok;
  WriteFlags write = o.write;
  write.validate.clear();
  const Value patch = Value::object({{"spec", Value::object({{"replicas", o.replicas}})}});
  auto done = patch_object(session, info, kMergePatch, object::to_json(patch), write, "scale");
  if (!done) return Failed(done.error());
  if (o.timeout_ns != 0 && o.write.dry_run == "none") return wait_for_size(session, o, info);
  return {};
}

}  // namespace

Try<void> scale(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  o.files.add_to(flags);
  o.write.add_dry_run(flags);
  o.write.add_record(flags);
  flags.text("selector", 'l', &o.selector);
  flags.text("resource-version", 0, &o.resource_version);
  flags.integer("replicas", 0, &o.replicas);
  flags.integer("current-replicas", 0, &o.current);
  flags.duration("timeout", 0, &o.timeout_ns);
  flags.boolean("all", 0, &o.all);
  auto args = session.parse(flags);
  if (!args) return Failed(args.error());
  if (!flags.changed("replicas")) return fail("required flag(s) \"replicas\" not set");
  if (auto ok = o.write.ready(session); !ok) return ok;
  if (o.replicas < 0)
    return fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  if (o.current < -1) return fail("The --current-replicas must specify an integer of -1 or greater");
  Request request;
  request.args = *args;
  request.files = o.files;
  request.selector = o.selector;
  request.type_means_all = o.all;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!o.resource_version.empty() && found->infos.size() > 1)
    return fail("cannot use --resource-version with multiple resources");
  if (found->infos.empty()) {
    if (found->failures.empty()) return fail("no objects passed to scale");
    return fail("no objects passed to scale " + Failure::all(found->failures).message());
  }
  ResultPrinter printer(o.print, o.write.dry_run);
  const std::string cause = o.write.record ? Session::change_cause(flags, {"scale"}, *args) : "";
  for (const Info& info : found->infos) {
    if (!o.write.client_only()) {
      if (auto done = scale_one(session, o, info); !done) return done;
      if (!cause.empty() && o.write.dry_run == "none") {
        Value patch = Value::object();
        record_cause(patch, cause);
        (void)patch_object(session, info, kMergePatch, object::to_json(patch), {.validate = ""});
      }
    }
    auto text = printer.print(info.object, "scaled");
    if (!text) return Failed(text.error());
    session.out(*text);
  }
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  return {};
}

}  // namespace proa::cli::kubectl
