// Pods that a user may mistype, and the causes that Kubernetes gives for them.
#include <gtest/gtest.h>

#include "api/kinds/validation_testing.h"

namespace proa::api {
namespace {

struct Case {
  const char* spec;  // members of the pod's spec, in YAML flow, beside one good container
  Causes causes;
};

Causes spec_causes(std::string_view spec) {
  return causes(kinds::pod(),
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + std::string(spec) +
                    (spec.find(" containers:") == std::string_view::npos && !spec.starts_with("containers:")
                         ? ", containers: [{name: one, image: a}]}}"
                         : "}}"));
}

Causes container_causes(std::string_view members) {
  return spec_causes("containers: [{name: one, image: a, " + std::string(members) + "}]");
}

void expect_all(const std::vector<Case>& cases, Causes (*of)(std::string_view)) {
  for (const Case& c : cases) EXPECT_EQ(of(c.spec), c.causes) << c.spec;
}

TEST(PodValidation, of_the_pod_as_a_whole) {
  expect_all(
      {
          {"restartPolicy: Sometimes",
           {R"(spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never")"}},
          {"dnsPolicy: Mine",
           {R"(spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")"}},
          {"activeDeadlineSeconds: 0",
           {"spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"}},
          {"nodeSelector: {\"a b\": c}",
           {"spec.nodeSelector: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or "
            "'.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
            "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"}},
          {"tolerations: [{key: k, operator: Exists, value: v}]",
           {"spec.tolerations[0].operator: Invalid value: \"v\": value must be empty when `operator` is 'Exists'"}},
          {"tolerations: [{operator: Equal, value: v}]",
           {"spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, "
            "which "
            "means \"match all values and all keys\""}},
          {"tolerations: [{key: k, effect: NoSchedule, operator: Exists, tolerationSeconds: 5}]",
           {"spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when "
            "`tolerationSeconds` is set"}},
      },
      spec_causes);
}

TEST(PodValidation, of_names_and_images) {
  expect_all(
      {
          {"containers: [{name: One, image: a}]",
           {"spec.containers[0].name: Invalid value: \"One\": a lowercase RFC 1123 label must consist of lower case "
            "alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  "
            "or "
            "'123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"}},
          {"containers: [{image: a}]", {"spec.containers[0].name: Required value"}},
          {"containers: [{name: one, image: ' a'}]",
           {"spec.containers[0].image: Invalid value: \" a\": must not have leading or trailing whitespace"}},
          {"containers: [{name: one, image: a, imagePullPolicy: Often}]",
           {R"(spec.containers[0].imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never")"}},
          {"initContainers: [{name: one, image: a}], containers: [{name: one, image: a}]",
           {"spec.initContainers[0].name: Duplicate value: \"one\""}},
      },
      spec_causes);
}

TEST(PodValidation, of_ports) {
  expect_all(
      {
          {"ports: [{containerPort: 0}]", {"spec.containers[0].ports[0].containerPort: Required value"}},
          {"ports: [{containerPort: 70000}]",
           {"spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"}},
          {"ports: [{containerPort: 80, protocol: ICMP}]",
           {R"(spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP")"}},
          {"ports: [{name: web, containerPort: 80}, {name: web, containerPort: 81}]",
           {"spec.containers[0].ports[1].name: Duplicate value: \"web\""}},
          {"ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 8080}]",
           {"spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//8080\""}},
      },
      container_causes);
}

TEST(PodValidation, on_the_node_s_network_host_ports_are_container_ports) {
  EXPECT_EQ(spec_causes("hostNetwork: true, containers: [{name: one, image: a, ports: [{containerPort: 80, hostPort: "
                        "81}]}]"),
            (Causes{"spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when "
                    "`hostNetwork` is true"}));
  EXPECT_EQ(spec_causes("hostNetwork: true, containers: [{name: one, image: a, ports: [{containerPort: 80}]}]"),
            Causes{})
      << "it is filled in";
}

TEST(PodValidation, of_resources) {
  expect_all(
      {
          {"resources: {limits: {memory: -1}}",
           {"spec.containers[0].resources.limits[memory]: Invalid value: \"-1\": must be greater than or equal to 0",
            "spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to "
            "0"}},
          {"resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}",
           {"spec.containers[0].resources.requests: Invalid value: \"2Gi\": must be less than or equal to memory limit "
            "of 1Gi"}},
      },
      container_causes);
}

TEST(PodValidation, of_mounts) {
  expect_all(
      {
          {"volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]",
           {"spec.volumes[1].name: Duplicate value: \"v\""}},
          {"volumes: [{name: v, emptyDir: {}, hostPath: {path: /x}}]",
           {"spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"}},
          {"volumes: [{name: v, hostPath: {}}]", {"spec.volumes[0].hostPath.path: Required value"}},
          {"volumes: [{name: v, configMap: {}}]", {"spec.volumes[0].configMap.name: Required value"}},
          {"volumes: [{name: v, secret: {}}]", {"spec.volumes[0].secret.secretName: Required value"}},
          {"volumes: [{name: v, configMap: {name: c, items: [{key: k, path: ../x}]}}]",
           {"spec.volumes[0].configMap.items[0].path: Invalid value: \"../x\": must not contain '..'"}},
          {"volumes: [{name: v, configMap: {name: c, defaultMode: 512}}]",
           {"spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), "
            "both "
            "inclusive"}},
          {"volumes: [{name: v, emptyDir: {}}], containers: [{name: one, image: a, volumeMounts: [{name: v, mountPath: "
           "/a}, {name: v, mountPath: /a}]}]",
           {"spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique"}},
          {"volumes: [{name: v, emptyDir: {}}], containers: [{name: one, image: a, volumeMounts: [{name: v, mountPath: "
           "/a, subPath: /b}]}]",
           {"spec.containers[0].volumeMounts.subPath: Invalid value: \"/b\": must be a relative path"}},
      },
      spec_causes);
}

TEST(PodValidation, of_environment) {
  expect_all(
      {
          {"env: [{name: a=b, value: c}]",
           {"spec.containers[0].env[0].name: Invalid value: \"a=b\": a valid environment variable name must consist "
            "only "
            "of printable ASCII characters other than '='"}},
          {"env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
           {"spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not "
            "empty"}},
          {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nope}}}]",
           {"spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.nope\": error converting "
            "fieldPath: field label not supported: spec.nope"}},
          {"env: [{name: A, valueFrom: {secretKeyRef: {name: s}}}]",
           {"spec.containers[0].env[0].valueFrom.secretKeyRef.key: Required value"}},
          {"envFrom: [{prefix: p}]",
           {"spec.containers[0].envFrom: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`"}},
      },
      container_causes);
}

TEST(PodValidation, of_probes_and_hooks) {
  expect_all(
      {
          {"livenessProbe: {httpGet: {port: 0, path: /}}",
           {"spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"}},
          {"livenessProbe: {httpGet: {port: 80}, tcpSocket: {port: 80}}",
           {"spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type"}},
          {"readinessProbe: {exec: {}}", {"spec.containers[0].readinessProbe.exec.command: Required value"}},
          {"startupProbe: {tcpSocket: {port: 80}, failureThreshold: -1}",
           {"spec.containers[0].startupProbe.failureThreshold: Invalid value: -1: must be greater than or equal to 0"}},
          {"lifecycle: {preStop: {}}",
           {"spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"}},
          {"lifecycle: {postStart: {exec: {}}}",
           {"spec.containers[0].lifecycle.postStart.exec.command: Required value"}},
      },
      container_causes);
}

TEST(PodValidation, of_security_contexts) {
  expect_all(
      {
          {"securityContext: {runAsUser: -1}",
           {"spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, "
            "inclusive"}},
          {"securityContext: {privileged: true, allowPrivilegeEscalation: false}",
           {"spec.containers[0].securityContext: Invalid value: "
            "{\"privileged\":true,\"allowPrivilegeEscalation\":false}: cannot set `allowPrivilegeEscalation` to false "
            "and "
            "`privileged` to true"}},
      },
      container_causes);
}

TEST(PodValidation, of_affinity_and_spread) {
  expect_all(
      {
          {"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}",
           {"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required "
            "value: "
            "must have at least one node selector term"}},
          {"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
           "[{matchExpressions: [{key: a, operator: In}]}]}}}",
           {"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]."
            "matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"}},
          {"affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: "
           "{matchLabels: "
           "{a: b}}}]}}",
           {"spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required "
            "value: "
            "can not be empty",
            "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid "
            "value: "
            "\"\": name part must be non-empty",
            "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Invalid "
            "value: "
            "\"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
            "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
            "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"}},
          {"topologySpreadConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]",
           {"spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"}},
          {"topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Maybe}]",
           {R"(spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway")"}},
      },
      spec_causes);
}

TEST(PodValidation, of_updates) {
  const auto with = [](std::string_view spec) {
    return "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + std::string(spec) + "}}";
  };
  const std::string old =
      with("containers: [{name: one, image: a}], tolerations: [{key: k, operator: Exists, effect: NoExecute}]");
  EXPECT_EQ(causes(kinds::pod(), old, old), Causes{});
  EXPECT_EQ(causes(kinds::pod(),
                   with("containers: [{name: one, image: a}], activeDeadlineSeconds: 30, tolerations: [{key: k, "
                        "operator: Exists, effect: NoExecute}, {key: l, operator: Exists}]"),
                   old),
            Causes{})
      << "a deadline and further tolerations may come";
  EXPECT_EQ(
      causes(kinds::pod(), with("containers: [{name: one, image: a}]"), old),
      (Causes{"spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"}));
  EXPECT_EQ(causes(kinds::pod(),
                   with("containers: [{name: one, image: a}, {name: two, image: b}], tolerations: [{key: k, operator: "
                        "Exists, effect: NoExecute}]"),
                   old),
            (Causes{"spec.containers: Forbidden: pod updates may not add or remove containers"}));
}

}  // namespace
}  // namespace proa::api
