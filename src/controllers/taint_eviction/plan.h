// How long a pod may stay on a node with taints of effect NoExecute. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/tainteviction.
#pragma once

#include <cstdint>
#include <optional>

#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::taint_eviction {

inline constexpr int64_t kForever = -1;

/// In seconds, from when the taints were seen: 0 when one of them is not tolerated, kForever when nothing limits it;
/// nothing when the node has no such taint.
std::optional<int64_t> seconds_to_stay(object::View pod, object::View node);

/// The pod with the condition that says why it is deleted.
object::Value marked(object::View pod, int64_t now);

}  // namespace proa::controllers::taint_eviction
