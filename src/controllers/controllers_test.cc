// All controllers together: made, started and stopped as in a cluster.
#include "controllers/controllers.h"

#include <gtest/gtest.h>

#include "controllers/deployment/test_objects.h"
#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

namespace resources = client::resources;
using testing::Cluster;

TEST(Controllers, start_together_make_a_deployments_pods_and_stop_in_the_middle) {
  Cluster cluster;
  schema::Registry registry;
  auto controllers = Controllers::make(cluster.parts(), {&registry, "PEM"});
  controllers->start();
  cluster.put(resources::kNamespaces, R"({"metadata": {"name": "default"}, "spec": {"finalizers": ["kubernetes"]},
      "status": {"phase": "Active"}})");
  cluster.informers.start();
  cluster.settle();
  EXPECT_TRUE(controllers->started());
  EXPECT_TRUE(cluster.client.find(resources::kServiceAccounts, "default", "default"));
  cluster.client.put(resources::kDeployments, deployment::make_deployment("web", 3));
  cluster.settle();
  EXPECT_EQ(cluster.all(resources::kPods).size(), 3u);
  EXPECT_TRUE(controllers->idle());

  cluster.client.put(resources::kDeployments, deployment::make_deployment("other", 50));
  for (int i = 0; i < 3; ++i) cluster.executor.settle();
  controllers.reset();
  cluster.executor.advance(10 * runtime::kMinute);

  // A new set of controllers, as after a restart, finishes what was begun.
  Controllers::make(cluster.parts(), {&registry, "PEM"}).swap(controllers);
  controllers->start();
  cluster.settle();
  EXPECT_EQ(cluster.all(resources::kPods).size(), 53u);
}

}  // namespace
}  // namespace proa::controllers
