#include "main/network.h"

#include <gtest/gtest.h>

namespace proa {
namespace {

TEST(NetworkPlanTest, default_directory_has_the_well_known_ranges) {
  const NetworkPlan plan = plan_network("/var/lib/proa", true);
  EXPECT_EQ(plan.pod_cidr, "10.244.0.0/24");
  EXPECT_EQ(plan.service_cidr, "10.96.0.0/16");
  EXPECT_EQ(plan.api_address, "10.96.0.1");
  EXPECT_EQ(plan.dns_address, "10.96.0.10");
}

TEST(NetworkPlanTest, two_directories_share_nothing_and_one_keeps_its_own) {
  const NetworkPlan one = plan_network("/srv/one", false);
  const NetworkPlan two = plan_network("/srv/two", false);
  EXPECT_NE(one.id, two.id);
  EXPECT_NE(one.pod_cidr, two.pod_cidr);
  EXPECT_NE(one.service_cidr, two.service_cidr);
  EXPECT_EQ(one.pod_gateway, plan_network("/srv/one", false).pod_gateway);
}

}  // namespace
}  // namespace proa
