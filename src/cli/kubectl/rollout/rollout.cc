// kubectl rollout status, history, undo, pause, resume, restart.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/rollout/history.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "object/time.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector;
  int64_t revision = 0, to_revision = 0, timeout_ns = 0;
  bool watch = true;
};

Try<std::vector<std::string>> begin(Session& session, Options& o, FlagSet& flags) {
  o.files.add_to(flags);
  flags.text("selector", 'l', &o.selector);
  auto args = session.parse(flags);
  if (!args) return args;
  if (auto ok = o.write.ready(session); !ok) return Failed(ok.error());
  if (args->empty() && o.files.empty()) return fail("required resource not specified");
  return args;
}

Try<Found> targets(Session& session, const Options& o, std::vector<std::string> args) {
  Request request;
  request.args = std::move(args);
  request.files = o.files;
  request.selector = o.selector;
  request.latest = true;
  return find(session, request);
}

Try<void> ended(std::vector<Failure> failures) {
  if (failures.empty()) return {};
  return Failed(Failure::all(std::move(failures)));
}

/// What a command does to a workload; the error is why it can't.
using Change = std::expected<void, std::string> (*)(Value& object, const Mapping& mapping);

bool restartable(const Mapping& m) {
  return m.group == "apps" && (m.kind == "Deployment" || m.kind == "DaemonSet" || m.kind == "StatefulSet");
}

std::expected<void, std::string> pause(Value& object, const Mapping& mapping) {
  if (mapping.kind != "Deployment") return std::unexpected("pausing is not supported");
  if (View(object)["spec"]["paused"].as_bool()) return std::unexpected("is already paused");
  object["spec"]["paused"] = true;
  return {};
}

std::expected<void, std::string> resume(Value& object, const Mapping& mapping) {
  if (mapping.kind != "Deployment") return std::unexpected("resuming is not supported");
  if (!View(object)["spec"]["paused"].as_bool()) return std::unexpected("is not paused");
  object["spec"].erase("paused");
  return {};
}

std::expected<void, std::string> restart(Value& object, const Mapping& mapping) {
  if (!restartable(mapping)) return std::unexpected("restarting is not supported");
  if (View(object)["spec"]["paused"].as_bool())
    return std::unexpected("can't restart paused deployment (run rollout resume first)");
  object["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] =
      object::format_time(runtime::system_clock().wall());
  return {};
}

Try<void> change_each(Session& session, Change change, const std::string& operation) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  o.write.add_field_manager(flags, "kubectl-rollout");
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  auto found = targets(session, o, *args);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  if (found->infos.empty() && failures.empty())
    session.err(fmt::format("No resources found in {} namespace.\n", session.name_space()));
  ResultPrinter printer(o.print, "none");
  for (Info& info : found->infos) {
    Value after = info.object;
    if (auto done = change(after, info.mapping); !done) {
      failures.push_back(Failure::text(
          fmt::format("error: {} {} {}", info.mapping.resource_group(), object::go_quoted(info.name), done.error())));
      continue;
    }
    if (View(after) == View(info.object)) {
      failures.push_back(
          Failure::text(fmt::format("failed to create patch for {}: if restart has already been triggered within the "
                                    "past second, please wait before "
                                    "attempting to trigger another",
                                    info.name)));
      continue;
    }
    auto patched = patch_difference(session, info, after, o.write);
    if (!patched) {
      failures.push_back(Failure::text("failed to patch: " + patched.error().message()));
      continue;
    }
    auto text = printer.print(*patched, operation);
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  return ended(std::move(failures));
}

}  // namespace

Try<void> rollout_pause(Session& session) { return change_each(session, pause, "paused"); }
Try<void> rollout_resume(Session& session) { return change_each(session, resume, "resumed"); }
Try<void> rollout_restart(Session& session) { return change_each(session, restart, "restarted"); }

Try<void> rollout_status(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  flags.boolean("watch", 'w', &o.watch);
  flags.integer("revision", 0, &o.revision);
  flags.duration("timeout", 0, &o.timeout_ns);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  if (o.revision < 0) return fail(fmt::format("revision must be a positive integer: {}", o.revision));
  auto found = targets(session, o, *args);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  for (const Info& info : found->infos) {
    auto done = until(session, info, o.timeout_ns / 1'000'000, [&](Seen seen, View object) -> Try<bool> {
      if (seen == Seen::kDeleted) return fail("object has been deleted");
      auto state = rollout_state(object, info.mapping, o.revision);
      if (!state) return Failed(state.error());
      session.out(state->text);
      return state->done || !o.watch;
    });
    if (!done) failures.push_back(done.error());
  }
  if (found->infos.empty() && failures.empty())
    session.err(fmt::format("No resources found in {} namespace.\n", session.name_space()));
  return ended(std::move(failures));
}

Try<void> rollout_history(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  flags.integer("revision", 0, &o.revision);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  if (o.revision < 0) return fail(fmt::format("revision must be a positive integer: {}", o.revision));
  auto found = targets(session, o, *args);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  ResultPrinter printer(o.print, "none");
  for (const Info& info : found->infos) {
    auto history = read_history(session, info);
    if (!history) {
      failures.push_back(history.error());
      continue;
    }
    if (o.print.given()) {
      for (const auto& [number, one] : *history) {
        if (o.revision > 0 && number != o.revision) continue;
        auto text = printer.print(one.holder, "");
        if (text) session.out(*text);
        if (!text) failures.push_back(text.error());
      }
      continue;
    }
    auto text = history_text(*history, o.revision);
    if (!text) {
      failures.push_back(text.error());
      continue;
    }
    const std::string with = o.revision > 0 ? fmt::format("with revision #{}", o.revision) : "";
    session.out(fmt::format("{} {}\n{}\n", kind_slash_name(info.object), with, *text));
  }
  return ended(std::move(failures));
}

Try<void> rollout_undo(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.print.add_to(flags);
  o.write.add_dry_run(flags);
  flags.integer("to-revision", 0, &o.to_revision);
  auto args = begin(session, o, flags);
  if (!args) return Failed(args.error());
  auto found = targets(session, o, *args);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  ResultPrinter printer(o.print, o.write.dry_run);
  for (const Info& info : found->infos) {
    auto result = roll_back(session, info, o.to_revision, o.write.dry_run);
    auto text = result ? printer.print(info.object, *result) : Try<std::string>(Failed(result.error()));
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  return ended(std::move(failures));
}

}  // namespace proa::cli::kubectl
