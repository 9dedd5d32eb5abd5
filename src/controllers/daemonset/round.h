// What the parts of a DaemonSet's plan share: the pods by node, and what a node should have.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/daemonset/plan.h"

namespace proa::controllers::daemonset {

using PodsByNode = std::map<std::string, std::vector<object::Document>, std::less<>>;

/// Pods by the node that they are on or meant for; finished ones that are being deleted are left out.
PodsByNode by_node(const std::vector<object::Document>& pods);
/// Pods that have a node first, then by age, then by name.
void oldest_first(std::vector<object::Document>& pods);

struct Bounds {
  int64_t surge = 0, unavailable = 0;
};
/// Of a rolling update over so many nodes; zeros for OnDelete. Percentages round up.
Bounds bounds_of(object::View owner, int64_t desired);

/// Adds to `plan` what a rolling update does next.
void roll(const Known& known, PodsByNode pods, Plan& plan);

}  // namespace proa::controllers::daemonset
