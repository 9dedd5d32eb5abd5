// Amounts of cpu, memory and other resources, as integers: cpu in thousandths of a core, everything else in its own unit.
// Pure; any thread.
// Source: k8s.io/component-helpers resource.PodRequests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "object/view.h"

namespace proa::scheduler {

struct Resources {
  int64_t cpu_milli = 0, memory = 0, ephemeral = 0;
  std::map<std::string, int64_t, std::less<>> others;  // hugepages, extended resources

  Resources& operator+=(const Resources& more);
  Resources& operator-=(const Resources& less);
  void raise_to(const Resources& other);
  bool operator==(const Resources&) const = default;
};

/// From a map of quantities (`requests`, `allocatable`).
Resources resources_of(object::View quantities);

/// What a pod asks of a node: its containers' requests together, or those of its init containers where these ask for
/// more at some moment; sidecars with both; plus overhead. Requests of the pod itself go before its containers'.
Resources requests_of(object::View pod);
/// The same for scoring: a container without a request counts as 100m cpu and 200 MiB.
Resources nonzero_requests_of(object::View pod);

}  // namespace proa::scheduler
