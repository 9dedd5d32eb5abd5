// What makes a pod of a StatefulSet this one and no other: its ordinal, name, claims. Pure.
// Source: k8s.io/kubernetes pkg/controller/statefulset/stateful_set_utils.go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::statefulset {

/// The number at the end of a pod's name `SET-NUMBER`; -1 when the name is not of that form.
int64_t ordinal_of(object::View pod);
/// Is it named as a pod of the set?
bool is_member(object::View set, object::View pod);

/// Ordinals of the wanted pods: [start, start + replicas).
int64_t first_ordinal(object::View set);
bool in_range(object::View set, int64_t ordinal);

std::string pod_name(object::View set, int64_t ordinal);
std::string claim_name(object::View set, object::View claim_template, int64_t ordinal);
/// The claims of a pod, one for each of spec.volumeClaimTemplates.
std::vector<object::Value> claims_of(object::View set, int64_t ordinal);

/// A pod made from `pod_template` for that ordinal, of the revision named.
object::Value make_pod(object::View set, object::View pod_template, std::string_view revision, int64_t ordinal);

/// Has the pod its name as a label, and a volume for each claim?
bool identity_matches(object::View set, object::View pod);
bool storage_matches(object::View set, object::View pod);
/// `pod` with what identity_matches() and storage_matches() ask for.
object::Value with_identity(object::View set, object::View pod);

}  // namespace proa::controllers::statefulset
