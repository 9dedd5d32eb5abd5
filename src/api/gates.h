// Binds this room to the auth room: client certificates and ServiceAccount tokens say who asks; masters, nodes and
// RBAC say whether they may. Accounts and roles are read from the store.
#pragma once

#include <memory>

#include "api/core.h"
#include "api/route.h"
#include "auth/authenticator.h"
#include "auth/authorizer.h"
#include "auth/rbac.h"
#include "http/http.h"

namespace proa::api {

/// Any thread.
class Gates {
 public:
  /// `core` outlives it.
  explicit Gates(const Core& core);
  ~Gates();

  /// With impersonation (Impersonate-User, -Group, -Uid, -Extra-KEY): the true user must be allowed each part of it (403),
  /// and no part comes without a user (400).
  Result<auth::User> authenticate(const http::Request& request) const;
  /// Error: 403 in upstream's words.
  Result<void> authorize(const auth::User& user, const Route& route, std::string_view path) const;

  const auth::Authenticator& authenticator() const { return authenticator_; }
  const auth::Authorizer& authorizer() const { return *authorizer_; }
  const auth::RbacLookup& rbac() const { return *rbac_; }

 private:
  Result<auth::User> impersonated(const auth::User& user, auth::User other) const;

  std::unique_ptr<auth::AccountLookup> accounts_;
  std::unique_ptr<auth::RbacLookup> rbac_;
  auth::Authenticator authenticator_;
  std::unique_ptr<auth::Authorizer> authorizer_;
  const bool authorize_;
};

}  // namespace proa::api
