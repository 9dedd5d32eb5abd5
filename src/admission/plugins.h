// The plug-ins, one function each, in the order in which chain.cc calls them. A plug-in passes over what is not its
// business. Private to this room.
#pragma once

#include "admission/admission.h"

namespace proa::admission {

// namespace_lifecycle.cc: nothing new in a namespace that is missing or going; three namespaces never go.
Result<void> check_namespace(const Attributes& attributes);
// service_account.cc: pods run as an account, with its token mounted.
Result<void> use_service_account(object::Value& pod, const Attributes& attributes);
// default_toleration_seconds.cc: pods stay five minutes on a node that is not ready.
void tolerate_lost_nodes(object::Value& pod, const Attributes& attributes);
// priority.cc: a class's name becomes a number.
Result<void> resolve_priority(object::Value& pod, const Attributes& attributes);
// default_storage_class.cc
void use_default_storage_class(object::Value& claim, const Attributes& attributes);
// taint_nodes_by_condition.cc: a node begins as not ready.
void taint_new_node(object::Value& node, const Attributes& attributes);
// limit_ranger.cc
void apply_limit_defaults(object::Value& pod, const Attributes& attributes);
Result<void> check_limits(object::View object, const Attributes& attributes);

}  // namespace proa::admission
