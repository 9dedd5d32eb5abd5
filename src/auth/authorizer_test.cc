#include "auth/authorizer.h"

#include <map>

#include <gtest/gtest.h>

#include "auth/bootstrap_policy.h"
#include "auth/rbac.h"

namespace proa::auth {
namespace {

using object::Document;
using object::Value;
using object::View;

/// RBAC objects in memory.
class Objects final : public RbacLookup {
 public:
  void add(const Value& object) {
    const View metadata = View(object)["metadata"];
    all_[{View(object)["kind"].str(), metadata["namespace"].str(), metadata["name"].str()}] = Document::freeze(object);
  }
  void cluster_role_bindings(const Visit& visit) const override { walk("ClusterRoleBinding", "", visit); }
  void role_bindings(std::string_view ns, const Visit& visit) const override { walk("RoleBinding", ns, visit); }
  Document cluster_role(std::string_view name) const override { return find("ClusterRole", "", name); }
  Document role(std::string_view ns, std::string_view name) const override { return find("Role", ns, name); }

 private:
  using Id = std::tuple<std::string, std::string, std::string>;
  Document find(std::string_view kind, std::string_view ns, std::string_view name) const {
    const auto found = all_.find(Id(kind, ns, name));
    return found == all_.end() ? Document() : found->second;
  }
  void walk(std::string_view kind, std::string_view ns, const Visit& visit) const {
    for (const auto& [id, object] : all_)
      if (std::get<0>(id) == kind && std::get<1>(id) == ns && !visit(object.root())) return;
  }
  std::map<Id, Document> all_;
};

Attributes on(std::string verb, std::string resource, std::string ns = "", std::string name = "",
              std::string group = "") {
  Attributes out;
  out.verb = std::move(verb);
  const size_t slash = resource.find('/');
  out.resource = resource.substr(0, slash);
  if (slash != std::string::npos) out.subresource = resource.substr(slash + 1);
  out.ns = std::move(ns);
  out.name = std::move(name);
  out.group = std::move(group);
  return out;
}

class RbacTest : public testing::Test {
 protected:
  RbacTest() {
    for (const Value& object : bootstrap_policy()) objects_.add(object);
    std::vector<std::unique_ptr<Authorizer>> links;
    links.push_back(make_masters_authorizer());
    links.push_back(make_node_authorizer());
    links.push_back(make_rbac_authorizer(objects_));
    chain_ = std::make_unique<AuthorizerChain>(std::move(links));
  }
  void bind(std::string kind, std::string ns, std::string role_kind, std::string role, Value subject) {
    Value binding = Value::object({{"kind", std::move(kind)}});
    binding["metadata"]["name"] = "test-" + role;
    if (!ns.empty()) binding["metadata"]["namespace"] = ns;
    binding["roleRef"] = Value::object({{"kind", std::move(role_kind)}, {"name", std::move(role)}});
    binding["subjects"].push_back(std::move(subject));
    objects_.add(binding);
  }
  bool may(const User& user, const Attributes& attributes) { return chain_->authorize(user, attributes).allowed(); }

  Objects objects_;
  std::unique_ptr<AuthorizerChain> chain_;
  User jane_{.name = "jane", .uid = {}, .groups = {"devs", "system:authenticated"}, .extra = {}};
};

TEST_F(RbacTest, masters_may_everything_and_strangers_nothing_but_discover) {
  User admin{.name = "admin", .uid = {}, .groups = {"system:masters"}, .extra = {}};
  EXPECT_TRUE(may(admin, on("delete", "namespaces", "", "x")));
  EXPECT_FALSE(may(jane_, on("list", "pods", "default")));
  Attributes path;
  path.is_resource = false;
  path.verb = "get";
  path.path = "/openapi/v3";
  EXPECT_TRUE(may(jane_, path));
  User nobody{.name = "system:anonymous", .uid = {}, .groups = {"system:unauthenticated"}, .extra = {}};
  EXPECT_FALSE(may(nobody, path));
  path.path = "/version";
  EXPECT_TRUE(may(nobody, path));
  EXPECT_TRUE(may(jane_, on("create", "selfsubjectaccessreviews", "", "", "authorization.k8s.io")));
}

TEST_F(RbacTest, a_role_binding_holds_in_its_namespace_only) {
  bind("RoleBinding", "default", "ClusterRole", "view", Value::object({{"kind", "Group"}, {"name", "devs"}}));
  EXPECT_TRUE(may(jane_, on("list", "pods", "default")));
  EXPECT_TRUE(may(jane_, on("get", "pods/log", "default", "web")));
  EXPECT_FALSE(may(jane_, on("list", "pods", "other")));
  EXPECT_FALSE(may(jane_, on("list", "pods")));
  EXPECT_FALSE(may(jane_, on("create", "pods", "default")));
  EXPECT_FALSE(may(jane_, on("list", "secrets", "default")));
}

TEST_F(RbacTest, edit_and_admin_hold_the_rules_that_aggregate_to_them) {
  bind("RoleBinding", "default", "ClusterRole", "admin", Value::object({{"kind", "User"}, {"name", "jane"}}));
  EXPECT_TRUE(may(jane_, on("list", "pods", "default")));
  EXPECT_TRUE(may(jane_, on("delete", "deployments", "default", "web", "apps")));
  EXPECT_TRUE(may(jane_, on("create", "rolebindings", "default", "", "rbac.authorization.k8s.io")));
  EXPECT_FALSE(may(jane_, on("delete", "resourcequotas", "default", "q")));
}

TEST_F(RbacTest, resource_names_and_service_accounts_are_matched) {
  Value role = Value::object({{"kind", "Role"}});
  role["metadata"] = Value::object({{"name", "one"}, {"namespace", "default"}});
  role["rules"].push_back(Value::object({{"apiGroups", Value::array({""})},
                                         {"resources", Value::array({"configmaps"})},
                                         {"resourceNames", Value::array({"settings"})},
                                         {"verbs", Value::array({"get"})}}));
  objects_.add(role);
  bind("RoleBinding", "default", "Role", "one",
       Value::object({{"kind", "ServiceAccount"}, {"name", "web"}, {"namespace", "team"}}));
  User web{.name = "system:serviceaccount:team:web", .uid = {}, .groups = {}, .extra = {}};
  EXPECT_TRUE(may(web, on("get", "configmaps", "default", "settings")));
  EXPECT_FALSE(may(web, on("get", "configmaps", "default", "others")));
  EXPECT_FALSE(may(web, on("list", "configmaps", "default")));
}

TEST_F(RbacTest, nodes_may_do_what_nodes_do) {
  User node{.name = "system:node:n1", .uid = {}, .groups = {"system:nodes", "system:authenticated"}, .extra = {}};
  EXPECT_TRUE(may(node, on("update", "nodes/status", "", "n1")));
  EXPECT_TRUE(may(node, on("update", "leases", "kube-node-lease", "n1", "coordination.k8s.io")));
  EXPECT_FALSE(may(node, on("create", "deployments", "default", "", "apps")));
}

TEST_F(RbacTest, refusals_are_in_upstreams_words) {
  const auto words = [&](const Attributes& attributes) {
    return refusal(jane_, attributes, chain_->authorize(jane_, attributes)).message;
  };
  EXPECT_EQ(
      words(on("list", "pods", "default")),
      "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
  EXPECT_EQ(
      words(on("get", "deployments/scale", "shop", "web", "apps")),
      "deployments.apps \"web\" is forbidden: User \"jane\" cannot get resource \"deployments/scale\" in API group "
      "\"apps\" in the namespace \"shop\"");
  EXPECT_EQ(words(on("list", "nodes")),
            "nodes is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \"\" at the cluster scope");
  Attributes path;
  path.is_resource = false;
  path.verb = "get";
  path.path = "/metrics";
  EXPECT_EQ(words(path), "forbidden: User \"jane\" cannot get path \"/metrics\"");
  bind("RoleBinding", "default", "Role", "gone", Value::object({{"kind", "User"}, {"name", "jane"}}));
  EXPECT_EQ(
      words(on("list", "pods", "default")),
      "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\": "
      "RBAC: role.rbac.authorization.k8s.io \"gone\" not found");
}

Value rule(std::initializer_list<std::pair<const char*, std::vector<const char*>>> lists) {
  Value out = Value::object();
  for (const auto& [name, texts] : lists)
    for (const char* text : texts) out[std::string_view(name)].push_back(text);
  return out;
}

TEST(Rules, wildcards_stand_for_what_upstream_lets_them) {
  struct Case {
    const char* what;
    Value rule;
    Attributes asked;
    bool allowed;
  };
  const Case cases[] = {
      {"any verb", rule({{"verbs", {"*"}}, {"apiGroups", {""}}, {"resources", {"pods"}}}), on("made-up", "pods"), true},
      {"any group", rule({{"verbs", {"get"}}, {"apiGroups", {"*"}}, {"resources", {"pods"}}}),
       on("get", "pods", "", "", "metrics.k8s.io"), true},
      {"the core group is no wildcard", rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"pods"}}}),
       on("get", "pods", "", "", "metrics.k8s.io"), false},
      {"any resource holds subresources too", rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"*"}}}),
       on("get", "pods/exec"), true},
      {"a resource holds no subresources", rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"pods"}}}),
       on("get", "pods/exec"), false},
      {"a subresource of any resource", rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"*/exec"}}}),
       on("get", "pods/exec"), true},
      {"a subresource of any resource is not the resource",
       rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"*/exec"}}}), on("get", "exec"), false},
      {"all subresources of one is no pattern",
       rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"pods/*"}}}), on("get", "pods/exec"), false},
      {"a name is no pattern",
       rule({{"verbs", {"get"}}, {"apiGroups", {""}}, {"resources", {"pods"}}, {"resourceNames", {"*"}}}),
       on("get", "pods", "default", "web"), false},
      {"a name does not allow a creation, which has none",
       rule({{"verbs", {"create"}}, {"apiGroups", {""}}, {"resources", {"pods"}}, {"resourceNames", {"web"}}}),
       on("create", "pods", "default"), false},
      {"no groups allow nothing", rule({{"verbs", {"get"}}, {"resources", {"pods"}}}), on("get", "pods"), false},
      {"resources are no paths", rule({{"verbs", {"*"}}, {"nonResourceURLs", {"*"}}}), on("get", "pods"), false},
  };
  for (const Case& one : cases) {
    const Value rules = Value::array({one.rule});
    EXPECT_EQ(rules_allow(rules, one.asked), one.allowed) << one.what;
  }
}

TEST(Rules, paths_end_in_a_wildcard_or_are_whole) {
  struct Case {
    const char *have, *asked;
    bool allowed;
  };
  const Case cases[] = {
      {"/healthz", "/healthz", true},
      {"/healthz", "/healthz/", false},
      {"/healthz", "/healthz/etcd", false},
      {"/healthz/*", "/healthz/etcd", true},
      {"/healthz/*", "/healthz", false},
      {"/healthz*", "/healthz", true},
      {"/api**", "/apis", true},
      {"*", "/anything", true},
      {"/*/x", "/a/x", false},
  };
  for (const Case& one : cases) {
    Attributes path;
    path.is_resource = false;
    path.verb = "get";
    path.path = one.asked;
    const Value rules = Value::array({rule({{"verbs", {"get"}}, {"nonResourceURLs", {one.have}}})});
    EXPECT_EQ(rules_allow(rules, path), one.allowed) << one.have << " " << one.asked;
  }
}

TEST_F(RbacTest, subjects_are_users_groups_and_accounts) {
  const auto user = [](const char* name, std::vector<std::string> groups = {}) {
    return User{.name = name, .uid = {}, .groups = std::move(groups), .extra = {}};
  };
  const User web = user("system:serviceaccount:default:web", {"system:serviceaccounts"});
  const auto subject = [](const char* kind, const char* name, const char* ns = nullptr) {
    Value out = Value::object({{"kind", kind}, {"name", name}});
    if (ns) out.set("namespace", ns);
    return out;
  };
  struct Case {
    const char* what;
    Value subject;
    User user;
    bool cluster, applies;
  };
  const Case cases[] = {
      {"a user by name", subject("User", "joe"), user("joe"), true, true},
      {"a group is no user", subject("User", "joe"), user("x", {"joe"}), true, false},
      {"a user is no group", subject("Group", "joe"), user("joe"), true, false},
      {"an account by its user's name", subject("User", "system:serviceaccount:default:web"), web, true, true},
      {"an account by its group", subject("Group", "system:serviceaccounts"), web, true, true},
      {"an account", subject("ServiceAccount", "web", "default"), web, true, true},
      {"an account of another namespace", subject("ServiceAccount", "web", "other"), web, true, false},
      {"an account of another name", subject("ServiceAccount", "eb", "default"), web, true, false},
      {"an account without namespace in its own", subject("ServiceAccount", "web"), web, false, true},
      {"an account of the empty namespace in its own", subject("ServiceAccount", "web", ""), web, false, true},
      {"an account without namespace cluster-wide", subject("ServiceAccount", "web"), web, true, false},
      {"nobody's namespace", subject("ServiceAccount", "web"), user("system:serviceaccount::web"), true, false},
      {"another kind", subject("Robot", "joe"), user("joe"), true, false},
  };
  for (const Case& one : cases) {
    bind(one.cluster ? "ClusterRoleBinding" : "RoleBinding", one.cluster ? "" : "default", "ClusterRole", "view",
         one.subject);
    EXPECT_EQ(may(one.user, on("list", "pods", "default")), one.applies) << one.what;
    if (!one.cluster) bind("RoleBinding", "default", "ClusterRole", "view", subject("User", "nobody"));
    if (one.cluster) bind("ClusterRoleBinding", "", "ClusterRole", "view", subject("User", "nobody"));
  }
}

TEST_F(RbacTest, says_by_which_binding_it_is_allowed) {
  const auto reason = [&](const User& user) { return chain_->authorize(user, on("list", "pods", "default")).reason; };
  bind("ClusterRoleBinding", "", "ClusterRole", "view", Value::object({{"kind", "Group"}, {"name", "devs"}}));
  EXPECT_EQ(reason(jane_),
            "RBAC: allowed by ClusterRoleBinding \"test-view\" of ClusterRole \"view\" to Group \"devs\"");
  bind("RoleBinding", "default", "ClusterRole", "edit", Value::object({{"kind", "ServiceAccount"}, {"name", "web"}}));
  EXPECT_EQ(reason({.name = "system:serviceaccount:default:web", .uid = {}, .groups = {}, .extra = {}}),
            "RBAC: allowed by RoleBinding \"test-edit/default\" of ClusterRole \"edit\" to ServiceAccount "
            "\"web/default\"");
}

TEST_F(RbacTest, what_dangles_is_told_once_and_stops_nothing) {
  const Value jane = Value::object({{"kind", "User"}, {"name", "jane"}});
  bind("RoleBinding", "default", "Role", "a-gone", jane);
  bind("ClusterRoleBinding", "", "ClusterRole", "b-gone", jane);
  bind("RoleBinding", "default", "Robot", "c", jane);
  EXPECT_EQ(chain_->authorize(jane_, on("list", "pods", "default")).reason,
            "RBAC: [clusterrole.rbac.authorization.k8s.io \"b-gone\" not found, role.rbac.authorization.k8s.io "
            "\"a-gone\" not found, unsupported role reference kind: \"Robot\"]");
  bind("RoleBinding", "default", "ClusterRole", "view", jane);
  EXPECT_TRUE(may(jane_, on("list", "pods", "default")));
  EXPECT_EQ(aggregate({"a", "a"}), "a");
  EXPECT_EQ(aggregate({"a", "b", "a"}), "[a, b]");
}

TEST(BootstrapPolicy, has_what_upstream_has) {
  std::map<std::string, int> count;
  for (const Value& object : bootstrap_policy()) ++count[View(object)["kind"].str()];
  EXPECT_EQ(count["ClusterRole"], 69);
  EXPECT_EQ(count["ClusterRoleBinding"], 50);
  EXPECT_EQ(count["Role"], 7);
  EXPECT_EQ(count["RoleBinding"], 7);
}

}  // namespace
}  // namespace proa::auth
