#include "controllers/namespace/plan.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "object/meta.h"

namespace proa::controllers::ns {
namespace {

using object::Document;
using object::Value;
using object::View;

constexpr std::string_view kFinalizer = "kubernetes";

struct Condition {
  std::string_view type, reason_when_fine, message_when_fine;
  std::string reason, message;  // set: not fine
};

std::string join_sorted(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string remaining(const Known& known) {
  std::vector<std::string> parts;
  for (const Content& c : known.content)
    parts.push_back(fmt::format("{}.{} has {} resource instances", c.resource, c.group, c.objects.size()));
  return join_sorted(std::move(parts));
}

std::string finalizers(const Known& known) {
  std::map<std::string, int> counts;
  for (const Content& c : known.content)
    for (const Document& object : c.objects)
      for (const View f : object["metadata"]["finalizers"].items()) ++counts[f.str()];
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} in {} resource instances", name, count));
  return join_sorted(std::move(parts));
}

std::array<Condition, 5> conditions_of(const Known& known) {
  std::array<Condition, 5> all{{
      {"NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered", {}, {}},
      {"NamespaceDeletionGroupVersionParsingFailure",
       "ParsedGroupVersions",
       "All legacy kube types successfully parsed",
       {},
       {}},
      {"NamespaceDeletionContentFailure",
       "ContentDeleted",
       "All content successfully deleted, may be waiting on finalization",
       {},
       {}},
      {"NamespaceContentRemaining", "ContentRemoved", "All content successfully removed", {}, {}},
      {"NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished", {}, {}},
  }};
  if (!known.errors.empty()) {
    all[2].reason = "ContentDeletionFailed";
    all[2].message = fmt::format("Failed to delete all resource types, {} remaining: {}", known.errors.size(),
                                 join_sorted(known.errors));
  }
  if (!known.content.empty()) {
    all[3].reason = "SomeResourcesRemain";
    all[3].message = "Some resources are remaining: " + remaining(known);
  }
  if (const std::string left = finalizers(known); !left.empty()) {
    all[4].reason = "SomeFinalizersRemain";
    all[4].message = "Some content in the namespace has finalizers remaining: " + left;
  }
  return all;
}

/// True when that changes something.
bool put_condition(Value& conditions, const Condition& wanted, object::TimeNs now) {
  const bool fine = wanted.reason.empty();
  const std::string_view status = fine ? "False" : "True";
  const std::string_view reason = fine ? wanted.reason_when_fine : std::string_view(wanted.reason);
  const std::string_view message = fine ? wanted.message_when_fine : std::string_view(wanted.message);
  for (Value& c : conditions.items()) {
    const View old(c);
    if (old["type"].as_string() != wanted.type) continue;
    if (old["status"].as_string() == status && old["reason"].as_string() == reason &&
        old["message"].as_string() == message)
      return false;
    if (old["status"].as_string() != status) c.set("lastTransitionTime", object::format_time(now));
    c.set("status", status);
    c.set("reason", reason);
    c.set("message", message);
    return true;
  }
  conditions.push_back(Value::object({{"type", wanted.type},
                                      {"status", status},
                                      {"lastTransitionTime", object::format_time(now)},
                                      {"reason", reason},
                                      {"message", message}}));
  return true;
}

}  // namespace

Plan make_plan(const Known& known) {
  Plan plan;
  const bool pods_left =
      std::any_of(known.content.begin(), known.content.end(), [](const Content& c) { return c.pods; });
  for (size_t i = 0; i < known.content.size(); ++i) {
    if (pods_left && !known.content[i].pods) continue;
    for (const Document& object : known.content[i].objects)
      if (!object::is_deleting(object.root())) plan.remove.emplace_back(i, object);
  }
  plan.empty = known.content.empty();
  return plan;
}

std::optional<Value> next_status(const Known& known) {
  Value changed = known.ns.root().to_value();
  Value& conditions = changed["status"]["conditions"];
  if (conditions.is_null()) conditions = Value::array();
  bool news = false;
  for (const Condition& condition : conditions_of(known)) news |= put_condition(conditions, condition, known.now);
  changed["status"].set("phase", "Terminating");
  if (!news && known.ns["status"]["phase"].as_string() == "Terminating") return std::nullopt;
  return changed;
}

bool is_finalized(View ns) {
  for (const View f : ns["spec"]["finalizers"].items())
    if (f.as_string() == kFinalizer) return false;
  return true;
}

Value finalized(View ns) {
  Value changed = ns.to_value();
  Value kept = Value::array();
  for (const View f : ns["spec"]["finalizers"].items())
    if (f.as_string() != kFinalizer) kept.push_back(f.to_value());
  changed["spec"].set("finalizers", std::move(kept));
  return changed;
}

}  // namespace proa::controllers::ns
