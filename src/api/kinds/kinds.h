// The behaviours of the kinds that have one, gathered by behaviours.cc.
#pragma once

#include "api/kinds/kind_behaviour.h"

namespace proa::api::kinds {

KindBehaviour pod();
KindBehaviour deployment();
KindBehaviour replica_set();
KindBehaviour replication_controller();
KindBehaviour daemon_set();
KindBehaviour stateful_set();
KindBehaviour service();
KindBehaviour config_map();
KindBehaviour secret();
KindBehaviour node();
KindBehaviour namespace_();
KindBehaviour event();
KindBehaviour lease();
KindBehaviour endpoints();
KindBehaviour endpoint_slice();
KindBehaviour role();
KindBehaviour cluster_role();
KindBehaviour role_binding();
KindBehaviour cluster_role_binding();
KindBehaviour horizontal_pod_autoscaler();
KindBehaviour ingress();
KindBehaviour job();
KindBehaviour cron_job();
KindBehaviour network_policy();
KindBehaviour pod_disruption_budget();
KindBehaviour priority_class();
KindBehaviour resource_quota();
KindBehaviour limit_range();
KindBehaviour persistent_volume_claim();
KindBehaviour persistent_volume();
KindBehaviour storage_class();

// ---- rare.cc ----

/// A PUT without resourceVersion is refused; nothing else is special.
KindBehaviour not_overwritten_blindly();
KindBehaviour webhook_configuration();
KindBehaviour controller_revision();
KindBehaviour ingress_class();
KindBehaviour runtime_class();
KindBehaviour csi_driver();
KindBehaviour volume_attachment();
KindBehaviour csi_node();
KindBehaviour csi_storage_capacity();
KindBehaviour flow_schema();
KindBehaviour priority_level();
KindBehaviour service_cidr();

/// "BestEffort", "Burstable" or "Guaranteed", from the requests and limits of a pod's containers.
std::string_view qos_class(object::View pod);

}  // namespace proa::api::kinds
