// Server-side apply: a configuration is merged into the object, what its manager applied before and no longer wants
// is taken away, and fields that others manage are conflicts unless forced.
// Source of the rules: k8s.io/apimachinery util/managedfields; structured-merge-diff merge.Updater.
#pragma once

#include <memory>

#include "api/verbs.h"

namespace proa::api {

void server_side_apply(Core& core, Target target, CallPtr call, const std::shared_ptr<const object::Value>& config,
                       bool force, StoredDone done);

}  // namespace proa::api
