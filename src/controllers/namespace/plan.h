// What is left to do for a namespace that is being deleted. Pure.
//
// Pods go first; everything else when the last pod is gone, so that what pods lean on (network policies, secrets) outlives
// them. When nothing is left, the finalizer "kubernetes" is taken from spec.finalizers, and the API removes the namespace.
//
// Source: k8s.io/kubernetes pkg/controller/namespace/deletion.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "object/document.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::controllers::ns {

/// The objects of one kind that are still in the namespace.
struct Content {
  std::string resource, group;
  bool pods = false;
  std::vector<object::Document> objects;
};

struct Known {
  object::Document ns;
  std::vector<Content> content;     // only kinds of which something is left
  std::vector<std::string> errors;  // of deletions that failed in this round
  object::TimeNs now = 0;
};

struct Plan {
  /// Objects to delete, by index of `content`; those that are being deleted already are not among them.
  std::vector<std::pair<size_t, object::Document>> remove;
  /// Nothing is left: the namespace may go.
  bool empty = false;
};

Plan make_plan(const Known& known);
/// The namespace with its conditions brought up to date; nothing when they are. To be asked after the deletions.
std::optional<object::Value> next_status(const Known& known);
/// The namespace without the finalizer "kubernetes".
object::Value finalized(object::View ns);
bool is_finalized(object::View ns);

}  // namespace proa::controllers::ns
