#include "api/api_testing.h"

namespace proa::api {
namespace {

constexpr const char* kRoles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
constexpr const char* kBindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";

class EscalationTest : public ApiTest {
 protected:
  EscalationTest() {
    ask("POST", kRoles, R"({"metadata":{"name":"maker"},"rules":[
        {"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create","update"]}]})");
    ask("POST", kBindings, R"({"metadata":{"name":"maker"},
        "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"maker"},
        "subjects":[{"kind":"User","name":"joe","apiGroup":"rbac.authorization.k8s.io"}]})");
    user_ = "joe";
    groups_.clear();
  }
};

TEST_F(EscalationTest, a_role_holds_no_more_than_its_maker) {
  const Answer big = ask("POST", kRoles, R"({"metadata":{"name":"big"},"rules":[
      {"apiGroups":[""],"resources":["secrets"],"verbs":["get","list"]}]})");
  EXPECT_EQ(big.code, 403);
  EXPECT_EQ(big.message(),
            "roles.rbac.authorization.k8s.io \"big\" is forbidden: user \"joe\" (groups=[\"system:authenticated\"]) is "
            "attempting to grant RBAC permissions not currently held:\n"
            "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\"]}");
  EXPECT_EQ(ask("POST", kRoles, R"({"metadata":{"name":"same"},"rules":[
      {"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["create"]}]})")
                .code,
            201);
  EXPECT_EQ(ask("PUT", std::string(kRoles) + "/same", R"({"metadata":{"name":"same"},"rules":[
      {"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]})")
                .code,
            403);
}

TEST_F(EscalationTest, nobody_binds_a_role_that_holds_more) {
  const std::string body = R"({"metadata":{"name":"bind"},
      "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},
      "subjects":[{"kind":"User","name":"joe","apiGroup":"rbac.authorization.k8s.io"}]})";
  EXPECT_EQ(ask("POST", kBindings, body).code, 403);
  user_ = "admin";
  groups_ = {"system:masters"};
  EXPECT_EQ(ask("POST", kBindings, body).code, 201);
}

constexpr const char* kClusterRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
constexpr const char* kClusterBindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

/// Joe may do all with roles and bindings, and holds what a case gives him besides.
class GrantTest : public ApiTest {
 protected:
  void give_joe(const std::string& rules) {
    const std::string maker =
        R"({"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings"],
            "verbs":["create","update","patch"]})";
    ASSERT_EQ(ask("POST", kClusterRoles, R"({"metadata":{"name":"joe"},"rules":[)" + maker + rules + "]}").code, 201);
    ASSERT_EQ(bind("joe", "joe").code, 201);
    user_ = "joe";
    groups_.clear();
  }
  Answer bind(const std::string& name, const std::string& role) {
    return ask("POST", kClusterBindings,
               R"({"metadata":{"name":")" + name + R"("},"subjects":[{"kind":"User","name":"joe"}],
        "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":")" +
                   role + "\"}}");
  }
  Answer grant(const std::string& rule) {
    return ask("POST", kClusterRoles, R"({"metadata":{"name":"new"},"rules":[)" + rule + "]}");
  }
  void as_admin() {
    user_ = "admin";
    groups_ = {"system:masters"};
  }
};

struct GrantCase {
  const char *what, *held, *granted;
  bool allowed;
};

const GrantCase kGrants[] = {
    {"the same", R"({"apiGroups":[""],"resources":["pods"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["pods"],"verbs":["get"]})", true},
    {"another verb", R"({"apiGroups":[""],"resources":["pods"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]})", false},
    {"all verbs for some", R"({"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]})",
     R"({"apiGroups":[""],"resources":["pods"],"verbs":["*"]})", false},
    {"some of all verbs", R"({"apiGroups":[""],"resources":["pods"],"verbs":["*"]})",
     R"({"apiGroups":[""],"resources":["pods"],"verbs":["get","made-up"]})", true},
    {"another group", R"({"apiGroups":["apps"],"resources":["deployments"],"verbs":["get"]})",
     R"({"apiGroups":["extensions"],"resources":["deployments"],"verbs":["get"]})", false},
    {"a subresource by the resource", R"({"apiGroups":[""],"resources":["pods"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]})", false},
    {"a subresource by that of all", R"({"apiGroups":[""],"resources":["*/scale"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["deployments/scale"],"verbs":["get"]})", true},
    {"all objects by one", R"({"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["secrets"],"verbs":["get"]})", false},
    {"one object by all", R"({"apiGroups":[""],"resources":["secrets"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"],"verbs":["get"]})", true},
    {"one object by that called *",
     R"({"apiGroups":[""],"resources":["secrets"],"resourceNames":["*"],"verbs":["get"]})",
     R"({"apiGroups":[""],"resources":["secrets"],"resourceNames":["a"],"verbs":["get"]})", false},
    {"a path below", R"({"nonResourceURLs":["/metrics/*"],"verbs":["get"]})",
     R"({"nonResourceURLs":["/metrics/one"],"verbs":["get"]})", true},
    {"a path above", R"({"nonResourceURLs":["/metrics/*"],"verbs":["get"]})",
     R"({"nonResourceURLs":["/metrics"],"verbs":["get"]})", false},
    {"all paths", R"({"nonResourceURLs":["/metrics/*"],"verbs":["get"]})",
     R"({"nonResourceURLs":["*"],"verbs":["get"]})", false},
};

class Grants : public GrantTest, public testing::WithParamInterface<GrantCase> {};

TEST_P(Grants, nobody_gives_what_he_does_not_hold) {
  SCOPED_TRACE(GetParam().what);
  give_joe(std::string(",") + GetParam().held);
  const Answer answer = grant(GetParam().granted);
  EXPECT_EQ(answer.code, GetParam().allowed ? 201 : 403) << answer.text;
}

INSTANTIATE_TEST_SUITE_P(Rules, Grants, testing::ValuesIn(kGrants));

TEST_F(GrantTest, the_verb_escalate_lets_one_give_anything) {
  give_joe(R"(,{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["escalate"]})");
  EXPECT_EQ(grant(R"({"apiGroups":["*"],"resources":["*"],"verbs":["*"]})").code, 201);
  EXPECT_EQ(bind("other", "cluster-admin").code, 403) << "it is not the verb bind";
}

TEST_F(GrantTest, the_verb_bind_lets_one_bind_the_role_it_names) {
  give_joe(R"(,{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["edit"],
               "verbs":["bind"]})");
  EXPECT_EQ(bind("one", "edit").code, 201);
  EXPECT_EQ(bind("two", "cluster-admin").code, 403);
  EXPECT_EQ(bind("three", "none").message(), R"(clusterrole.rbac.authorization.k8s.io "none" not found)");
}

TEST_F(GrantTest, a_label_on_a_role_that_holds_more_is_a_grant) {
  give_joe("");
  const std::string label = R"({"metadata":{"labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}})";
  EXPECT_EQ(merge(std::string(kClusterRoles) + "/cluster-admin", label).code, 403)
      << "everybody who may view would hold it";
  EXPECT_EQ(merge(std::string(kClusterBindings) + "/cluster-admin", R"({"metadata":{"labels":{"a":"b"}}})").code, 403);
}

TEST_F(GrantTest, what_the_garbage_collector_changes_is_no_grant) {
  give_joe("");
  const std::string change = R"({"metadata":{"finalizers":["example.com/hold"],"ownerReferences":[
      {"apiVersion":"v1","kind":"ConfigMap","name":"x","uid":"1"}]}})";
  EXPECT_EQ(merge(std::string(kClusterRoles) + "/cluster-admin", change).code, 200);
  EXPECT_EQ(merge(std::string(kClusterBindings) + "/cluster-admin", change).code, 200);
}

TEST_F(GrantTest, only_who_holds_everything_gathers_roles) {
  const std::string gathering = R"({"metadata":{"name":"all"},"rules":[],"aggregationRule":{"clusterRoleSelectors":[
      {"matchLabels":{"a":"b"}}]}})";
  give_joe("");
  const Answer refused = ask("POST", kClusterRoles, gathering);
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(
      refused.message(),
      "clusterroles.rbac.authorization.k8s.io \"all\" is forbidden: must have cluster-admin privileges to use the "
      "aggregationRule");
  as_admin();
  ASSERT_EQ(ask("POST", kClusterRoles, gathering).code, 201);
  user_ = "joe";
  groups_.clear();
  const std::string path = std::string(kClusterRoles) + "/all";
  EXPECT_EQ(merge(path, R"({"metadata":{"labels":{"c":"d"}}})").code, 403);
  EXPECT_EQ(merge(path, R"({"aggregationRule":null})").code, 403) << "nor are they let out";
  as_admin();
  ASSERT_EQ(bind("joe-admin", "cluster-admin").code, 201);
  user_ = "joe";
  groups_.clear();
  EXPECT_EQ(merge(path, R"({"aggregationRule":null})").code, 200);
}

}  // namespace
}  // namespace proa::api
