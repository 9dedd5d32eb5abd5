// Who may hand out what, asked of a whole server.
#include "api/api_testing.h"

namespace proa::api {
namespace {

constexpr std::string_view kRoles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
constexpr std::string_view kBindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";

class GrantTest : public ApiTest {
 protected:
  GrantTest() {
    bind("jane", "ClusterRole", "admin");
    as("jane");
  }
  void as(std::string name) {
    user_ = std::move(name);
    groups_ = user_ == "admin" ? std::vector<std::string>{"system:masters"} : std::vector<std::string>{"devs"};
  }
  Answer bind(std::string_view user, std::string_view kind, std::string_view role) {
    return ask("POST", kBindings,
               R"({"metadata":{"name":")" + std::string(user) + "-" + std::string(role) +
                   R"("},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":")" + std::string(kind) +
                   R"(","name":")" + std::string(role) +
                   R"("},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":")" +
                   std::string(user) + R"("}]})");
  }
  Answer make_role(std::string_view name, std::string_view rules) {
    return ask("POST", kRoles,
               R"({"metadata":{"name":")" + std::string(name) + R"("},"rules":)" + std::string(rules) + "}");
  }
};

constexpr const char* kReadPods = R"([{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}])";
constexpr const char* kReadNodes = R"([{"apiGroups":[""],"resources":["nodes"],"verbs":["get"]}])";

TEST_F(GrantTest, an_admin_of_a_namespace_hands_out_what_admins_hold) {
  EXPECT_EQ(make_role("pods", kReadPods).code, 201);
  EXPECT_EQ(bind("bob", "Role", "pods").code, 201);
  EXPECT_EQ(bind("bob", "ClusterRole", "view").code, 201);
  as("bob");
  EXPECT_EQ(ask("GET", kPods).code, 200);
}

TEST_F(GrantTest, but_nothing_beyond_that) {
  const Answer role = make_role("nodes", kReadNodes);
  EXPECT_EQ(role.code, 403);
  EXPECT_EQ(role.message(),
            "roles.rbac.authorization.k8s.io \"nodes\" is forbidden: user \"jane\" (groups=[\"devs\" "
            "\"system:authenticated\"]) is attempting to grant RBAC permissions not currently "
            "held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\"]}");
  const Answer binding = bind("jane", "ClusterRole", "cluster-admin");
  EXPECT_EQ(binding.code, 403);
  EXPECT_NE(binding.message().find("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}"), std::string::npos);
  EXPECT_EQ(bind("jane", "Role", "missing").code, 404);
}

TEST_F(GrantTest, a_role_is_not_widened_either) {
  ASSERT_EQ(make_role("pods", kReadPods).code, 201);
  EXPECT_EQ(merge(at(kRoles, "pods"), R"({"rules":)" + std::string(kReadNodes) + "}").code, 403);
  EXPECT_EQ(merge(at(kRoles, "pods"), R"({"metadata":{"labels":{"a":"b"}}})").code, 200);
}

TEST_F(GrantTest, a_label_may_be_set_on_a_role_that_holds_more) {
  as("admin");
  ASSERT_EQ(make_role("nodes", kReadNodes).code, 201);
  as("jane");
  EXPECT_EQ(merge(at(kRoles, "nodes"), R"({"metadata":{"labels":{"a":"b"}}})").code, 200);
  EXPECT_EQ(bind("bob", "Role", "nodes").code, 403);
}

TEST_F(GrantTest, the_verbs_bind_and_escalate_lift_the_rule) {
  as("admin");
  ASSERT_EQ(make_role("granter", R"([{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],
      "resourceNames":["cluster-admin"],"verbs":["bind"]},
      {"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"verbs":["escalate"]}])")
                .code,
            201);
  ASSERT_EQ(bind("jane", "Role", "granter").code, 201);
  as("jane");
  EXPECT_EQ(bind("bob", "ClusterRole", "cluster-admin").code, 201);
  EXPECT_EQ(make_role("nodes", kReadNodes).code, 201);
}

TEST_F(GrantTest, the_role_of_a_binding_stays) {
  ASSERT_EQ(bind("bob", "ClusterRole", "view").code, 201);
  const Answer changed = merge(at(kBindings, "bob-view"), R"({"roleRef":{"name":"edit"}})");
  EXPECT_EQ(changed.code, 422);
  EXPECT_EQ(
      changed.message(),
      R"(RoleBinding.rbac.authorization.k8s.io "bob-view" is invalid: roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"}: cannot change roleRef)");
}

struct Rule {
  const char *rules, *message;
};

TEST_F(GrantTest, rules_say_what_they_are_about) {
  as("admin");
  for (
      const Rule& c : std::vector<Rule>{
          {R"([{"apiGroups":[""],"resources":["pods"],"verbs":[]}])",
           "rules[0].verbs: Required value: verbs must contain at least one value"},
          {R"([{"resources":["pods"],"verbs":["get"]}])",
           "rules[0].apiGroups: Required value: resource rules must supply at least one api group"},
          {R"([{"apiGroups":[""],"verbs":["get"]}])",
           "rules[0].resources: Required value: resource rules must supply at least one resource"},
          {R"([{"nonResourceURLs":["/x"],"verbs":["get"]}])",
           R"(rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs)"}}) {
    const Answer refused = make_role("r", c.rules);
    EXPECT_EQ(refused.code, 422) << c.rules;
    EXPECT_EQ(refused.message(), std::string(R"(Role.rbac.authorization.k8s.io "r" is invalid: )") + c.message);
  }
}

}  // namespace
}  // namespace proa::api
