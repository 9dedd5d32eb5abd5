#include "controllers/statefulset/retention.h"

#include "controllers/statefulset/identity.h"
#include "controllers/workload/ownership.h"
#include "object/meta.h"

namespace proa::controllers::statefulset {
namespace {

using object::Value;
using object::View;

struct Policy {
  bool delete_with_set = false, delete_when_scaled = false;
};

Policy policy_of(View set) {
  const View policy = set["spec"]["persistentVolumeClaimRetentionPolicy"];
  return {policy["whenDeleted"].as_string() == "Delete", policy["whenScaled"].as_string() == "Delete"};
}

bool names(View reference, View object) {
  return reference["apiVersion"].as_string() == object["apiVersion"].as_string() &&
         reference["kind"].as_string() == object["kind"].as_string() &&
         reference["name"].as_string() == object::name_of(object);
}

View references_of(View claim) { return claim["metadata"]["ownerReferences"]; }

bool is_owned_by(View claim, View owner) {
  for (const View reference : references_of(claim).items())
    if (reference["uid"].as_string() == object::uid_of(owner)) return true;
  return false;
}

/// Owned by an object of that name which is no more.
bool is_owned_by_earlier(View claim, View owner) {
  for (const View reference : references_of(claim).items())
    if (names(reference, owner)) return reference["uid"].as_string() != object::uid_of(owner);
  return false;
}

bool has_owner_without_control(View set, View pod, View claim) {
  for (const View reference : references_of(claim).items()) {
    const std::string_view uid = reference["uid"].as_string();
    if ((uid == object::uid_of(set) || uid == object::uid_of(pod)) && !reference["controller"].as_bool()) return true;
  }
  return false;
}

struct Owners {
  bool set = false, pod = false;
};

Owners wanted_owners(View set, View pod) {
  const Policy policy = policy_of(set);
  const bool scaled_away = !in_range(set, ordinal_of(pod));
  if (policy.delete_when_scaled && scaled_away) return {false, true};
  return {policy.delete_with_set, false};
}

bool is_right(View set, View pod, View claim) {
  if (is_owned_by_earlier(claim, set) || is_owned_by_earlier(claim, pod)) return true;  // leave it to the collector
  if (has_other_controller(set, pod, claim)) return !is_owned_by(claim, set) && !is_owned_by(claim, pod);
  if (has_owner_without_control(set, pod, claim)) return false;
  const Owners wanted = wanted_owners(set, pod);
  return wanted.set == is_owned_by(claim, set) && wanted.pod == is_owned_by(claim, pod);
}

}  // namespace

bool has_other_controller(View set, View pod, View claim) {
  const Policy policy = policy_of(set);
  if (!policy.delete_with_set && !policy.delete_when_scaled) return false;
  for (const View reference : references_of(claim).items()) {
    const bool is_set = names(reference, set);
    if (is_set || names(reference, pod)) {
      if (reference["uid"].as_string() != object::uid_of(is_set ? set : pod)) return true;
    } else if (reference["controller"].as_bool()) {
      return true;
    }
  }
  return false;
}

std::optional<Value> with_owners(View set, View pod, View claim) {
  if (is_right(set, pod, claim)) return std::nullopt;
  Value kept = Value::array();
  for (const View reference : references_of(claim).items())
    if (!names(reference, set) && !names(reference, pod)) kept.push_back(reference.to_value());
  if (!has_other_controller(set, pod, claim)) {
    const Owners wanted = wanted_owners(set, pod);
    if (wanted.set) kept.push_back(controller_reference(set));
    if (wanted.pod) kept.push_back(controller_reference(pod));
  }
  Value changed = claim.to_value();
  if (View(kept).empty())
    changed["metadata"].erase("ownerReferences");
  else
    changed["metadata"].set("ownerReferences", std::move(kept));
  return changed;
}

bool is_stale(View set, View pod, View claim) {
  return policy_of(set).delete_when_scaled && is_owned_by_earlier(claim, pod);
}

}  // namespace proa::controllers::statefulset
