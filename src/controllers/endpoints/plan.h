// The Endpoints object of a Service, for clients that do not know EndpointSlices. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/endpoint, pkg/api/v1/endpoints (RepackSubsets).
#pragma once

#include <optional>
#include <vector>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::endpoints {

inline constexpr size_t kMostAddresses = 1000;  // more are cut off, and the object says so

struct Known {
  object::Document service;
  std::vector<object::Document> pods;  // that the selector matches
  object::Document current;            // empty: none yet
  object::TimeNs trigger_time = 0;     // 0: none
};

/// The object as it should be, to create or update; nothing when it is so already.
std::optional<object::Value> make_plan(const Known& known);

}  // namespace proa::controllers::endpoints
