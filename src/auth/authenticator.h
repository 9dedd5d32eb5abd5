// Who asks: a chain of client certificate, ServiceAccount token, anonymous. Any thread.
// Source: Kubernetes' "Authenticating" reference.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/token.h"
#include "auth/user.h"
#include "base/status.h"
#include "runtime/clock.h"

namespace proa::auth {

/// What a request shows, as the transport and its headers tell it.
struct Credentials {
  std::string_view certificate_common_name;
  const std::vector<std::string>* certificate_organizations = nullptr;
  std::string_view certificate_error;  // a certificate that our CA does not vouch for
  std::string_view authorization;      // the header
};

/// Whether what a token names still exists. Any thread; must not block.
class AccountLookup {
 public:
  virtual ~AccountLookup() = default;
  /// The uid; nothing when there is no such object.
  virtual std::optional<std::string> service_account_uid(std::string_view ns, std::string_view name) const = 0;
  virtual std::optional<std::string> pod_uid(std::string_view ns, std::string_view name) const = 0;
  virtual std::optional<std::string> secret_uid(std::string_view ns, std::string_view name) const = 0;
  virtual std::optional<std::string> node_uid(std::string_view name) const = 0;
};

class Authenticator {
 public:
  /// Both may be null: no tokens; tokens are believed without asking for their objects.
  Authenticator(const TokenIssuer* tokens, const AccountLookup* accounts, runtime::Clock& clock)
      : tokens_(tokens), accounts_(accounts), clock_(clock) {}

  /// Nobody's credentials make system:anonymous; wrong ones are 401 `Unauthorized`.
  Result<User> authenticate(const Credentials& credentials) const;

  /// Whose token it is, asked by somebody who is one of `audiences` (none: the API's own); of them those that it is meant
  /// for. The error's message says why it is nobody's.
  struct Reviewed {
    User user;
    std::vector<std::string> audiences;
  };
  Result<Reviewed> review(std::string_view token, const std::vector<std::string>& audiences) const;

 private:
  Result<TokenClaims> verified(std::string_view token) const;
  bool still_there(const TokenClaims& claims) const;

  const TokenIssuer* tokens_;
  const AccountLookup* accounts_;
  runtime::Clock& clock_;
  // Checking a signature costs more than a GET: tokens that were good are remembered, and only their time is checked.
  mutable std::mutex mutex_;
  mutable std::map<std::string, TokenClaims, std::less<>> good_;  // guarded by mutex_
};

/// The user that a ServiceAccount is.
User service_account_user(std::string_view ns, std::string_view name, std::string_view uid);

}  // namespace proa::auth
