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

TEST_F(RolloutTest, status_ends_with_the_deadline) {
  server_.has(web(1,
                  "observedGeneration: 2, replicas: 3, conditions: [{type: Progressing, reason: "
                  "ProgressDeadlineExceeded, status: \"False\"}]"));
  complains("rollout status deployment/web", "error: deployment \"web\" exceeded its progress deadline\n");
}

TEST_F(RolloutTest, status_ends_when_the_object_does) {
  server_.has(web(1, "observedGeneration: 1"));
  server_.tells("DELETED", web(2, "observedGeneration: 1"));
  const Outcome outcome = run("rollout status deployment/web");
  EXPECT_EQ(outcome.out, "Waiting for deployment spec update to be observed...\n");
  EXPECT_EQ(outcome.err, "error: object has been deleted\n");
}

TEST_F(RolloutTest, status_looks_once_where_it_is_told_not_to_watch) {
  server_.has(web(1, "observedGeneration: 2, replicas: 3, updatedReplicas: 2"));
  says("rollout status deployment/web --watch=false",
       "Waiting for deployment \"web\" rollout to finish: 2 out of 3 new replicas have been updated...\n");
  EXPECT_EQ(server_.requests().find("watch="), std::string::npos);
}

TEST_F(RolloutTest, status_gives_up_after_its_time) {
  server_.has(web(1, "observedGeneration: 1"));
  server_.tells("MODIFIED", web(2, "observedGeneration: 1"));
  EXPECT_EQ(run("rollout status deployment/web --timeout=1ms").err, "error: timed out waiting for the condition\n");
}

TEST_F(RolloutTest, scale_waits_and_names_what_it_waited_for) {
  server_.has(web(1, "observedGeneration: 2, replicas: 3"));
  server_.tells("MODIFIED", web(2, "observedGeneration: 2, replicas: 4"));
  server_.tells("MODIFIED", web(3, "observedGeneration: 2, replicas: 5"));
  says("scale deployment web --replicas=5 --timeout=1m", "deployment.apps/web scaled\n");
  server_.tells("MODIFIED", web(4, "observedGeneration: 2, replicas: 4"));
  complains("scale deployment web --replicas=9 --timeout=1ms", "error: timed out waiting for \"web\" to be synced\n");
}

TEST_F(RolloutTest, scale_looks_before_it_acts_where_it_is_asked_to) {
  server_.has(web(7, ""));
  complains("scale deployment web --replicas=5 --current-replicas=2", "error: Expected replicas to be 2, was 3\n");
  complains("scale deployment web --replicas=5 --resource-version=6",
            "error: Expected resource version to be 6, was 7\n");
  EXPECT_EQ(server_.requests().find("PATCH"), std::string::npos);
  says("scale deployment web --replicas=5 --current-replicas=3 --resource-version=7", "deployment.apps/web scaled\n");
  EXPECT_NE(server_.requests().find(
                "PATCH /apis/apps/v1/namespaces/team/deployments/web/scale {\"spec\":{\"replicas\":5}}\n"),
            std::string::npos);
}

TEST_F(RolloutTest, pause_resume_and_restart_tell_what_is_so_already) {
  server_.has(web(1, ""));
  says("rollout pause deployment web", "deployment.apps/web paused\n");
  complains("rollout pause deployment web", "error: deployments.apps \"web\" is already paused\n");
  complains("rollout restart deployment web",
            "error: deployments.apps \"web\" can't restart paused deployment (run rollout resume first)\n");
  says("rollout resume deployment web", "deployment.apps/web resumed\n");
  complains("rollout resume deployment web", "error: deployments.apps \"web\" is not paused\n");
  says("rollout restart deployment web", "deployment.apps/web restarted\n");
}

TEST_F(RolloutTest, kinds_without_history_are_told_apart) {
  server_.has(R"(apiVersion: v1
kind: Service
metadata: {name: web, namespace: team}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: team}
---
apiVersion: batch/v1
kind: Job
metadata: {name: web, namespace: team}
)");
  complains("rollout history svc web",
            "error: error retrieving history for \"Service\", no visitor method exists for { Service}\n");
  complains("rollout history ingress web",
            "error: error retrieving history for \"Ingress.networking.k8s.io\", no visitor method exists for "
            "{networking.k8s.io Ingress}\n");
  complains("rollout history job web", "error: no history viewer has been implemented for \"Job.batch\"\n");
  complains("rollout history deployment none", "Error from server (NotFound): deployments.apps \"none\" not found\n");
}

}  // namespace
}  // namespace proa::cli::kubectl
