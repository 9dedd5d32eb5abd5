// Bad manifests of the kinds that bound, route and store, and the causes that Kubernetes gives for them.
#include <gtest/gtest.h>

#include "api/kinds/kinds.h"
#include "object/yaml.h"
#include "schema/decode.h"
#include "schema/defaulting.h"
#include "schema/registry.h"

namespace proa::api {
namespace {

struct Bad {
  const char* name;
  std::string_view yaml;
  std::vector<std::string> causes;
};

class BadManifests : public ::testing::TestWithParam<Bad> {};

TEST_P(BadManifests, are_told_in_upstream_s_words) {
  auto value = object::parse_yaml(GetParam().yaml);
  ASSERT_TRUE(value.has_value());
  const schema::Registry registry;
  const object::View view = *value;
  const auto kind = registry.find_kind(view["apiVersion"].as_string(), view["kind"].as_string());
  ASSERT_TRUE(kind);
  ASSERT_TRUE(schema::decode(*value, kind->type));
  schema::apply_defaults(*value, kind->type);
  schema::ErrorList errors;
  behaviour_of(kind->group, kind->kind).validate(*value, errors);
  std::vector<std::string> found;
  for (const auto& cause : errors.causes()) found.push_back(cause.field + ": " + cause.message);
  EXPECT_EQ(found, GetParam().causes);
}

const Bad kBad[] = {
    {"autoscaler",
     R"({apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {minReplicas: 5, maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: d, apiVersion: v1}, metrics: [{type: Resource}]}})",
     {"spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`",
      "spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify API group",
      "spec.metrics[0].resource: Required value: must populate information for the given metric source"}},
    {"autoscaler_by_an_object_of_the_core",
     R"({apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: d, apiVersion: apps/v1}, metrics: [{type: Object, object: {metric: {name: m}, describedObject: {kind: Service, name: s, apiVersion: v1}, target: {type: Value, value: "5"}}}]}})",
     {}},
    {"budget",
     R"({apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {maxUnavailable: 120%}})",
     {"spec.maxUnavailable: Invalid value: \"120%\": must not be greater than 100%"}},
    {"ingress",
     R"({apiVersion: networking.k8s.io/v1, kind: Ingress, spec: {rules: [{host: 1.2.3.4, http: {paths: [{path: x, pathType: Exact, backend: {}}]}}]}})",
     {"spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
      "spec.rules[0].http.paths[0].path: Invalid value: \"x\": must be an absolute path",
      "spec.rules[0].http.paths[0].backend: Invalid value: \"\": resource or service backend is required"}},
    {"network_policy",
     R"({apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}, {}], ports: [{port: 90, endPort: 80}]}]}})",
     {"spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`",
      "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
      "spec.ingress[0].from[1]: Required value: must specify a peer"}},
    {"claim",
     R"({apiVersion: v1, kind: PersistentVolumeClaim, spec: {accessModes: [Bad], resources: {requests: {storage: "0"}}}})",
     {"spec.accessModes: Unsupported value: \"Bad\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", "
      "\"ReadWriteOnce\", \"ReadWriteOncePod\"",
      "spec.resources[storage]: Invalid value: \"0\": must be greater than zero"}},
    {"volume",
     R"({apiVersion: v1, kind: PersistentVolume, spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /x}, nfs: {server: s, path: /}}})",
     {"spec.nfs: Forbidden: may not specify more than 1 volume type"}},
    {"role",
     R"({apiVersion: rbac.authorization.k8s.io/v1, kind: Role, rules: [{nonResourceURLs: [/x], verbs: [get]}, {}]})",
     {"rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs",
      "rules[1].verbs: Required value: verbs must contain at least one value",
      "rules[1].apiGroups: Required value: resource rules must supply at least one api group",
      "rules[1].resources: Required value: resource rules must supply at least one resource"}},
    {"binding",
     R"({apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}, subjects: [{kind: ServiceAccount, name: s}]})",
     {"roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"",
      "subjects[0].namespace: Required value"}},
    {"quota",
     R"({apiVersion: v1, kind: ResourceQuota, spec: {hard: {pods: "-1", nothing: "1"}}})",
     {"spec.hard[nothing]: Invalid value: \"nothing\": must be a standard resource for quota",
      "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0"}},
    {"limits",
     R"({apiVersion: v1, kind: LimitRange, spec: {limits: [{type: Container, min: {cpu: 2}, max: {cpu: 1}}]}})",
     {"spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1",
      "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1",
      "spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater than default value 1"}},
    {"cron_job",
     R"({apiVersion: batch/v1, kind: CronJob, spec: {schedule: "* *", jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: x}]}}}}}})",
     {"spec.schedule: Invalid value: \"* *\": expected exactly 5 fields, found 2: [* *]",
      "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""}},
};

INSTANTIATE_TEST_SUITE_P(All, BadManifests, ::testing::ValuesIn(kBad),
                         [](const ::testing::TestParamInfo<Bad>& bad) { return bad.param.name; });

}  // namespace
}  // namespace proa::api
