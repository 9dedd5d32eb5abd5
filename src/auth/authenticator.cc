#include "auth/authenticator.h"

namespace proa::auth {
namespace {

constexpr size_t kMaxRemembered = 4096;

Error unauthorized() { return Error(base::unauthorized("Unauthorized")); }

/// The token of `Bearer TOKEN`; nothing for other schemes.
std::optional<std::string_view> bearer(std::string_view authorization) {
  static constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return std::nullopt;
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != kScheme[i]) return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  if (authorization.empty()) return std::nullopt;
  return authorization;
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
    user.groups.emplace_back("system:authenticated");
    return user;
  }
  if (const auto token = bearer(credentials.authorization)) return from_token(*token);
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

Result<User> Authenticator::from_token(std::string_view token) const {
  if (!tokens_) return unauthorized();
  const auto claims = verified(token);
  if (!claims) return unauthorized();
  if (accounts_) {
    const auto account = accounts_->service_account_uid(claims->namespace_name, claims->service_account);
    if (!account || *account != claims->service_account_uid) return unauthorized();
    if (!claims->pod_name.empty()) {
      const auto pod = accounts_->pod_uid(claims->namespace_name, claims->pod_name);
      if (!pod || *pod != claims->pod_uid) return unauthorized();
    }
  }
  User user = service_account_user(claims->namespace_name, claims->service_account, claims->service_account_uid);
  if (!claims->id.empty()) user.extra.push_back({"authentication.kubernetes.io/credential-id", {"JTI=" + claims->id}});
  if (!claims->pod_name.empty()) {
    user.extra.push_back({"authentication.kubernetes.io/pod-name", {claims->pod_name}});
    user.extra.push_back({"authentication.kubernetes.io/pod-uid", {claims->pod_uid}});
  }
  return user;
}

}  // namespace proa::auth
