#include "api/gates.h"

#include "object/meta.h"

namespace proa::api {
namespace {

using object::Document;

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";

class Accounts : public auth::AccountLookup {
 public:
  explicit Accounts(const Core& core) : core_(core) {}
  std::optional<std::string> service_account_uid(std::string_view ns, std::string_view name) const override {
    return uid("serviceaccounts", ns, name);
  }
  std::optional<std::string> pod_uid(std::string_view ns, std::string_view name) const override {
    return uid("pods", ns, name);
  }

 private:
  std::optional<std::string> uid(std::string_view resource, std::string_view ns, std::string_view name) const {
    const Document found = core_.world().get("", resource, ns, name);
    if (!found) return std::nullopt;
    return std::string(object::uid_of(found.root()));
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
  if (!user || request.header("impersonate-user").empty()) return user;
  return impersonated(request, *user);
}

Result<void> Gates::may_impersonate(const auth::User& user, std::string_view resource, std::string_view name,
                                    std::string_view ns) const {
  auth::Attributes attributes;
  attributes.verb = "impersonate";
  attributes.version = "v1";
  attributes.resource = resource;
  attributes.ns = ns;
  attributes.name = name;
  const auth::Decision decision = authorizer_->authorize(user, attributes);
  if (decision.allowed()) return {};
  return Error(auth::refusal(user, attributes, decision));
}

Result<auth::User> Gates::impersonated(const http::Request& request, const auth::User& user) const {
  constexpr std::string_view kAccount = "system:serviceaccount:";
  auth::User other{.name = std::string(request.header("impersonate-user")),
                   .uid = std::string(request.header("impersonate-uid"))};
  std::string_view name = other.name, ns;
  const bool account = name.starts_with(kAccount) && name.find(':', kAccount.size()) != std::string_view::npos;
  if (account) {
    name.remove_prefix(kAccount.size());
    ns = name.substr(0, name.find(':'));
    name.remove_prefix(ns.size() + 1);
  }
  if (auto ok = may_impersonate(user, account ? "serviceaccounts" : "users", name, ns); !ok) return Error(ok.error());
  for (const auto& [key, value] : request.headers) {
    if (key != "impersonate-group") continue;
    if (auto ok = may_impersonate(user, "groups", value, ""); !ok) return Error(ok.error());
    other.groups.push_back(value);
  }
  if (account && other.groups.empty())
    other.groups = {"system:serviceaccounts", "system:serviceaccounts:" + std::string(ns)};
  const bool anonymous = other.name == "system:anonymous";
  const std::string_view kind = anonymous ? "system:unauthenticated" : "system:authenticated";
  if (!other.in_group(kind)) other.groups.emplace_back(kind);
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
