// Nobody gives away what they do not have: who writes a role must hold its rules, who binds a role must hold those of
// the role, unless they may "escalate" or "bind" it. Source: k8s.io/kubernetes pkg/registry/rbac.
#pragma once

#include "api/exchange.h"

namespace proa::api {

/// Puts the check into the call of a write to a role or binding; does nothing for other kinds, and for those who may
/// do everything. The exchange's gates must outlive the call.
void guard_escalation(Exchange& exchange);

}  // namespace proa::api
