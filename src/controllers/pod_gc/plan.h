// Which pods nobody else cleans up. Pure.
//
// Source: k8s.io/kubernetes pkg/controller/podgc.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::pod_gc {

enum class Reason {
  kNone,
  kUnscheduledTerminating,  // deleted before it had a node: no agent will end it
  kOrphaned,                // its node is gone for 40 s
  kOutOfService,            // its node is not ready and tainted out-of-service
};

/// `node`: the pod's, empty when there is none. `gone_for_long`: there has been none for the quarantine time.
Reason judge(object::View pod, object::View node, bool gone_for_long);

/// The pod as it is to be marked before it is deleted: phase Failed, and why; nothing when it has finished already.
std::optional<object::Value> marked_failed(object::View pod, Reason reason, object::TimeNs now);

/// Of the finished pods those beyond the limit of 12,500, oldest first.
std::vector<object::Document> excess_finished(const std::vector<object::Document>& pods, size_t limit);

}  // namespace proa::controllers::pod_gc
