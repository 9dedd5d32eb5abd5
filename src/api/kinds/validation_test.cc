// Bad manifests and the causes that Kubernetes gives for them, all at once and in its words.
#include <gtest/gtest.h>

#include "api/kinds/validation_testing.h"

namespace proa::api {
namespace {

using object::Value;

constexpr std::string_view kDeployment = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
)";

std::string changed(std::string_view yaml, std::string_view what, std::string_view into) {
  std::string text(yaml);
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), into);
}

TEST(DeploymentValidationTest, good_one_has_no_causes) {
  EXPECT_EQ(causes(kinds::deployment(), kDeployment), Causes{});
}

TEST(DeploymentValidationTest, missing_selector_tells_both_causes) {
  EXPECT_EQ(causes(kinds::deployment(), changed(kDeployment, "selector: {matchLabels: {app: web}}", "paused: false")),
            (Causes{"spec.selector: Required value",
                    "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
                    "template `labels`"}));
}

TEST(DeploymentValidationTest, selector_must_match_the_template) {
  EXPECT_EQ(causes(kinds::deployment(), changed(kDeployment, "{matchLabels: {app: web}}", "{matchLabels: {app: x}}")),
            (Causes{"spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
                    "template `labels`"}));
}

TEST(DeploymentValidationTest, selector_may_not_change) {
  EXPECT_EQ(
      causes(kinds::deployment(),
             changed(changed(kDeployment, "{matchLabels: {app: web}}", "{matchLabels: {app: web, x: z}}"),
                     "{labels: {app: web}}", "{labels: {app: web, x: z}}"),
             kDeployment),
      (Causes{"spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"web\",\"x\":\"z\"}}: field is immutable"}));
}

TEST(DeploymentValidationTest, strategy_rules) {
  const auto with = [](std::string_view strategy) {
    return causes(kinds::deployment(), changed(kDeployment, "replicas: 3", "strategy: " + std::string(strategy)));
  };
  EXPECT_EQ(
      with("{type: Recreate, rollingUpdate: {maxSurge: 1}}"),
      (Causes{"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"}));
  EXPECT_EQ(
      with("{rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}"),
      (Causes{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"}));
  EXPECT_EQ(
      with("{rollingUpdate: {maxUnavailable: \"1\"}}"),
      (Causes{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"1\": a valid percent string must be a "
              "numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is "
              "'[0-9]+%')"}));
}

TEST(DeploymentValidationTest, negative_replicas_and_wrong_restart_policy) {
  EXPECT_EQ(causes(kinds::deployment(), changed(kDeployment, "replicas: 3", "replicas: -1")),
            (Causes{"spec.replicas: Invalid value: -1: must be greater than or equal to 0"}));
  EXPECT_EQ(
      causes(kinds::deployment(), changed(kDeployment, "spec: {containers", "spec: {restartPolicy: Never, containers")),
      (Causes{"spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""}));
}

constexpr std::string_view kPod = R"(
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: one, image: busybox}]}
)";

Causes pod_causes(std::string_view containers) {
  return causes(kinds::pod(), changed(kPod, "[{name: one, image: busybox}]", containers));
}

TEST(PodValidationTest, containers_need_names_images_and_known_volumes) {
  EXPECT_EQ(pod_causes("[]"), (Causes{"spec.containers: Required value"}));
  EXPECT_EQ(pod_causes("[{name: one, image: a}, {name: one, image: b}]"),
            (Causes{"spec.containers[1].name: Duplicate value: \"one\""}));
  EXPECT_EQ(pod_causes("[{name: one}]"), (Causes{"spec.containers[0].image: Required value"}));
  EXPECT_EQ(pod_causes("[{name: one, image: a, volumeMounts: [{name: data, mountPath: /d}]}]"),
            (Causes{"spec.containers[0].volumeMounts[0].name: Not found: \"data\""}));
}

TEST(PodValidationTest, environment_needs_names) {
  EXPECT_EQ(pod_causes("[{name: one, image: a, env: [{name: A, value: b}, {value: c}]}]"),
            (Causes{"spec.containers[0].env[1].name: Required value"}));
}

TEST(PodValidationTest, probes_need_one_action) {
  EXPECT_EQ(pod_causes("[{name: one, image: a, readinessProbe: {periodSeconds: 1}}]"),
            (Causes{"spec.containers[0].readinessProbe: Required value: must specify a handler type"}));
  EXPECT_EQ(pod_causes("[{name: one, image: a, livenessProbe: {successThreshold: 2, tcpSocket: {port: 1}}}]"),
            (Causes{"spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"}));
}

TEST(PodValidationTest, init_containers_have_no_probes_unless_they_are_sidecars) {
  const std::string init = changed(
      kPod, "spec: {", "spec: {initContainers: [{name: i, image: a, readinessProbe: {exec: {command: [x]}}}], ");
  EXPECT_EQ(causes(kinds::pod(), init),
            (Causes{"spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without "
                    "restartPolicy=Always"}));
  EXPECT_EQ(causes(kinds::pod(), changed(init, "image: a,", "image: a, restartPolicy: Always,")), Causes{});
}

TEST(PodValidationTest, request_above_limit_is_refused) {
  EXPECT_EQ(pod_causes("[{name: one, image: a, resources: {requests: {cpu: 2}, limits: {cpu: 1}}}]"),
            (Causes{"spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu "
                    "limit of 1"}));
}

TEST(PodValidationTest, only_images_may_change) {
  EXPECT_EQ(causes(kinds::pod(), changed(kPod, "busybox", "busybox:latest"), kPod), Causes{});
  const Causes found = causes(kinds::pod(), changed(kPod, "image: busybox", "image: busybox, args: [x]"), kPod);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("spec: Forbidden: pod updates may not change fields other than")) << found[0];
}

TEST(ConfigValidationTest, sealed_config_map_stays) {
  constexpr std::string_view kOld =
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, immutable: true, data: {a: b}}";
  EXPECT_EQ(causes(kinds::config_map(), changed(kOld, "a: b", "a: c"), kOld),
            (Causes{"data: Forbidden: field is immutable when `immutable` is set"}));
  EXPECT_EQ(causes(kinds::config_map(), changed(kOld, "immutable: true, ", ""), kOld),
            (Causes{"immutable: Forbidden: field is immutable when `immutable` is set"}));
}

TEST(ConfigValidationTest, secret_types_have_their_keys) {
  const auto of_type = [](const std::string& type) {
    return causes(kinds::secret(), "{apiVersion: v1, kind: Secret, metadata: {name: s}, type: " + type + "}");
  };
  EXPECT_EQ(of_type("kubernetes.io/basic-auth"),
            (Causes{"data[username]: Required value", "data[password]: Required value"}));
  EXPECT_EQ(of_type("kubernetes.io/tls"), (Causes{"data[tls.crt]: Required value", "data[tls.key]: Required value"}));
  EXPECT_EQ(of_type("kubernetes.io/ssh-auth"), (Causes{"data[ssh-privatekey]: Required value"}));
  EXPECT_EQ(of_type("kubernetes.io/service-account-token"),
            (Causes{"metadata.annotations[kubernetes.io/service-account.name]: Required value"}));
  EXPECT_EQ(of_type("Opaque"), Causes{});
}

TEST(QosTest, class_follows_requests_and_limits) {
  const auto class_of = [](std::string_view resources) {
    const Value pod = decoded(changed(kPod, "image: busybox", "image: busybox, resources: " + std::string(resources)));
    return std::string(kinds::qos_class(pod));
  };
  EXPECT_EQ(class_of("{}"), "BestEffort");
  EXPECT_EQ(class_of("{requests: {cpu: 1}}"), "Burstable");
  EXPECT_EQ(class_of("{limits: {cpu: 1, memory: 1Gi}}"), "Guaranteed");
  EXPECT_EQ(class_of("{requests: {cpu: 500m}, limits: {cpu: 1, memory: 1Gi}}"), "Burstable");
}

}  // namespace
}  // namespace proa::api
