#include "net/load_balancer/plan.h"

#include <gtest/gtest.h>

#include "object/value.h"

namespace proa::net {
namespace {

using object::Document;
using object::Value;

Document service(const std::string& name, int port, const std::string& created, bool granted = false,
                 const std::string& type = "LoadBalancer", int node_port = 0) {
  Value out = Value::object();
  out["metadata"] =
      Value::object({{"name", name}, {"namespace", "default"}, {"uid", name}, {"creationTimestamp", created}});
  Value item = Value::object({{"port", port}, {"protocol", "TCP"}});
  if (node_port > 0) item["nodePort"] = node_port;
  out["spec"] = Value::object({{"type", type}, {"ports", Value::array({item})}});
  if (granted) out["status"]["loadBalancer"]["ingress"] = Value::array({Value::object({{"hostname", "localhost"}})});
  return Document::freeze(out);
}

std::vector<std::string> names(const std::vector<Document>& services) {
  std::vector<std::string> out;
  for (const Document& one : services) out.push_back(one["metadata"]["name"].str());
  return out;
}

using Names = std::vector<std::string>;

TEST(LoadBalancerPlan, a_free_port_is_granted_once) {
  auto plan = plan_load_balancers({{service("web", 80, "1")}, {}});
  EXPECT_EQ(names(plan.grant), Names{"web"});
  EXPECT_EQ(plan.wanted, (std::set<NodePortKey>{{"TCP", 80}}));
  plan = plan_load_balancers({{service("web", 80, "1", true)}, {}});
  EXPECT_TRUE(plan.grant.empty());
  EXPECT_TRUE(plan.withdraw.empty());
}

TEST(LoadBalancerPlan, the_older_service_keeps_a_port_that_two_want) {
  const auto plan = plan_load_balancers({{service("new", 80, "2"), service("old", 80, "1")}, {}});
  EXPECT_EQ(names(plan.grant), Names{"old"});
  ASSERT_EQ(plan.clashes.size(), 1U);
  EXPECT_EQ(plan.clashes[0].message,
            "Error syncing load balancer: failed to ensure load balancer: port 80/TCP is taken by Service default/old");
}

TEST(LoadBalancerPlan, a_port_that_another_program_has_is_waited_for) {
  const auto plan = plan_load_balancers({{service("web", 80, "1")}, {{"TCP", 80}}});
  EXPECT_TRUE(plan.grant.empty());
  EXPECT_EQ(plan.wanted.size(), 1U);
  ASSERT_EQ(plan.clashes.size(), 1U);
  EXPECT_NE(plan.clashes[0].message.find("port 80/TCP is in use by another program on this machine"),
            std::string::npos);
}

TEST(LoadBalancerPlan, a_node_port_of_another_service_is_a_clash_its_own_is_not) {
  auto plan = plan_load_balancers({{service("a", 30080, "1"), service("b", 80, "2", false, "NodePort", 30080)}, {}});
  EXPECT_TRUE(plan.grant.empty());
  plan = plan_load_balancers({{service("a", 30080, "1", false, "LoadBalancer", 30080)}, {}});
  EXPECT_EQ(names(plan.grant), Names{"a"});
}

TEST(LoadBalancerPlan, a_service_that_is_no_load_balancer_any_more_loses_its_address) {
  const auto plan = plan_load_balancers({{service("web", 80, "1", true, "ClusterIP")}, {}});
  EXPECT_EQ(names(plan.withdraw), Names{"web"});
  EXPECT_TRUE(plan.wanted.empty());
}

}  // namespace
}  // namespace proa::net
