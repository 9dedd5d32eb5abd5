// Validators that several kinds share. Pure; they append to `errors` in upstream's order and words
// (k8s.io/kubernetes pkg/apis/core/validation, pkg/apis/apps/validation).
// REQUIRES of all: the object is decoded and defaulted.
#pragma once

#include <initializer_list>
#include <string_view>

#include "object/value.h"
#include "object/view.h"
#include "schema/field_error.h"

namespace proa::api::validation {

using schema::ErrorList;
using schema::Path;

/// `must be greater than or equal to 0`, when `value` is there and negative.
void nonnegative(object::View value, const Path& path, ErrorList& errors);
/// An int >= 0 or text like "25%".
void int_or_percent(object::View value, const Path& path, ErrorList& errors);
/// `field is immutable`, when they differ.
void immutable(object::View value, object::View old, const Path& path, ErrorList& errors);
/// One member as upstream's errors show it, and its zero in Go.
struct Shown {
  std::string_view name;
  object::Value zero;
};
/// A structure as upstream's errors show it: by the names of Go's members, with zeros for what is not there.
object::Value shown(object::View value, std::initializer_list<Shown> members);
/// A list of such; null where there is none.
object::Value shown_list(object::View list, object::Value (*item)(object::View));
void labels(object::View labels, const Path& path, ErrorList& errors);
void label_selector(object::View selector, const Path& path, ErrorList& errors);
void dns1123_label(std::string_view text, const Path& path, ErrorList& errors);
void port_number(object::View port, const Path& path, ErrorList& errors);
/// A number in range, or a port's name.
void port_number_or_name(object::View port, const Path& path, ErrorList& errors);

/// spec of a pod; `path` is its place ("spec", "spec.template.spec").
void pod_spec(object::View spec, const Path& path, ErrorList& errors);
/// What a pod's status becomes: its conditions, its class, its addresses.
void pod_status(object::View pod, object::View old, ErrorList& errors);
/// spec of a PersistentVolumeClaim, or of the template of one.
void claim_spec(object::View spec, const Path& path, ErrorList& errors);
/// {nodeSelectorTerms: [...]}
void node_selector(object::View selector, const Path& path, ErrorList& errors);
/// metadata and spec of a pod template.
void pod_template(object::View pod_template, const Path& path, ErrorList& errors);
/// A template under a selector, as Deployment, ReplicaSet, StatefulSet have it: labels must match, restartPolicy must
/// be Always. `owner` is the word in the message about activeDeadlineSeconds.
void pod_template_under_selector(object::View pod_template, object::View selector, std::string_view owner,
                                 const Path& path, ErrorList& errors);
/// spec.selector of a workload: required, valid, not empty. `what`: "deployment", ...
void workload_selector(object::View selector, std::string_view what, const Path& path, ErrorList& errors);

// ---- The parts of pod_spec() that live in files of their own ----

/// Volumes; what is mounted must be among them.
void volumes(object::View volumes, const Path& path, ErrorList& errors);
/// A volume whose source is wrong does not count for those who mount it.
bool volume_can_be_mounted(object::View volume);
void containers(object::View spec, const Path& path, ErrorList& errors);
void init_containers(object::View spec, const Path& path, ErrorList& errors);
/// What a variable, or a file in a volume, may tell of the pod.
void field_ref(object::View ref, bool in_volume, const Path& path, ErrorList& errors);
void environment(object::View env, const Path& path, ErrorList& errors);
void environment_from(object::View env_from, const Path& path, ErrorList& errors);
void resources(object::View resources, const Path& path, ErrorList& errors);
void probe(object::View probe, bool success_threshold_is_one, const Path& path, ErrorList& errors);
/// Families and external addresses of a Service; what only load balancers have.
void service_addresses(object::View spec, const Path& path, ErrorList& errors);
void session_affinity(object::View spec, const Path& path, ErrorList& errors);
void load_balancer(object::View spec, const Path& path, ErrorList& errors);
/// Where the pod may go.
void affinity(object::View affinity, const Path& path, ErrorList& errors);
void spread_constraints(object::View constraints, const Path& path, ErrorList& errors);
void lifecycle(object::View lifecycle, const Path& path, ErrorList& errors);
void container_security(object::View context, const Path& path, ErrorList& errors);

}  // namespace proa::api::validation
