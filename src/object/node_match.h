// What a pod's spec asks of its node: tolerations against taints, node selectors and required affinity against labels.
// Pure; any thread.
// Source: k8s.io/component-helpers scheduling/corev1 (helpers.go, nodeaffinity).
#pragma once

#include "object/view.h"

namespace proa::object {

bool toleration_matches(View toleration, View taint);
bool tolerates(View tolerations, View taint);
/// The first taint of the node, of effect NoExecute (and, unless `execute_only`, NoSchedule), that nothing tolerates;
/// absent when there is none.
View untolerated_taint(View tolerations, View node, bool execute_only = false);

/// A NodeSelectorTerm: all its expressions and fields hold; an empty one matches nothing.
bool node_term_matches(View term, View node);
/// spec.nodeSelector and the required node affinity of a pod's spec.
bool node_matches(View pod_spec, View node);

}  // namespace proa::object
