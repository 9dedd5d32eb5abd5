// The RBAC authorizer: roles and bindings, looked up where they are kept. Any thread.
// Source: rbac.authorization.k8s.io/v1 (PolicyRule and its wildcards).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authorizer.h"
#include "object/document.h"
#include "object/view.h"

namespace proa::auth {

/// Reads RBAC objects; any thread, must not block.
class RbacLookup {
 public:
  using Visit = std::function<bool(object::View binding)>;  // false ends the walk
  virtual ~RbacLookup() = default;
  virtual void cluster_role_bindings(const Visit& visit) const = 0;
  virtual void role_bindings(std::string_view ns, const Visit& visit) const = 0;
  /// An empty document when there is none.
  virtual object::Document cluster_role(std::string_view name) const = 0;
  virtual object::Document role(std::string_view ns, std::string_view name) const = 0;
};

/// `lookup` outlives it.
std::unique_ptr<Authorizer> make_rbac_authorizer(const RbacLookup& lookup);

bool rules_allow(object::View rules, const Attributes& attributes);
/// A role that a user holds: its rules, and the binding and its subject by which they are held.
struct HeldRole {
  object::View rules, binding, subject;
};
/// Calls `visit` with every role that the user holds, cluster-wide and in `ns` (none when empty), until it returns
/// false; the errors of dangling bindings are appended to `errors`.
void visit_rules(const RbacLookup& lookup, const User& user, std::string_view ns,
                 const std::function<bool(const HeldRole&)>& visit, std::vector<std::string>& errors);
/// Several errors as upstream shows them: each once, in brackets when there is more than one.
std::string aggregate(const std::vector<std::string>& errors);

}  // namespace proa::auth
