// Who may: one decision per request. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/user.h"
#include "base/status.h"

namespace proa::auth {

/// What is asked for. Either a resource or a path.
struct Attributes {
  std::string verb;  // "get", "list", "watch", "create", ... ; of paths: the method in lower case
  bool is_resource = true;
  std::string group, version, resource, subresource, ns, name;
  std::string path;
};

struct Decision {
  enum class Verdict { kAllow, kDeny, kNoOpinion };
  Verdict verdict = Verdict::kNoOpinion;
  std::string reason;  // shown to the user when there is one
  bool allowed() const { return verdict == Verdict::kAllow; }
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual Decision authorize(const User& user, const Attributes& attributes) const = 0;
};

/// The first that allows or denies decides; nobody's opinion is a refusal with all reasons.
class AuthorizerChain final : public Authorizer {
 public:
  explicit AuthorizerChain(std::vector<std::unique_ptr<Authorizer>> links) : links_(std::move(links)) {}
  Decision authorize(const User& user, const Attributes& attributes) const override;

 private:
  const std::vector<std::unique_ptr<Authorizer>> links_;
};

/// Group system:masters may do everything.
std::unique_ptr<Authorizer> make_masters_authorizer();
/// A node (user system:node:NAME of group system:nodes) may do what nodes do.
std::unique_ptr<Authorizer> make_node_authorizer();

/// `User "x" cannot list resource "pods" in API group "" in the namespace "default"`
std::string refusal_text(const User& user, const Attributes& attributes);
/// The 403 for a decision that does not allow.
Status refusal(const User& user, const Attributes& attributes, const Decision& decision);

}  // namespace proa::auth
