// Whom the claims of a StatefulSet's pods belong to, by spec.persistentVolumeClaimRetentionPolicy: to the set, so that they
// go with it (whenDeleted), or to a pod that is scaled away (whenScaled). Pure.
// Source: k8s.io/kubernetes pkg/controller/statefulset/stateful_set_utils.go (isClaimOwnerUpToDate and its like).
#pragma once

#include <optional>

#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::statefulset {

/// The claim with the owners that it should have; nothing when it has them, or when it is not ours to touch. `pod` may be one
/// that is yet to be made.
std::optional<object::Value> with_owners(object::View set, object::View pod, object::View claim);

/// A controller that is neither the set nor the pod: the policy does not count for this claim.
bool has_other_controller(object::View set, object::View pod, object::View claim);

/// The claim belongs to an earlier pod of that name and is about to go: no pod may be made with it.
bool is_stale(object::View set, object::View pod, object::View claim);

}  // namespace proa::controllers::statefulset
