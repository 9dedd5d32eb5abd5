// kubectl label and annotate.
#include <algorithm>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/describe/writer.h"
#include "cli/kubectl/mutation.h"
#include "cli/kubectl/set/changes.h"
#include "cli/kubectl/text.h"
#include "cli/kubectl/three_way_patch.h"
#include "object/go_text.h"
#include "object/json.h"
#include "object/label_syntax.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

struct Options {
  PrintFlags print;
  FileFlags files;
  WriteFlags write;
  std::string selector, field_selector, resource_version;
  bool overwrite = false, list = false, local = false, all = false, all_namespaces = false;
  std::vector<std::string> resources;
  Pairs pairs;
};

void add_flags(Options& o, FlagSet& flags, const std::string& manager) {
  o.write.add_to(flags, o.print, manager);
  o.files.add_to(flags);
  flags.text("selector", 'l', &o.selector);
  flags.text("field-selector", 0, &o.field_selector);
  flags.text("resource-version", 0, &o.resource_version);
  flags.boolean("overwrite", 0, &o.overwrite);
  flags.boolean("list", 0, &o.list);
  flags.boolean("local", 0, &o.local);
  flags.boolean("all", 0, &o.all);
  flags.boolean("all-namespaces", 'A', &o.all_namespaces);
}

Try<void> check_common(const Options& o, const std::string& what) {
  if (o.list && !o.print.output.empty()) return fail("--list and --output may not be specified together");
  if (o.all && !o.selector.empty()) return fail("cannot set --all and --selector at the same time");
  if (o.all && !o.field_selector.empty()) return fail("cannot set --all and --field-selector at the same time");
  if (!o.local && o.resources.empty() && o.files.empty())
    return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (o.pairs.set.empty() && o.pairs.removed.empty() && !o.list)
    return fail(fmt::format("at least one {} update is required", what));
  return {};
}

Try<Pairs> parse_labels(const std::vector<std::string>& words) {
  Pairs out;
  for (const auto& word : words) {
    if (word.find('=') == std::string::npos) {
      out.removed.push_back(word.substr(0, word.size() - 1));
      continue;
    }
    const auto parts = split(word, "=");
    if (parts.size() != 2) return fail("invalid label spec: " + word);
    if (const auto errors = object::label_value_errors(parts[1]); !errors.empty())
      return fail(fmt::format("invalid label value: {}: {}", object::go_quoted(word), join(errors, ";")));
    out.set.emplace_back(parts[0], parts[1]);
  }
  for (const auto& gone : out.removed)
    for (const auto& [name, value] : out.set)
      if (name == gone) return fail("can not both modify and remove a label in the same command");
  return out;
}

void update_map(Value& object, const char* map_name, const Pairs& pairs) {
  Value& map = object["metadata"][std::string_view(map_name)];
  if (!map.is_object()) map = Value::object();
  for (const auto& [name, value] : pairs.set) map.set(name, value);
  for (const auto& name : pairs.removed) map.erase(name);
  if (map.members().empty()) object["metadata"].erase(std::string_view(map_name));
}

Try<void> check_label_overwrites(const Options& o, View object) {
  std::vector<Failure> failures;
  for (const auto& [name, value] : o.pairs.set) {
    const View now = object::labels_of(object)[name];
    if (!o.overwrite && now.exists() && now.as_string() != value)
      failures.push_back(
          Failure::text(fmt::format("'{}' already has a value ({}), and --overwrite is false", name, now.as_string())));
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

Try<void> check_annotation_overwrites(const Options& o, View object) {
  std::vector<std::string> found;
  for (const auto& [name, value] : o.pairs.set) {
    const View now = object::annotations_of(object)[name];
    if (o.overwrite || name == kChangeCause || !now.exists() || now.as_string() == value) continue;
    found.push_back(fmt::format("'{}' already has a value ({})", name, now.as_string()));
  }
  if (found.empty()) return {};
  return fail("--overwrite is false but found the following declared annotation(s): " + join(found, "; "));
}

/// `labeled`, `unlabeled` or `not labeled`, by what changed.
std::string label_message(View before, View after, bool overwrite) {
  const std::string old_text = object::to_json(before), new_text = object::to_json(after);
  if (before == after) return "not labeled";
  return !overwrite && new_text.size() < old_text.size() ? "unlabeled" : "labeled";
}

void list_map(Session& session, const Info& info, View map, const char* what, bool single) {
  if (!single)
    session.out(fmt::format("Listing {} for {}.{}/{}:\n", what, info.mapping.kind, info.mapping.group, info.name));
  for (const auto& [name, value] : by_name(map))
    session.out(fmt::format("{}{}={}\n", single ? "" : " ", name, value.as_string()));
}

Try<Value> send_change(Session& session, const Options& o, const Info& info, View after) {
  if (o.write.client_only() || o.local) return after.to_value();
  Value patch = two_way_merge_patch(info.object, after);
  if (!o.resource_version.empty()) patch["metadata"]["resourceVersion"] = o.resource_version;
  WriteFlags write = o.write;
  write.validate.clear();
  return patch_object(session, info, kMergePatch, sorted_json(patch), write);
}

Try<void> update_each(Session& session, Options& o, bool labels, const std::string& cause) {
  Request request;
  request.args = o.resources;
  request.files = o.files;
  request.selector = o.selector;
  request.field_selector = o.field_selector;
  request.all_namespaces = o.all_namespaces;
  request.type_means_all = o.all;
  request.latest = !o.local;
  request.local = o.local;
  auto found = find(session, request);
  if (!found) return Failed(found.error());
  if (!found->single && !o.resource_version.empty())
    return fail("--resource-version may only be used with a single resource");
  auto failures = std::move(found->failures);
  ResultPrinter printer(o.print, o.write.dry_run);
  const char* map_name = labels ? "labels" : "annotations";
  for (const Info& info : found->infos) {
    if (o.list) {
      list_map(session, info, View(info.object)["metadata"][std::string_view(map_name)], map_name, found->single);
      continue;
    }
    if (labels && !o.write.client_only())
      for (const auto& name : o.pairs.removed)
        if (!object::labels_of(info.object)[name].exists())
          session.out(fmt::format("label {} not found.\n", object::go_quoted(name)));
    auto allowed = labels ? check_label_overwrites(o, info.object) : check_annotation_overwrites(o, info.object);
    if (!allowed) {
      failures.push_back(allowed.error());
      continue;
    }
    Value after = info.object;
    update_map(after, map_name, o.pairs);
    std::string operation = labels ? label_message(info.object, after, o.overwrite) : "annotated";
    // Upstream leaves an empty map behind where there was none, and takes that for a change.
    if (labels && !object::labels_of(info.object).exists() && operation == "not labeled") operation = "labeled";
    if (!cause.empty()) record_cause(after, cause);
    auto changed = send_change(session, o, info, after);
    auto text = changed ? printer.print(*changed, operation) : Try<std::string>(Failed(changed.error()));
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

Try<void> start(Session& session, Options& o, bool labels) {
  FlagSet flags = session.flags();
  add_flags(o, flags, labels ? "kubectl-label" : "kubectl-annotate");
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  auto words = resources_and_pairs(*args, labels ? "label" : "annotation");
  if (!words) return Failed(words.error());
  o.resources = words->resources;
  auto pairs = labels ? parse_labels(words->pairs) : parse_pairs(words->pairs, "annotation", true);
  if (!pairs) return Failed(pairs.error());
  o.pairs = std::move(*pairs);
  if (auto ok = check_common(o, labels ? "label" : "annotation"); !ok) return ok;
  const std::string cause = o.write.record ? Session::change_cause(flags, {labels ? "label" : "annotate"}, *args) : "";
  return update_each(session, o, labels, cause);
}

}  // namespace

Try<void> label(Session& session) {
  Options o;
  return start(session, o, true);
}

Try<void> annotate(Session& session) {
  Options o;
  return start(session, o, false);
}

}  // namespace proa::cli::kubectl
