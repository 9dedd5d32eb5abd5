// The two revisions that a StatefulSet is between, and its status. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controllers/workload/revisions.h"
#include "object/document.h"
#include "object/time.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers::statefulset {

struct Revisions {
  std::string current, update;     // names; the same when no update is under way
  object::Value current_template;  // of pods
};
Revisions revisions_of(object::View set, const History& history);

/// The set with the status that it should have; nothing when it has it already.
std::optional<object::Value> next_status(object::View set, const std::vector<object::Document>& pods,
                                         const Revisions& revisions, object::TimeNs now);

}  // namespace proa::controllers::statefulset
