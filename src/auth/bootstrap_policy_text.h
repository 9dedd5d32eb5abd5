// The roles and bindings every cluster begins with, as lines of text:
//
//   role NAME [+LABEL]... [<LABEL]...     a ClusterRole (NAMESPACE/NAME: a Role). +LABEL: rbac.authorization.k8s.io/LABEL
//                                         is "true"; <LABEL: its rules are those of all roles with that label
//     VERBS GROUPS RESOURCES [NAMES]      a rule; lists with commas, `core` is the group ""
//     VERBS /PATH,...                     a rule for paths
//   bind NAME [= ROLE] SUBJECT...         a ClusterRoleBinding (or RoleBinding) to the role of that name;
//                                         group:NAME, user:NAME, account:NAMESPACE/NAME
#pragma once

namespace proa::auth {

extern const char* const kBootstrapRoles;
extern const char* const kBootstrapControllerRoles;

}  // namespace proa::auth
