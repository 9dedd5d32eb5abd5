// Which pods are given up first. Pure; any thread.
// Source: k8s.io/kubernetes pkg/controller/controller_utils.go (ActivePodsWithRanks).
#pragma once

#include <vector>

#include "object/document.h"
#include "object/time.h"

namespace proa::controllers {

/// Orders pods by how willingly they are given up: unassigned, pending, not ready, of low deletion cost, doubled up on a
/// node, ready for less long, often restarted, younger. `related`: pods whose number on a node counts as doubling.
std::vector<object::Document> ranked_for_deletion(std::vector<object::Document> pods,
                                                  const std::vector<object::Document>& related, object::TimeNs now);

}  // namespace proa::controllers
