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
/// Role or RoleBinding; not `namespaced`: ClusterRole or ClusterRoleBinding.
KindBehaviour role(bool namespaced);
KindBehaviour role_binding(bool namespaced);

/// "BestEffort", "Burstable" or "Guaranteed", from the requests and limits of a pod's containers.
std::string_view qos_class(object::View pod);

}  // namespace proa::api::kinds
