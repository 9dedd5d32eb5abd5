#include "auth/authenticator.h"

#include <algorithm>

namespace proa::auth {
namespace {

constexpr size_t kMaxRemembered = 4096;

Error unauthorized() { return Error(base::unauthorized("Unauthorized")); }

bool is_bearer(std::string_view scheme) {
  static constexpr std::string_view kScheme = "bearer";
  return std::equal(scheme.begin(), scheme.end(), kScheme.begin(), kScheme.end(), [](char have, char wanted) {
    return (have >= 'A' && have <= 'Z' ? static_cast<char>(have + 32) : have) == wanted;
  });
}

/// The token of `Bearer TOKEN`: the word after the first space. Nothing for other schemes, and none where a second space
/// follows the first, as upstream reads it.
std::optional<std::string_view> bearer(std::string_view authorization) {
  const auto space = authorization.find(' ');
  if (space == std::string_view::npos || !is_bearer(authorization.substr(0, space))) return std::nullopt;
  authorization.remove_prefix(space + 1);
  const std::string_view token = authorization.substr(0, authorization.find(' '));
  if (token.empty()) return std::nullopt;
  return token;
}

/// What everybody is who is somebody; a certificate may say itself that it is nobody's.
void add_authenticated(User& user) {
  if (user.name == "system:anonymous" || user.in_group("system:authenticated") ||
      user.in_group("system:unauthenticated"))
    return;
  user.groups.emplace_back("system:authenticated");
}

void tell_binding(const TokenClaims& claims, User& user) {
  const auto tell = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) user.extra.push_back({"authentication.kubernetes.io/" + std::string(what), {value}});
  };
  tell("credential-id", claims.id.empty() ? "" : "JTI=" + claims.id);
  tell("node-name", claims.node_name);
  tell("node-uid", claims.node_uid);
  tell("pod-name", claims.pod_name);
  tell("pod-uid", claims.pod_uid);
}

/// `["a" "b"]`, as upstream shows lists.
std::string shown(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "\"" : " \"") + text + "\"";
  return "[" + out + "]";
}

}  // namespace

User service_account_user(std::string_view ns, std::string_view name, std::string_view uid) {
  const std::string space(ns);
  return {.name = "system:serviceaccount:" + space + ":" + std::string(name),
          .uid = std::string(uid),
          .groups = {"system:serviceaccounts", "system:serviceaccounts:" + space, "system:authenticated"},
          .extra = {}};
}

Result<User> Authenticator::authenticate(const Credentials& credentials) const {
  if (!credentials.certificate_common_name.empty()) {
    User user{.name = std::string(credentials.certificate_common_name), .uid = {}, .groups = {}, .extra = {}};
    if (credentials.certificate_organizations) user.groups = *credentials.certificate_organizations;
    add_authenticated(user);
    return user;
  }
  if (const auto token = bearer(credentials.authorization)) {
    auto reviewed = review(*token, {});
    if (!reviewed) return unauthorized();
    return std::move(reviewed->user);
  }
  if (!credentials.certificate_error.empty()) return unauthorized();
  return User{.name = "system:anonymous", .uid = {}, .groups = {"system:unauthenticated"}, .extra = {}};
}

Result<TokenClaims> Authenticator::verified(std::string_view token) const {
  const auto now = clock_.wall();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = good_.find(token); found != good_.end()) {
      if (now < found->second.expires) return found->second;
      good_.erase(found);
    }
  }
  auto claims = tokens_->verify(token, now);
  if (!claims) return claims;
  const std::lock_guard lock(mutex_);
  if (good_.size() >= kMaxRemembered) good_.clear();
  good_.emplace(token, *claims);
  return claims;
}

bool Authenticator::still_there(const TokenClaims& claims) const {
  if (!accounts_) return true;
  if (accounts_->service_account_uid(claims.namespace_name, claims.service_account) != claims.service_account_uid)
    return false;
  if (!claims.secret_name.empty() &&
      accounts_->secret_uid(claims.namespace_name, claims.secret_name) != claims.secret_uid)
    return false;
  // A pod's token tells its node; only a node's own token ends with it.
  if (!claims.pod_name.empty()) return accounts_->pod_uid(claims.namespace_name, claims.pod_name) == claims.pod_uid;
  return claims.node_name.empty() || accounts_->node_uid(claims.node_name) == claims.node_uid;
}

Result<Authenticator::Reviewed> Authenticator::review(std::string_view token,
                                                      const std::vector<std::string>& audiences) const {
  const auto invalid = [](std::string why) { return Error(base::unauthorized(std::move(why))); };
  if (!tokens_) return invalid("invalid bearer token");
  const auto claims = verified(token);
  if (!claims) return invalid("invalid bearer token");
  const std::vector<std::string> asked = audiences.empty() ? std::vector{tokens_->url()} : audiences;
  Reviewed out;
  for (const std::string& audience : asked)
    if (std::ranges::find(claims->audiences, audience) != claims->audiences.end()) out.audiences.push_back(audience);
  if (out.audiences.empty())
    return invalid("token audiences " + shown(claims->audiences) + " is invalid for the target audiences " +
                   shown(asked));
  if (!still_there(*claims)) return invalid("service account token has been invalidated");
  out.user = service_account_user(claims->namespace_name, claims->service_account, claims->service_account_uid);
  tell_binding(*claims, out.user);
  return out;
}

}  // namespace proa::auth
