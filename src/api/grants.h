// Nobody gives away more than they hold: what a write of a Role, a ClusterRole or a binding has to pass beyond RBAC itself.
#pragma once

#include "api/core.h"
#include "api/gates.h"
#include "object/view.h"

namespace proa::api {

/// Error 403 where `object` (before: `old`, absent when it is new) hands out rules that the caller neither holds nor may
/// hand out by the verbs `escalate` and `bind`. Other kinds pass. Any thread.
Result<void> check_grant(const Gates& gates, const Target& target, const Call& call, object::View object,
                         object::View old);

}  // namespace proa::api
