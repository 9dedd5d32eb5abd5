// The RBAC objects that every cluster has: cluster-admin, admin, edit, view, system:*, with their bindings.
#pragma once

#include <vector>

#include "object/value.h"

namespace proa::auth {

/// ClusterRoles, ClusterRoleBindings, Roles and RoleBindings of rbac.authorization.k8s.io/v1, to be created where
/// missing. Aggregated roles come with the rules that aggregation gives them.
std::vector<object::Value> bootstrap_policy();

}  // namespace proa::auth
