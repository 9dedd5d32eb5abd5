#include "auth/authorizer.h"

#include <fmt/format.h>

#include "auth/bootstrap_policy.h"
#include "auth/rbac.h"

namespace proa::auth {
namespace {

class Masters final : public Authorizer {
 public:
  Decision authorize(const User& user, const Attributes&) const override {
    if (user.in_group("system:masters")) return {Decision::Verdict::kAllow, ""};
    return {};
  }
};

/// Upstream's node authorizer also asks whether an object is related to the node; that is left to come.
class Nodes final : public Authorizer {
 public:
  Nodes() {
    for (object::Value& object : bootstrap_policy()) {
      const object::View view = object;
      if (view["kind"].as_string() == "ClusterRole" && view["metadata"]["name"].as_string() == "system:node")
        role_ = std::move(object);
    }
  }
  Decision authorize(const User& user, const Attributes& attributes) const override {
    if (!user.in_group("system:nodes") || !user.name.starts_with("system:node:")) return {};
    if (rules_allow(object::View(role_)["rules"], attributes)) return {Decision::Verdict::kAllow, ""};
    return {};
  }

 private:
  object::Value role_;
};

}  // namespace

Decision AuthorizerChain::authorize(const User& user, const Attributes& attributes) const {
  Decision out;
  for (const auto& link : links_) {
    const Decision one = link->authorize(user, attributes);
    if (one.verdict != Decision::Verdict::kNoOpinion) return one;
    if (!one.reason.empty()) out.reason += (out.reason.empty() ? "" : ", ") + one.reason;
  }
  return out;
}

std::unique_ptr<Authorizer> make_masters_authorizer() { return std::make_unique<Masters>(); }
std::unique_ptr<Authorizer> make_node_authorizer() { return std::make_unique<Nodes>(); }

std::string refusal_text(const User& user, const Attributes& a) {
  if (!a.is_resource) return fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, a.verb, a.path);
  const std::string resource = a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
  const std::string text =
      fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\"", user.name, a.verb, resource, a.group);
  return a.ns.empty() ? text + " at the cluster scope" : fmt::format("{} in the namespace \"{}\"", text, a.ns);
}

Status refusal(const User& user, const Attributes& attributes, const Decision& decision) {
  std::string text = refusal_text(user, attributes);
  if (!decision.reason.empty()) text += ": " + decision.reason;
  if (attributes.is_resource) return base::forbidden({attributes.group, attributes.resource}, attributes.name, text);
  Status status;
  status.code = 403;
  status.reason = "Forbidden";
  status.message = "forbidden: " + text;
  return status;
}

}  // namespace proa::auth
