#include "cli/kubectl/set/changes.h"

#include <fmt/format.h>

#include "cli/kubectl/text.h"
#include "object/json.h"

namespace proa::cli::kubectl {

using object::Value;
using object::View;

void SetOptions::add_to(FlagSet& flags) {
  write.add_to(flags, print, "kubectl-set");
  files.add_to(flags);
  flags.text("selector", 'l', &selector);
  flags.boolean("all", 0, &all);
  flags.boolean("local", 0, &local);
}

Try<ResourcesAndPairs> resources_and_pairs(const std::vector<std::string>& args, const std::string& pair_type) {
  ResourcesAndPairs out;
  for (const auto& arg : args) {
    const bool pair = (arg.find('=') != std::string::npos && arg[0] != '=') || (arg.ends_with('-') && arg != "-");
    if (pair)
      out.pairs.push_back(arg);
    else if (out.pairs.empty())
      out.resources.push_back(arg);
    else
      return fail(fmt::format("all resources must be specified before {} changes: {}", pair_type, arg));
  }
  return out;
}

Try<Pairs> parse_pairs(const std::vector<std::string>& pairs, const std::string& pair_type, bool with_removal) {
  Pairs out;
  std::vector<std::string> wrong;
  for (const auto& pair : pairs) {
    const size_t equals = pair.find('=');
    if (equals != std::string::npos && equals > 0)
      out.set.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    else if (with_removal && pair.ends_with('-') && pair != "-")
      out.removed.push_back(pair.substr(0, pair.size() - 1));
    else
      wrong.push_back(pair);
  }
  if (!wrong.empty()) return fail(fmt::format("invalid {} format: {}", pair_type, join(wrong, ", ")));
  return out;
}

Value* pod_spec(Value& object, const Mapping& mapping) {
  Value* spec = object.find("spec");
  if (spec == nullptr || mapping.kind == "Pod") return spec;
  if (mapping.kind == "CronJob") {
    spec = spec->find("jobTemplate");
    spec = spec ? spec->find("spec") : nullptr;
  }
  Value* pod_template = spec ? spec->find("template") : nullptr;
  return pod_template ? pod_template->find("spec") : nullptr;
}

Failure no_template(const Info& info, bool local) {
  return Failure::text(fmt::format("error: {}/{} the object is not a pod or does not have a pod template: {}",
                                   local ? lower(info.mapping.kind) : info.mapping.plural, info.name,
                                   info.mapping.go_type()));
}

bool fits(std::string_view name, std::string_view pattern) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  if (name.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t at = star; at <= name.size(); ++at)
    if (fits(name.substr(at), rest)) return true;
  return false;
}

Try<void> change_objects(Session& session, const SetOptions& o, const std::vector<std::string>& resources,
                         const std::string& operation, const std::string& what, const ObjectChange& change,
                         const std::function<Try<void>()>& check) {
  Request request;
  request.args = resources;
  request.files = o.files;
  request.selector = o.selector;
  request.type_means_all = o.all;
  request.all = false;
  request.latest = !o.local;
  request.local = o.local;
  const bool nothing_named = resources.empty() && o.files.empty();
  auto found = nothing_named ? Try<Found>(Found()) : find(session, request);
  if (!found) return Failed(found.error());
  if (!found->failures.empty()) return Failed(Failure::all(std::move(found->failures)));
  if (check)
    if (auto ok = check(); !ok) return ok;
  std::vector<Failure> failures;
  ResultPrinter printer(o.print, o.write.dry_run);
  for (const Info& info : found->infos) {
    Value after = info.object;
    const size_t before = failures.size();
    change(after, info, failures);
    if (failures.size() > before && o.send_unchanged) continue;
    if (!o.resource_version.empty()) after["metadata"]["resourceVersion"] = o.resource_version;
    if (!o.send_unchanged && View(after) == View(info.object)) continue;
    Value shown = after;
    if (!o.local && !o.write.client_only()) {
      auto patched = patch_difference(session, info, after, o.write);
      if (!patched && what.empty()) return Failed(patched.error());
      if (!patched) {
        failures.push_back(Failure::text(fmt::format("failed to patch {} {}", what, patched.error().message())));
        continue;
      }
      shown = std::move(*patched);
    }
    auto text = printer.print(shown, operation);
    if (text) session.out(*text);
    if (!text) failures.push_back(text.error());
  }
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

}  // namespace proa::cli::kubectl
