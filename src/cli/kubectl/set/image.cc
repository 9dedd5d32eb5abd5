// kubectl set image.
#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/set/changes.h"
#include "object/go_text.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

bool set_in(Value* containers, const std::string& name, const std::string& image) {
  bool found = false;
  if (containers == nullptr || !containers->is_array()) return false;
  for (Value& container : containers->items()) {
    if (name != "*" && View(container)["name"].as_string() != name) continue;
    found = true;
    container.set("image", image);
  }
  return found;
}

Try<void> validate(const SetOptions& o, const ResourcesAndPairs& words, const Pairs& images) {
  std::vector<Failure> failures;
  if (o.all && !o.selector.empty())
    failures.push_back(Failure::text("cannot set --all and --selector at the same time"));
  if (words.resources.empty() && o.files.empty())
    failures.push_back(
        Failure::text("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
  if (images.set.empty()) failures.push_back(Failure::text("at least one image update is required"));
  bool wildcard = false;
  for (const auto& [name, image] : images.set) wildcard = wildcard || name == "*";
  if (wildcard && images.set.size() > 1)
    failures.push_back(Failure::text(
        "all containers are already specified by *, but saw more than one container_name=container_image pairs"));
  if (o.local && o.write.dry_run == "server")
    failures.push_back(Failure::text("cannot specify --local and --dry-run=server - did you mean --dry-run=client?"));
  if (!failures.empty()) return Failed(Failure::all(std::move(failures)));
  return {};
}

}  // namespace

Try<void> set_image(Session& session) {
  SetOptions o;
  FlagSet flags = session.flags();
  o.add_to(flags);
  auto args = o.write.begin(session, flags);
  if (!args) return Failed(args.error());
  auto words = resources_and_pairs(*args, "image");
  if (!words) return Failed(words.error());
  auto images = parse_pairs(words->pairs, "image", false);
  if (!images) return Failed(images.error());
  const std::string cause = o.write.record ? Session::change_cause(flags, {"set", "image"}, *args) : "";
  return change_objects(
      session, o, words->resources, "image updated", "image update to pod template:",
      [&](Value& object, const Info& info, std::vector<Failure>& failures) {
        Value* spec = pod_spec(object, info.mapping);
        if (spec == nullptr) {
          failures.push_back(no_template(info, o.local));
          return;
        }
        for (const auto& [name, image] : images->set) {
          const bool init = set_in(spec->find("initContainers"), name, image);
          const bool main = set_in(spec->find("containers"), name, image);
          if (!init && !main)
            failures.push_back(Failure::text("error: unable to find container named " + object::go_quoted(name)));
        }
        if (!cause.empty()) record_cause(object, cause);
      },
      [&] { return validate(o, *words, *images); });
}

}  // namespace proa::cli::kubectl
