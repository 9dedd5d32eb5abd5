// Which EndpointSlices a Service should have. Pure.
//
// Slices are filled up to 100 endpoints; a slice that is there keeps its endpoints as long as they are wanted, so that a
// change of one pod is a write of one slice. Pods whose named ports resolve differently go to slices of their own. A
// Service without pods has one empty slice for each address family.
//
// Source: k8s.io/endpointslice reconciler.go.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::endpointslice {

inline constexpr size_t kMostEndpoints = 100;
inline constexpr std::string_view kServiceName = "kubernetes.io/service-name";
inline constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
inline constexpr std::string_view kManager = "endpointslice-controller.k8s.io";

struct Known {
  object::Document service;
  std::vector<object::Document> pods;    // that the selector matches
  std::vector<object::Document> slices;  // of the Service, managed by this controller
  /// A node by name; empty when it is not known (yet): its pods are left out.
  std::function<object::Document(std::string_view name)> node;
  object::TimeNs trigger_time = 0;  // 0: none
};

struct Plan {
  std::vector<object::Value> create, update;
  std::vector<std::string> remove;
};

Plan make_plan(const Known& known);

}  // namespace proa::controllers::endpointslice
