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

}  // namespace
}  // namespace proa::api
