// Acting as another: what the headers Impersonate-* ask for, and what somebody must be allowed for it. Pure.
// Source: k8s.io/apiserver pkg/endpoints/filters/impersonation (the mode that has been there since 1.3).
#pragma once

#include <optional>
#include <vector>

#include "auth/authorizer.h"
#include "auth/user.h"
#include "base/status.h"
#include "http/http.h"

namespace proa::api {

/// The user that the headers name, as they name it; nothing where none of them is there. Error 400: the others without
/// Impersonate-User, which would otherwise be done in the asker's own name.
Result<std::optional<auth::User>> wanted_user(const http::Headers& headers);

/// What must be allowed, one for each value that is given: name, uid, groups, extra.
std::vector<auth::Attributes> parts_of(const auth::User& wanted);

/// The groups that nobody has to name: those of a ServiceAccount that comes without any, and whether one is known.
void add_groups(auth::User& wanted);

}  // namespace proa::api
