// ServiceAccount tokens: JWTs signed with ES256, as TokenRequest makes them and the API and pods use them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/user.h"
#include "base/status.h"
#include "object/time.h"
#include "object/value.h"

namespace proa::auth {

struct TokenClaims {
  std::string namespace_name, service_account, service_account_uid;
  // What the token is to die with: a pod, a Secret or a node; empty: not bound. A pod's token also tells its node.
  std::string pod_name, pod_uid, secret_name, secret_uid, node_name, node_uid;
  std::vector<std::string> audiences;
  object::TimeNs issued = 0, expires = 0;
  std::string id;
};

class TokenIssuer {
 public:
  static Result<TokenIssuer> from_key(const std::string& key_pem, std::string issuer_url);
  Result<std::string> issue(const TokenClaims& claims) const;
  /// Signature, issuer and time; not for whom it is meant, nor whether account and pod still exist (the authenticator
  /// asks the store).
  Result<TokenClaims> verify(std::string_view token, object::TimeNs now) const;
  /// The audience of the API itself.
  const std::string& url() const { return issuer_; }
  /// The JWKS document of /openid/v1/jwks.
  std::string jwks() const;

 private:
  std::shared_ptr<void> key_;
  std::string issuer_, key_id_;
};

}  // namespace proa::auth
