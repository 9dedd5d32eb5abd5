// The rows of `kubectl get`: for each kind whose columns need more than a path, a function that fills the cells in
// the order of the kind's columns (wide ones included). Pure; `now` gives the ages.
// Source of the cells: k8s.io/kubernetes pkg/printers/internalversion.
#pragma once

#include <string>
#include <vector>

#include "object/time.h"
#include "object/value.h"
#include "object/view.h"

namespace proa::api::rows {

using Cells = std::vector<object::Value>;

void pod(object::View object, object::TimeNs now, Cells& cells);
void deployment(object::View object, object::TimeNs now, Cells& cells);
void replica_set(object::View object, object::TimeNs now, Cells& cells);
void replication_controller(object::View object, object::TimeNs now, Cells& cells);
void daemon_set(object::View object, object::TimeNs now, Cells& cells);
void stateful_set(object::View object, object::TimeNs now, Cells& cells);
void job(object::View object, object::TimeNs now, Cells& cells);
void cron_job(object::View object, object::TimeNs now, Cells& cells);
void controller_revision(object::View object, object::TimeNs now, Cells& cells);
void service(object::View object, object::TimeNs now, Cells& cells);
void endpoints(object::View object, object::TimeNs now, Cells& cells);
void endpoint_slice(object::View object, object::TimeNs now, Cells& cells);
void node(object::View object, object::TimeNs now, Cells& cells);
void event(object::View object, object::TimeNs now, Cells& cells);
void config_map(object::View object, object::TimeNs now, Cells& cells);
void secret(object::View object, object::TimeNs now, Cells& cells);
void namespace_(object::View object, object::TimeNs now, Cells& cells);
void service_account(object::View object, object::TimeNs now, Cells& cells);
void persistent_volume(object::View object, object::TimeNs now, Cells& cells);
void persistent_volume_claim(object::View object, object::TimeNs now, Cells& cells);
void storage_class(object::View object, object::TimeNs now, Cells& cells);
void ingress(object::View object, object::TimeNs now, Cells& cells);
void ingress_class(object::View object, object::TimeNs now, Cells& cells);
void network_policy(object::View object, object::TimeNs now, Cells& cells);
void horizontal_pod_autoscaler(object::View object, object::TimeNs now, Cells& cells);
void pod_disruption_budget(object::View object, object::TimeNs now, Cells& cells);
void role_binding(object::View object, object::TimeNs now, Cells& cells);
void resource_quota(object::View object, object::TimeNs now, Cells& cells);
void lease(object::View object, object::TimeNs now, Cells& cells);
void priority_class(object::View object, object::TimeNs now, Cells& cells);
void pod_template(object::View object, object::TimeNs now, Cells& cells);
void webhook_configuration(object::View object, object::TimeNs now, Cells& cells);

// ---- Shared pieces ----

/// `9s`, or `<unknown>` when unset.
std::string age(object::View time, object::TimeNs now);
inline std::string created(object::View object, object::TimeNs now) {
  return age(object["metadata"]["creationTimestamp"], now);
}
/// Joins the names or images of a pod template's containers by commas.
std::string container_names(object::View containers);
std::string container_images(object::View containers);
/// `a=b,c=d`, or `<none>`.
std::string map_text(object::View map);
/// A metav1.LabelSelector as text; `<none>` when it selects everything.
std::string selector_text(object::View selector);
/// The text, or `otherwise` when it is empty.
std::string or_else(object::View text, std::string_view otherwise);

}  // namespace proa::api::rows
