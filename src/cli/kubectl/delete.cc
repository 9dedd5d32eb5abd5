// kubectl delete.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;
constexpr int64_t kWeekMs = 7LL * 24 * 3600 * 1000;

struct Options {
  FileFlags files;
  WriteFlags write;
  std::string selector, field_selector, output, cascade = "background";
  int64_t grace = -1, timeout_ns = 0;
  bool all = false, all_namespaces = false, force = false, ignore_not_found = false, now = false, wait = true;
  bool interactive = false;
};

void add_flags(Options& o, FlagSet& flags) {
  o.files.add_to(flags);
  o.write.add_dry_run(flags);
  flags.text("selector", 'l', &o.selector);
  flags.text("field-selector", 0, &o.field_selector);
  flags.text("output", 'o', &o.output);
  auto& cascade = flags.text("cascade", 0, &o.cascade);
  cascade.optional_value = true;
  cascade.no_value = "background";
  flags.integer("grace-period", 0, &o.grace);
  flags.duration("timeout", 0, &o.timeout_ns);
  flags.boolean("all", 0, &o.all);
  flags.boolean("all-namespaces", 'A', &o.all_namespaces);
  flags.boolean("force", 0, &o.force);
  flags.boolean("ignore-not-found", 0, &o.ignore_not_found);
  flags.boolean("now", 0, &o.now);
  flags.boolean("wait", 0, &o.wait);
  flags.boolean("interactive", 'i', &o.interactive);
}

Try<void> complete(Session& session, Options& o, const FlagSet& flags) {
  if (o.cascade == "true") o.cascade = "background";
  if (o.cascade == "false") o.cascade = "orphan";
  if (o.cascade != "background" && o.cascade != "foreground" && o.cascade != "orphan")
    return fail(
        fmt::format("invalid cascade value ({}). Must be \"background\", \"foreground\", or \"orphan\"", o.cascade));
  if ((o.all || !o.selector.empty() || !o.field_selector.empty()) && !flags.changed("ignore-not-found"))
    o.ignore_not_found = true;
  if (o.now) {
    if (o.grace != -1) return fail("--now and --grace-period cannot be specified together");
    o.grace = 1;
  }
  if (o.grace == 0 && !o.force) o.grace = 1;
  if (o.force && o.grace < 0) o.grace = 0;
  if (!o.output.empty() && o.output != "name")
    return fail(fmt::format("unexpected -o output mode: {}. We only support '-o name'", o.output));
  if (o.all && !o.selector.empty()) return fail("cannot set --all and --selector at the same time");
  if (o.all && !o.field_selector.empty()) return fail("setting 'all' parameter but found a non empty selector. ");
  if (o.grace == 0 && o.force)
    session.err(
        "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
        "The resource may continue to run on the cluster indefinitely.\n");
  if (o.grace > 0 && o.force) return fail("--force and --grace-period greater than 0 cannot be specified together");
  return {};
}

void show(Session& session, const Options& o, const Info& info) {
  if (o.output == "name") return session.out(info.kind_name() + "\n");
  std::string operation = o.grace == 0 ? "force deleted" : "deleted";
  if (o.write.client_only()) operation += " (dry run)";
  if (o.write.dry_run == "server") operation += " (server dry run)";
  session.out(fmt::format("{} {} {}\n", info.mapping.kind_group(), object::go_quoted(info.name), operation));
}

/// The uid of what is being deleted; empty when the server doesn't say.
Try<std::string> delete_one(Session& session, const Options& o, const Info& info) {
  if (auto ok = info.check_name(); !ok) return Failed(ok.error().at_source("deleting", info.source));
  Value options = Value::object({{"kind", "DeleteOptions"}, {"apiVersion", "v1"}});
  if (o.grace >= 0) options["gracePeriodSeconds"] = o.grace;
  std::string policy = o.cascade;
  policy[0] = static_cast<char>(policy[0] - 'a' + 'A');
  options["propagationPolicy"] = policy;
  if (o.write.dry_run == "server") options["dryRun"] = Value::array({"All"});
  auto gone = session.api().send(
      {.method = "DELETE", .path = info.mapping.path(info.name_space, info.name), .body = object::to_json(options)});
  if (!gone) return Failed(gone.error().at_source("deleting", info.source));
  show(session, o, info);
  const View answer = *gone;
  if (answer["kind"].as_string() == "Status") return answer["details"]["uid"].str();
  return std::string(object::uid_of(answer));
}

Try<void> wait_until_gone(Session& session, const Options& o, const Info& info, const std::string& uid) {
  const int64_t timeout = o.timeout_ns > 0 ? o.timeout_ns / 1'000'000 : kWeekMs;
  auto live = session.api().get(info.mapping.path(info.name_space, info.name));
  if (!live) {
    if (live.error().is("NotFound") || live.error().is("Forbidden") || live.error().is("MethodNotAllowed")) return {};
    return Failed(live.error());
  }
  if (!uid.empty() && object::uid_of(*live) != uid) return {};
  auto done = until(
      session, info, timeout,
      [&](Seen seen, View object) -> Try<bool> {
        return seen == Seen::kDeleted || (!uid.empty() && object::uid_of(object) != uid);
      },
      [] { return true; });
  if (!done && done.error().message() == kTimedOut)
    return fail(fmt::format("{} on {}/{}", kTimedOut, info.mapping.plural, info.name));
  return done;
}

bool confirmed(Session& session, const std::vector<Info>& infos) {
  session.out(fmt::format("You are about to delete the following {} resource(s):\n", infos.size()));
  for (const Info& info : infos) session.out(info.kind_name() + "\n");
  session.out("Do you want to continue? (y/n): ");
  const int answer = std::fgetc(stdin);
  return answer == 'y' || answer == 'Y';
}

}  // namespace

Try<void> delete_objects(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  add_flags(o, flags);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (auto ok = complete(session, o, flags); !ok) return ok;
  Request request;
  request.args = *args;
  request.files = o.files;
  request.selector = o.selector;
  request.field_selector = o.field_selector;
  request.all = o.all;
  request.all_namespaces = o.all_namespaces;
  request.type_means_all = false;
  request.fetch = false;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  if (o.interactive) {
    if (found->infos.empty()) {
      session.out("No resources found\n");
      return {};
    }
    if (!confirmed(session, found->infos)) {
      session.out("deletion is cancelled\n");
      return {};
    }
  }
  if (found->infos.empty() && failures.empty()) {
    session.out("No resources found\n");
    return {};
  }
  bool warn = session.namespace_given() && !o.all_namespaces;
  std::vector<std::pair<const Info*, std::string>> waiting;
  for (const Info& info : found->infos) {
    if (warn && !info.mapping.namespaced) {
      session.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
      warn = false;
    }
    if (o.write.client_only()) {
      show(session, o, info);
      continue;
    }
    auto uid = delete_one(session, o, info);
    if (uid)
      waiting.emplace_back(&info, *uid);
    else
      failures.push_back(uid.error());
  }
  if (o.ignore_not_found) std::erase_if(failures, [](const Failure& f) { return f.is("NotFound"); });
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  if (!o.wait || o.write.dry_run != "none") return {};
  for (const auto& [info, uid] : waiting)
    if (auto done = wait_until_gone(session, o, *info, uid); !done) return done;
  return {};
}

}  // namespace proa::cli::kubectl
