// Finding the pods of a workload, and the workloads of a pod, in the caches.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/informer.h"
#include "object/document.h"
#include "object/selector.h"

namespace proa::controllers {

/// Indexes objects by controller, and those without one by namespace.
void index_by_controller(client::Informer& informer);

/// Objects that `owner` controls, and (`with_orphans`) those of its namespace that nobody controls.
std::vector<object::Document> dependents_of(const client::Informer& informer, object::View owner, bool with_orphans);

/// Calls `wake(owner)` for each owner that a change of a dependent concerns: its controller before and after the
/// change; of an orphan that is new, relabelled or just released, every owner whose selector matches it.
void wake_owners(const client::Informer& owners, std::string_view kind,
                 const std::function<object::LabelSelector(object::View owner)>& selector_of,
                 const object::Document& before, const object::Document& after,
                 const std::function<void(object::View owner)>& wake);

/// The object that a controller reference names, if it is that very object.
object::Document resolve_controller(const client::Informer& owners, std::string_view kind, std::string_view ns,
                                    object::View reference);

}  // namespace proa::controllers
