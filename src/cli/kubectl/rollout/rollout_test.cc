// kubectl rollout and scale against a cluster that a test tells stage by stage.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

using RolloutTest = ClusterTest;

std::string web(int version, std::string_view status, std::string_view spec = "replicas: 3") {
  return fmt::format(R"(apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: team, generation: 2, resourceVersion: "{}"}}
spec: {{{}, template: {{spec: {{containers: [{{name: web, image: "web:v1"}}]}}}}}}
status: {{{}}}
)",
                     version, spec, status);
}

TEST_F(RolloutTest, status_tells_each_stage_once_and_ends_when_all_are_available) {
  server_.has(web(1, "observedGeneration: 1, replicas: 3"));
  server_.tells("MODIFIED", web(2, "observedGeneration: 2, replicas: 4, updatedReplicas: 1, availableReplicas: 3"));
  server_.tells("MODIFIED", web(3, "observedGeneration: 2, replicas: 4, updatedReplicas: 3, availableReplicas: 3"));
  server_.tells("MODIFIED", web(4, "observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 2"));
  server_.tells("MODIFIED", web(5, "observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3"));
  says("rollout status deployment/web", R"(Waiting for deployment spec update to be observed...
Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...
Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...
Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...
deployment "web" successfully rolled out
)");
  EXPECT_EQ(server_.requests(), R"(GET /apis/apps/v1/namespaces/team/deployments/web
GET /apis/apps/v1/namespaces/team/deployments?fieldSelector=metadata.name=web
GET /apis/apps/v1/namespaces/team/deployments?fieldSelector=metadata.name=web&resourceVersion=100&watch=true
)");
}

}  // namespace
}  // namespace proa::cli::kubectl
