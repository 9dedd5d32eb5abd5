// Owner references as controllers write them. Pure; any thread.
// Source: k8s.io/apimachinery metav1.NewControllerRef, k8s.io/kubernetes pkg/controller/controller_ref_manager.go.
#pragma once

#include <vector>

#include "object/document.h"
#include "object/selector.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::controllers {

/// The reference that makes `owner` the controller of an object.
object::Value controller_reference(object::View owner);
/// `object` with `owner` as its controller, and with that finalizer unless it is empty.
object::Value adopted(object::View object, object::View owner, std::string_view finalizer = {});
/// `object` without its references to the owner of that uid, and without that finalizer.
object::Value released(object::View object, std::string_view owner_uid, std::string_view finalizer = {});

/// Which of some objects belong to an owner: those it controls and its selector matches, orphans that match (to be adopted),
/// and those it controls but that no longer match (to be released).
struct Claims {
  std::vector<object::Document> owned, adopt, release;
};
Claims claim(object::View owner, const object::LabelSelector& selector,
             const std::vector<object::Document>& candidates);

/// A pod as a workload's controller makes it from its template: labels, annotations and finalizers of the template,
/// named after the owner.
object::Value pod_from_template(object::View pod_template, object::View owner);

}  // namespace proa::controllers
