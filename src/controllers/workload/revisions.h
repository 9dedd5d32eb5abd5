// The history that DaemonSets and StatefulSets keep: a ControllerRevision for each template that they had, which holds a
// strategic merge patch that brings it back. Pure.
//
// The revision of today's template is the one whose data equals it (never found by its hash); it always has the highest
// number, so going back to an old template raises the number of its revision.
//
// Source: k8s.io/kubernetes pkg/controller/history, pkg/controller/daemon/update.go, pkg/controller/statefulset.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/workload/write_list.h"
#include "object/document.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers {

/// A label of the pods of a DaemonSet or StatefulSet, and of a DaemonSet's revisions.
inline constexpr std::string_view kRevisionHash = "controller-revision-hash";

struct History {
  std::vector<object::Document> adopt, release;  // before anything else
  std::string name, hash;                        // of the current revision, which may be one that `writes` makes
  std::vector<object::Document> old;             // all others, oldest first
  std::vector<Change> writes;                    // makes the current one, or raises its number
};

/// `revisions`: those that the owner controls, and those of its namespace that nobody does. `hash_label`: the label that
/// carries the hash on a revision.
History make_history(object::View owner, const std::vector<object::Document>& revisions, std::string_view hash_label);

/// Removes the oldest of `old` until spec.revisionHistoryLimit of them are left; never one whose hash or name is in `live`.
std::vector<Change> trim_history(object::View owner, const std::vector<object::Document>& old,
                                 const std::set<std::string, std::less<>>& live, std::string_view hash_label);

/// Does the revision hold the owner's template, and is it the owner's?
bool is_revision_of(object::View owner, object::View revision);

}  // namespace proa::controllers
