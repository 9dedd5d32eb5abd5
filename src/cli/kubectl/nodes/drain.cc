// kubectl drain: cordons, then evicts what may be evicted, and waits.
#include <map>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/nodes/cordon.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/until.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/meta.h"
#include "runtime/clock.h"
#include "runtime/process.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr const char* kDaemonSetFatal = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
constexpr const char* kDaemonSetWarning = "ignoring DaemonSet-managed Pods";
constexpr const char* kLocalFatal = "Pods with local storage (use --delete-emptydir-data to override)";
constexpr const char* kLocalWarning = "deleting Pods with local storage";
constexpr const char* kUnmanagedFatal = "Pods that declare no controller (use --force to override)";
constexpr const char* kUnmanagedWarning = "deleting Pods that declare no controller";

struct Options {
  WriteFlags write;
  std::string selector, pod_selector;
  bool force = false, ignore_daemon_sets = false, delete_empty_dir = false, disable_eviction = false;
  int64_t grace = -1, timeout_ns = 0;
};

/// May a pod go? Empty text: without a word.
struct Verdict {
  bool gone = true, fatal = false;
  std::string text;
};

bool uses_empty_dir(View pod) {
  for (View volume : pod["spec"]["volumes"].items())
    if (volume["emptyDir"].exists()) return true;
  return false;
}

Verdict judge(View pod, const Options& o) {
  const auto phase = pod["status"]["phase"].as_string();
  const bool over = phase == "Succeeded" || phase == "Failed";
  const View owner = object::controller_of(pod);
  if (object::annotations_of(pod)["kubernetes.io/config.mirror"].exists()) return {false, false, ""};
  if (over) return {};
  if (owner["kind"].as_string() == "DaemonSet")
    return o.ignore_daemon_sets ? Verdict{false, false, kDaemonSetWarning} : Verdict{false, true, kDaemonSetFatal};
  Verdict verdict;
  if (uses_empty_dir(pod)) {
    if (!o.delete_empty_dir) return {false, true, kLocalFatal};
    verdict.text = kLocalWarning;
  }
  if (owner.exists()) return verdict;
  if (!o.force) return {false, true, kUnmanagedFatal};
  return {true, false, kUnmanagedWarning};
}

struct Selection {
  std::vector<Value> pods;
  std::string warnings, errors;
};

std::string summary(const std::map<std::string, std::vector<std::string>>& by_text) {
  std::vector<std::string> parts;
  for (const auto& [text, names] : by_text) parts.push_back(fmt::format("{}: {}", text, join(names, ", ")));
  return join(parts, "; ");
}

Try<Selection> select(Session& session, const Options& o, const std::string& node) {
  auto mapping = session.mapper().of_resource("pods");
  if (!mapping) return Failed(mapping.error());
  auto list = session.api().get(mapping->path(""),
                                {{"labelSelector", o.pod_selector}, {"fieldSelector", "spec.nodeName=" + node}});
  if (!list) return Failed(list.error());
  Selection out;
  std::map<std::string, std::vector<std::string>> warnings, errors;
  for (View pod : View(*list)["items"].items()) {
    const Verdict verdict = judge(pod, o);
    if (verdict.gone) out.pods.push_back(pod.to_value());
    if (!verdict.text.empty()) (verdict.fatal ? errors : warnings)[verdict.text].push_back(object::key_of(pod));
  }
  out.warnings = summary(warnings);
  out.errors = errors.empty() ? "" : "cannot delete " + summary(errors);
  return out;
}

/// Evicts; waits while a disruption budget forbids it.
Try<void> evict(Session& session, const Options& o, const Info& pod, int64_t deadline) {
  Value options = Value::object();
  if (o.grace >= 0) options["gracePeriodSeconds"] = o.grace;
  if (o.write.dry_run == "server") options["dryRun"] = Value::array({"All"});
  const Value body = Value::object({{"apiVersion", "policy/v1"},
                                    {"kind", "Eviction"},
                                    {"metadata", Value::object({{"name", pod.name}, {"namespace", pod.name_space}})},
                                    {"deleteOptions", options}});
  session.out(fmt::format("evicting pod {}/{}{}\n", pod.name_space, pod.name,
                          o.write.dry_run == "server" ? " (server dry run)" : ""));
  for (;;) {
    auto done = o.disable_eviction ? session.api().send({.method = "DELETE",
                                                         .path = pod.mapping.path(pod.name_space, pod.name),
                                                         .body = object::to_json(options)})
                                   : session.api().send({.method = "POST",
                                                         .path = pod.mapping.path(pod.name_space, pod.name, "eviction"),
                                                         .body = object::to_json(body)});
    if (done || done.error().is("NotFound")) return {};
    if (!done.error().is("TooManyRequests"))
      return fail(fmt::format("error when evicting pods/{} -n {}: {}", object::go_quoted(pod.name),
                              object::go_quoted(pod.name_space), done.error().message()));
    session.err(fmt::format("error when evicting pods/{} -n {} (will retry after 5s): {}\n",
                            object::go_quoted(pod.name), object::go_quoted(pod.name_space), done.error().message()));
    if (deadline > 0 && runtime::system_clock().monotonic() > deadline) return fail("global timeout reached");
    // The budget may allow it when the pod's siblings change: look at this one's changes for five seconds at most.
    (void)until(session, pod, 5000, [](Seen, View) -> Try<bool> { return false; });
  }
}

Try<void> wait_gone(Session& session, const Info& pod, const std::string& uid) {
  return until(
      session, pod, 0,
      [&](Seen seen, View object) -> Try<bool> { return seen == Seen::kDeleted || object::uid_of(object) != uid; },
      [] { return true; });
}

Try<void> drain_node(Session& session, const Options& o, const Info& node) {
  auto selection = select(session, o, node.name);
  if (!selection) return Failed(selection.error());
  if (!selection->errors.empty()) return fail(selection->errors);
  if (!selection->warnings.empty()) session.err("Warning: " + selection->warnings + "\n");
  auto mapping = session.mapper().of_resource("pods");
  if (!mapping) return Failed(mapping.error());
  const int64_t deadline = o.timeout_ns > 0 ? runtime::system_clock().monotonic() + o.timeout_ns : 0;
  std::vector<Info> going;
  for (Value& pod : selection->pods) {
    Info info{*mapping, std::string(object::namespace_of(pod)), std::string(object::name_of(pod)), {}, {}};
    info.object = std::move(pod);
    if (o.write.client_only()) {
      session.out(fmt::format("evicting pod {}/{} (dry run)\n", info.name_space, info.name));
      continue;
    }
    if (auto done = evict(session, o, info, deadline); !done) return done;
    going.push_back(std::move(info));
  }
  if (o.write.dry_run != "none") return {};
  ResultPrinter printer({}, "none");
  for (const Info& pod : going) {
    if (auto done = wait_gone(session, pod, std::string(object::uid_of(pod.object))); !done) return done;
    session.out(fmt::format("pod/{} {}\n", pod.name, o.disable_eviction ? "deleted" : "evicted"));
  }
  return {};
}

}  // namespace

Try<void> drain(Session& session) {
  Options o;
  FlagSet flags = session.flags();
  o.write.add_dry_run(flags);
  flags.text("selector", 'l', &o.selector);
  flags.text("pod-selector", 0, &o.pod_selector);
  flags.boolean("force", 0, &o.force);
  flags.boolean("ignore-daemonsets", 0, &o.ignore_daemon_sets);
  flags.boolean("delete-emptydir-data", 0, &o.delete_empty_dir);
  flags.boolean("disable-eviction", 0, &o.disable_eviction);
  flags.integer("grace-period", 0, &o.grace);
  flags.duration("timeout", 0, &o.timeout_ns);
  flags.ignored("skip-wait-for-delete-timeout");
  flags.ignored("chunk-size");
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (args->empty() && o.selector.empty()) return session.usage("USAGE: drain NODE [flags]");
  if (!args->empty() && !o.selector.empty())
    return session.usage("error: cannot specify both a node name and a --selector option");
  auto nodes = find_nodes(session, *args, o.selector);
  if (!nodes) return Failed(nodes.error());
  if (auto done = set_unschedulable(session, *nodes, true, o.write); !done) return done;
  std::vector<Failure> failures;
  std::vector<std::string> pending;
  ResultPrinter printer({}, o.write.dry_run);
  for (const Info& node : *nodes) {
    auto done = drain_node(session, o, node);
    if (done) {
      auto text = printer.print(node.object, "drained");
      if (text) session.out(*text);
      continue;
    }
    session.err(fmt::format("error: unable to drain node {} due to error: {}, continuing command...\n",
                            object::go_quoted(node.name), done.error().message()));
    failures.push_back(done.error());
    pending.push_back(node.name);
  }
  if (failures.empty()) return {};
  session.err("There are pending nodes to be drained:\n");
  for (const auto& name : pending) session.err(" " + name + "\n");
  return Failed(Failure::all(std::move(failures)));
}

}  // namespace proa::cli::kubectl
