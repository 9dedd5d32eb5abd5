#include "api/gates.h"

#include "api/impersonation.h"
#include "object/meta.h"
#include "object/time.h"

namespace proa::api {
namespace {

using object::Document;

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr object::TimeNs kLeeway = 60 * object::kSecondNs;  // upstream's, for clocks that differ

class Accounts : public auth::AccountLookup {
 public:
  explicit Accounts(const Core& core) : core_(core) {}
  std::optional<std::string> service_account_uid(std::string_view ns, std::string_view name) const override {
    return uid("serviceaccounts", ns, name);
  }
  std::optional<std::string> pod_uid(std::string_view ns, std::string_view name) const override {
    return uid("pods", ns, name);
  }
  std::optional<std::string> secret_uid(std::string_view ns, std::string_view name) const override {
    return uid("secrets", ns, name);
  }
  std::optional<std::string> node_uid(std::string_view name) const override { return uid("nodes", "", name); }

 private:
  std::optional<std::string> uid(std::string_view resource, std::string_view ns, std::string_view name) const {
    const Document found = core_.world().get("", resource, ns, name);
    if (!found || is_long_gone(found.root())) return std::nullopt;
    return std::string(object::uid_of(found.root()));
  }
  /// Deleted, and past the time that it was given to end: what still holds it back keeps no token alive.
  bool is_long_gone(object::View object) const {
    const auto deleted = object::parse_time(object["metadata"]["deletionTimestamp"].as_string());
    return deleted && *deleted + kLeeway < core_.now();
  }
  const Core& core_;
};

class Roles : public auth::RbacLookup {
 public:
  explicit Roles(const Core& core) : core_(core) {}
  void cluster_role_bindings(const Visit& visit) const override { scan("clusterrolebindings", "", visit); }
  void role_bindings(std::string_view ns, const Visit& visit) const override { scan("rolebindings", ns, visit); }
  Document cluster_role(std::string_view name) const override {
    return core_.world().get(kRbac, "clusterroles", "", name);
  }
  Document role(std::string_view ns, std::string_view name) const override {
    return core_.world().get(kRbac, "roles", ns, name);
  }

 private:
  void scan(std::string_view resource, std::string_view ns, const Visit& visit) const {
    core_.world().scan(kRbac, resource, ns, [&](const Document& binding) { return visit(binding.root()); });
  }
  const Core& core_;
};

std::unique_ptr<auth::Authorizer> make_authorizer(const auth::RbacLookup& rbac) {
  std::vector<std::unique_ptr<auth::Authorizer>> links;
  links.push_back(auth::make_masters_authorizer());
  links.push_back(auth::make_node_authorizer());
  links.push_back(auth::make_rbac_authorizer(rbac));
  return std::make_unique<auth::AuthorizerChain>(std::move(links));
}

}  // namespace

Gates::Gates(const Core& core)
    : accounts_(std::make_unique<Accounts>(core)),
      rbac_(std::make_unique<Roles>(core)),
      authenticator_(core.tokens, accounts_.get(), core.clock),
      authorizer_(make_authorizer(*rbac_)),
      authorize_(core.options.authorize) {}

Gates::~Gates() = default;

Result<auth::User> Gates::authenticate(const http::Request& request) const {
  const auth::Credentials credentials{.certificate_common_name = request.peer.certificate_common_name,
                                      .certificate_organizations = &request.peer.certificate_organizations,
                                      .certificate_error = request.peer.certificate_error,
                                      .authorization = request.header("authorization")};
  auto user = authenticator_.authenticate(credentials);
  if (!user) return user;
  auto wanted = wanted_user(request.headers);
  if (!wanted) return Error(wanted.error());
  return *wanted ? impersonated(*user, std::move(**wanted)) : user;
}

Result<auth::User> Gates::impersonated(const auth::User& user, auth::User other) const {
  for (const auth::Attributes& part : parts_of(other)) {
    const auth::Decision decision = authorizer_->authorize(user, part);
    if (!decision.allowed()) return Error(auth::refusal(user, part, decision));
  }
  add_groups(other);
  return other;
}

Result<void> Gates::authorize(const auth::User& user, const Route& route, std::string_view path) const {
  if (!authorize_ || user.in_group("system:masters")) return {};
  const auth::Attributes attributes{.verb = route.verb,
                                    .is_resource = route.is_resource,
                                    .group = route.group,
                                    .version = route.version,
                                    .resource = route.resource,
                                    .subresource = route.subresource,
                                    .ns = route.ns,
                                    .name = route.name,
                                    .path = std::string(path)};
  const auth::Decision decision = authorizer_->authorize(user, attributes);
  if (decision.allowed()) return {};
  return Error(auth::refusal(user, attributes, decision));
}

}  // namespace proa::api
