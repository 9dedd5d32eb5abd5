// Nobody gives away more than they hold: which of the rules that somebody is about to hand out do they lack themselves?
// Source: k8s.io/component-helpers auth/rbac/validation (policy_comparator.go), k8s.io/kubernetes pkg/registry/rbac.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/rbac.h"

namespace proa::auth {

/// Of `wanted` (a role's rules) what the user does not hold in `ns` (empty: in the whole cluster), as
/// `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, in alphabetical order. Any thread.
std::vector<std::string> rules_not_held(const RbacLookup& lookup, const User& user, std::string_view ns,
                                        object::View wanted);

/// `user "jane" (groups=["devs"]) is attempting to grant RBAC permissions not currently held:` and those.
std::string escalation_text(const User& user, const std::vector<std::string>& missing);

}  // namespace proa::auth
