#include "controllers/garbage_collector/plan.h"

#include <algorithm>

#include "object/meta.h"

namespace proa::controllers::garbage_collector {

using object::Value;
using object::View;

Value without_finalizer(View item, std::string_view finalizer) {
  Value changed = item.to_value();
  Value kept = Value::array();
  for (const View f : item["metadata"]["finalizers"].items())
    if (f.as_string() != finalizer) kept.push_back(f.to_value());
  if (kept.items().empty())
    changed["metadata"].erase("finalizers");
  else
    changed["metadata"].set("finalizers", std::move(kept));
  return changed;
}

bool waits_for_dependents(View item) { return object::is_deleting(item) && object::has_finalizer(item, kForeground); }

bool orphans_dependents(View item) { return object::is_deleting(item) && object::has_finalizer(item, kOrphan); }

bool blocks(View item, std::string_view owner_uid) {
  for (const View r : item["metadata"]["ownerReferences"].items())
    if (r["uid"].as_string() == owner_uid) return r["blockOwnerDeletion"].as_bool();
  return false;
}

namespace {

Value keep_references(View item, const std::vector<Owner>& owners) {
  Value changed = item.to_value();
  Value kept = Value::array();
  for (size_t i = 0; i < owners.size(); ++i)
    if (owners[i] == Owner::kSolid) kept.push_back(item["metadata"]["ownerReferences"].at(i).to_value());
  changed["metadata"].set("ownerReferences", std::move(kept));
  return changed;
}

Value unblocked(View item) {
  Value changed = item.to_value();
  for (Value& reference : changed["metadata"]["ownerReferences"].items()) reference.set("blockOwnerDeletion", false);
  return changed;
}

}  // namespace

Decision decide(View item, const std::vector<Owner>& owners, bool has_dependents, bool dependent_waits) {
  using What = Decision::What;
  const auto any = [&owners](Owner state) { return std::find(owners.begin(), owners.end(), state) != owners.end(); };
  if (owners.empty()) return {};
  if (any(Owner::kSolid)) {
    if (!any(Owner::kAbsent) && !any(Owner::kWaiting)) return {};
    return {What::kDropReferences, keep_references(item, owners), {}};
  }
  if (any(Owner::kWaiting) && has_dependents) {
    if (dependent_waits) return {What::kUnblockAndDelete, unblocked(item), "Foreground"};
    return {What::kDelete, {}, "Foreground"};
  }
  if (object::has_finalizer(item, kOrphan)) return {What::kDelete, {}, "Orphan"};
  if (object::has_finalizer(item, kForeground)) return {What::kDelete, {}, "Foreground"};
  return {What::kDelete, {}, "Background"};
}

}  // namespace proa::controllers::garbage_collector
