#include <fmt/format.h>

#include "admission/plugins.h"
#include "object/meta.h"

namespace proa::admission {
namespace {

using object::View;

/// The class that pods without one belong to; the smallest where several claim it.
object::Document default_class(const World& world) {
  object::Document found;
  world.scan("scheduling.k8s.io", "priorityclasses", "", [&](const object::Document& one) {
    if (!one["globalDefault"].as_bool()) return true;
    if (!found || one["value"].as_int() < found["value"].as_int()) found = one;
    return true;
  });
  return found;
}

}  // namespace

Result<void> resolve_priority(object::Value& pod, const Attributes& attributes) {
  object::Value& spec = pod["spec"];
  const std::string name = View(spec)["priorityClassName"].str();
  object::Document chosen;
  if (name.empty()) {
    chosen = default_class(attributes.world);
    if (chosen) spec.set("priorityClassName", object::name_of(chosen.root()));
  } else {
    chosen = attributes.world.get("scheduling.k8s.io", "priorityclasses", "", name);
    if (!chosen) return Error(forbid(attributes, fmt::format("no PriorityClass with name {} was found", name)));
  }
  const int64_t priority = chosen ? chosen["value"].as_int() : 0;
  const std::string_view policy =
      chosen ? chosen["preemptionPolicy"].as_string("PreemptLowerPriority") : "PreemptLowerPriority";
  if (const View given = View(spec)["priority"]; given.is_int() && given.as_int() != priority)
    return Error(
        forbid(attributes, fmt::format("the integer value of priority ({}) must not be provided in pod spec; priority "
                                       "admission controller computed {} from the given PriorityClass name",
                                       given.as_int(), priority)));
  if (const View given = View(spec)["preemptionPolicy"]; given.is_string() && given.as_string() != policy)
    return Error(
        forbid(attributes, fmt::format("the string value of PreemptionPolicy ({}) must not be provided in pod spec; "
                                       "priority admission controller computed {} from the given PriorityClass name",
                                       given.as_string(), policy)));
  spec.set("priority", priority);
  spec.set("preemptionPolicy", policy);
  return {};
}

}  // namespace proa::admission
