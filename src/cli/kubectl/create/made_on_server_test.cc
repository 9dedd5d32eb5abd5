// create, expose and autoscale against a cluster: what is made of what is there.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

class MadeTest : public ClusterTest {
 protected:
  MadeTest() {
    server_.has(R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template: {spec: {containers: [{name: web, image: w, ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: team}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: team}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick, namespace: team, uid: u}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: i}]}}}}}
)");
  }
};

TEST_F(MadeTest, a_job_comes_from_a_cron_job_and_from_nothing_else) {
  says("create job now --from=cronjob/tick", "job.batch/now created\n");
  says("get job now -o jsonpath={.metadata.ownerReferences[0].name}/{.spec.template.spec.containers[0].image}",
       "tick/i");
  complains("create job now --from=deployment/web", "error: unknown object type *v1.Deployment\n");
  complains("create job now --from=pod/p", "error: unknown object type *v1.Pod\n");
  complains("create job now --from=cronjob/none", "Error from server (NotFound): cronjobs.batch \"none\" not found\n");
}

TEST_F(MadeTest, a_service_without_an_address_may_have_ports) {
  says("create service clusterip s --clusterip=None --tcp=80:90", "service/s created\n");
  says("get svc s -o jsonpath={.spec.clusterIP}:{.spec.ports[0].port}:{.spec.ports[0].targetPort}", "None:80:90");
}

TEST_F(MadeTest, only_what_can_be_scaled_gets_an_autoscaler) {
  says("autoscale deployment web --min=1 --max=3", "horizontalpodautoscaler.autoscaling/web autoscaled\n");
  server_.requests();
  complains("autoscale pod p --max=3",
            "error: cannot autoscale a Pod: could not find scale subresource for /v1, Resource=pods in discovery "
            "information\n");
  complains("autoscale ds agent --max=3",
            "error: cannot autoscale a DaemonSet: could not find scale subresource for apps/v1, Resource=daemonsets in "
            "discovery information\n");
  EXPECT_EQ(server_.requests().find("POST"), std::string::npos);
}

TEST_F(MadeTest, expose_takes_ports_and_selector_of_what_is_there) {
  says("expose deployment web", "service/web exposed\n");
  says("get svc web -o jsonpath={.spec.selector}{range.spec.ports[*]}{.name}={.port}/{.protocol};{end}",
       R"({"app":"web"}port-1=80/TCP;port-2=53/UDP;)");
  complains("expose deployment none --port=80", "Error from server (NotFound): deployments.apps \"none\" not found\n");
}

TEST_F(MadeTest, what_is_there_already_is_told_in_the_servers_words) {
  server_.refuses("POST /api/v1/namespaces/team/configmaps", 409, "AlreadyExists", "configmaps \"c\" already exists");
  complains("create configmap c", "error: failed to create configmap: configmaps \"c\" already exists\n");
  file("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
  server_.refuses("POST /api/v1/namespaces/team/configmaps", 409, "AlreadyExists", "configmaps \"c\" already exists");
  complains("create -f @/c.yaml",
            "Error from server (AlreadyExists): error when creating \"@/c.yaml\": configmaps \"c\" already exists\n");
}

}  // namespace
}  // namespace proa::cli::kubectl
