// kubectl cordon, uncordon, taint.
#include "cli/kubectl/nodes/cordon.h"

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/text.h"
#include "object/go_text.h"
#include "object/json.h"
#include "schema/formats.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

Try<void> cordon_command(Session& session, bool desired) {
  WriteFlags write;
  std::string selector;
  FlagSet flags = session.flags();
  write.add_dry_run(flags);
  flags.text("selector", 'l', &selector);
  auto args = write.begin(session, flags);
  if (!args) return Failed(args.error());
  if (args->empty() && selector.empty())
    return session.usage(fmt::format("USAGE: {} NODE [flags]", desired ? "cordon" : "uncordon"));
  if (!args->empty() && !selector.empty())
    return session.usage("error: cannot specify both a node name and a --selector option");
  auto nodes = find_nodes(session, *args, selector);
  if (!nodes) return Failed(nodes.error());
  return set_unschedulable(session, *nodes, desired, write);
}

struct Taint {
  std::string key, value, effect;
  bool removal = false;
};

/// What is wrong with a taint's key or value; nothing when `errors` is empty.
Try<void> well_formed(const std::string& text, const schema::Messages& errors) {
  if (errors.empty()) return {};
  return fail(fmt::format("invalid taint spec: {}, {}", text, fmt::join(errors, "; ")));
}

/// `KEY`, `KEY:EFFECT` or `KEY=VALUE:EFFECT`.
Try<Taint> parse_taint(const std::string& text) {
  Taint taint;
  const auto parts = split(text, ":");
  if (parts.size() > 2) return fail("invalid taint spec: " + text);
  taint.key = parts[0];
  if (parts.size() == 2) {
    taint.effect = parts[1];
    if (taint.effect != "NoSchedule" && taint.effect != "PreferNoSchedule" && taint.effect != "NoExecute")
      return fail(fmt::format("invalid taint effect: {}, unsupported taint effect", taint.effect));
    const auto pair = split(parts[0], "=");
    if (pair.size() > 2) return fail("invalid taint spec: " + text);
    taint.key = pair[0];
    if (pair.size() == 2) taint.value = pair[1];
    if (auto ok = well_formed(text, schema::label_value_errors(taint.value)); !ok) return Failed(ok.error());
  }
  if (auto ok = well_formed(text, schema::qualified_name_errors(taint.key)); !ok) return Failed(ok.error());
  return taint;
}

/// One word of the command line; a dash at its end takes the taint away.
Try<Taint> read_taint(const std::string& word, const std::vector<Taint>& others) {
  const bool removal = word.ends_with('-');
  auto taint = parse_taint(removal ? word.substr(0, word.size() - 1) : word);
  if (!taint) return taint;
  taint->removal = removal;
  if (removal) return taint;
  if (taint->effect.empty()) return fail("invalid taint spec: " + word);
  for (const Taint& other : others)
    if (!other.removal && other.key == taint->key && other.effect == taint->effect)
      return fail(fmt::format("duplicated taints with the same key and effect: {{{} {} {} <nil>}}", taint->key,
                              taint->value, taint->effect));
  return taint;
}

bool matches(View old, const Taint& taint) {
  return old["key"].as_string() == taint.key && (taint.effect.empty() || old["effect"].as_string() == taint.effect);
}

/// No taint is set and taken away at once.
Try<void> no_conflicts(const std::vector<Taint>& taints) {
  std::vector<std::string> found;
  for (const Taint& added : taints)
    for (const Taint& gone : taints)
      if (!added.removal && gone.removal && added.key == gone.key &&
          (gone.effect.empty() || gone.effect == added.effect))
        found.push_back(gone.key + "=" + gone.effect);
  if (found.empty()) return {};
  return fail("can not both modify and remove the following taint(s) in the same command: " + join(found, ", "));
}

/// The node's taints after the changes; `operation` is what was done.
Try<Value> retainted(const Info& info, const std::vector<Taint>& taints, bool overwrite, std::string& operation) {
  Value list =
      View(info.object)["spec"]["taints"].exists() ? View(info.object)["spec"]["taints"].to_value() : Value::array();
  bool added = false, removed = false, modified = false;
  std::vector<Failure> failures;
  std::vector<std::string> taken;
  for (const Taint& taint : taints) {
    const size_t gone = std::erase_if(list.items(), [&](const Value& old) { return matches(old, taint); });
    if (taint.removal) {
      if (gone == 0)
        failures.push_back(Failure::text(fmt::format(
            "taint {} not found", object::go_quoted(taint.key + (taint.effect.empty() ? "" : ":" + taint.effect)))));
      removed = removed || gone > 0;
      continue;
    }
    if (gone > 0 && !overwrite) taken.push_back(taint.key);
    modified = modified || gone > 0;
    added = added || gone == 0;
    Value made = Value::object({{"key", taint.key}, {"effect", taint.effect}});
    if (!taint.value.empty()) made["value"] = taint.value;
    list.push_back(std::move(made));
  }
  if (!taken.empty())
    return fail(fmt::format("node {} already has {} taint(s) with same effect(s) and --overwrite is false", info.name,
                            join(taken, ",")));
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  operation = added || modified ? (removed ? "modified" : modified && !added ? "modified" : "tainted") : "untainted";
  return list;
}

}  // namespace

Try<std::vector<Info>> find_nodes(Session& session, const std::vector<std::string>& names,
                                  const std::string& selector) {
  Request request;
  request.selector = selector;
  if (selector.empty())
    for (const auto& name : names) request.args.push_back(name.find('/') == std::string::npos ? "nodes/" + name : name);
  else
    request.args = {"nodes"};
  request.continue_on_error = false;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  return std::move(found->infos);
}

Try<void> set_unschedulable(Session& session, const std::vector<Info>& nodes, bool desired, const WriteFlags& write) {
  ResultPrinter printer({}, write.dry_run);
  for (const Info& node : nodes) {
    const bool now = View(node.object)["spec"]["unschedulable"].as_bool();
    const char* word = desired ? "cordoned" : "uncordoned";
    if (now != desired && !write.client_only()) {
      Value patch = Value::object();
      patch["spec"]["unschedulable"] = desired ? Value(true) : Value();
      WriteFlags plain = write;
      plain.validate.clear();
      auto done = patch_object(session, node, kStrategicPatch, object::to_json(patch), plain);
      if (!done) {
        session.err(fmt::format("error: unable to {} node {}: {}\n", desired ? "cordon" : "uncordon",
                                object::go_quoted(node.name), done.error().message()));
        continue;
      }
    }
    auto text = printer.print(node.object, now == desired ? fmt::format("already {}", word) : word);
    if (!text) return Failed(text.error());
    session.out(*text);
  }
  return {};
}

Try<void> cordon(Session& session) { return cordon_command(session, true); }
Try<void> uncordon(Session& session) { return cordon_command(session, false); }

Try<void> taint(Session& session) {
  PrintFlags print;
  WriteFlags write;
  std::string selector;
  bool overwrite = false, all = false;
  FlagSet flags = session.flags();
  print.add_to(flags);
  write.add_dry_run(flags);
  write.add_field_manager(flags, "kubectl-taint");
  flags.text("selector", 'l', &selector);
  flags.boolean("overwrite", 0, &overwrite);
  flags.boolean("all", 0, &all);
  auto args = write.begin(session, flags);
  if (!args) return Failed(args.error());
  std::vector<std::string> resources;
  std::vector<Taint> taints;
  for (const auto& arg : *args) {
    const bool is_taint =
        arg.find('=') != std::string::npos || arg.find(':') != std::string::npos || arg.ends_with('-');
    if (!is_taint && taints.empty()) {
      resources.push_back(arg);
      continue;
    }
    if (!is_taint) return fail("all resources must be specified before taint changes: " + arg);
    auto taint = read_taint(arg, taints);
    if (!taint) return session.usage(taint.error().message());
    taints.push_back(std::move(*taint));
  }
  if (resources.empty())
    return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (taints.empty()) return fail("at least one taint update is required");
  const std::string type = lower(resources[0]);
  const auto mapping = session.mapper().of_resource(type);
  if (!mapping) return Failed(Failure::verbatim(mapping.error().message()));
  if (mapping->kind != "Node")
    return fail(fmt::format("invalid resource type {}, only node types are supported", type));
  if (auto ok = no_conflicts(taints); !ok) return ok;
  if (resources.size() < 2 && selector.empty() && !all)
    return fail("at least one resource name must be specified since 'all' parameter is not set");
  Request request;
  request.args = resources;
  request.selector = selector;
  request.type_means_all = all;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  auto failures = std::move(found->failures);
  // Upstream tells of a dry run here as of a true one.
  ResultPrinter printer(print, "none");
  for (const Info& info : found->infos) {
    std::string operation;
    auto list = retainted(info, taints, overwrite, operation);
    if (!list) {
      failures.push_back(list.error());
      continue;
    }
    Value after = info.object;
    after["spec"]["taints"] = std::move(*list);
    Value patch = Value::object();
    patch["spec"]["taints"] = View(after)["spec"]["taints"].to_value();
    WriteFlags plain = write;
    plain.validate.clear();
    Try<Value> done = write.client_only() ? Try<Value>(after)
                                          : patch_object(session, info, kMergePatch, object::to_json(patch), plain);
    auto text = done ? printer.print(*done, operation) : Try<std::string>(Failed(done.error()));
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

}  // namespace proa::cli::kubectl
