// Services and workloads that a user may mistype.
#include <gtest/gtest.h>

#include "api/kinds/validation_testing.h"

namespace proa::api {
namespace {

struct Case {
  const char* spec;
  Causes causes;
};

Causes service_causes(std::string_view spec) {
  return causes(kinds::service(),
                "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {" + std::string(spec) + "}}");
}

TEST(ServiceValidation, of_ports) {
  const std::vector<Case> cases = {
      {"ports: [{port: 80}]", {}},
      {"ports: []", {"spec.ports: Required value"}},
      {"clusterIP: None", {}},
      {"ports: [{port: 0}]",
       {"spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
        "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive"}},
      {"ports: [{port: 80}, {port: 81}]", {"spec.ports[0].name: Required value", "spec.ports[1].name: Required value"}},
      {"ports: [{name: a, port: 80}, {name: a, port: 81}]", {"spec.ports[1].name: Duplicate value: \"a\""}},
      {"ports: [{name: a, port: 80, targetPort: 1}, {name: b, port: 80, targetPort: 2}]",
       {"spec.ports[1]: Duplicate value: {\"protocol\":\"TCP\",\"port\":80}"}},
      {"ports: [{port: 80, targetPort: 70000}]",
       {"spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive"}},
      {"ports: [{port: 80, targetPort: a_b}]",
       {"spec.ports[0].targetPort: Invalid value: \"a_b\": must contain only alpha-numeric characters (a-z, 0-9), and "
        "hyphens (-)"}},
      {"ports: [{port: 80, nodePort: 30000}]",
       {"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"}},
      {"type: NodePort, ports: [{name: a, port: 80, nodePort: 30000}, {name: b, port: 81, nodePort: 30000}]",
       {"spec.ports[1].nodePort: Duplicate value: 30000"}},
  };
  for (const Case& c : cases) EXPECT_EQ(service_causes(c.spec), c.causes) << c.spec;
}

TEST(ServiceValidation, of_types_and_policies) {
  const std::vector<Case> cases = {
      {"type: Magic, ports: [{port: 80}]",
       {R"(spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort")"}},
      {"type: ExternalName, externalName: example.org", {}},
      {"type: ExternalName", {"spec.externalName: Required value"}},
      {"type: NodePort, clusterIP: None, ports: [{port: 80}]",
       {"spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"}},
      {"sessionAffinity: Cookie, ports: [{port: 80}]",
       {R"(spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None")"}},
      {"externalTrafficPolicy: Local, ports: [{port: 80}]",
       {"spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services"}},
      {"type: NodePort, externalTrafficPolicy: Far, ports: [{port: 80}]",
       {R"(spec.externalTrafficPolicy: Unsupported value: "Far": supported values: "Cluster", "Local")"}},
      {"internalTrafficPolicy: Far, ports: [{port: 80}]",
       {R"(spec.internalTrafficPolicy: Unsupported value: "Far": supported values: "Cluster", "Local")"}},
      {"loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]",
       {"spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"}},
      {"selector: {app: a b}, ports: [{port: 80}]",
       {"spec.selector: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric "
        "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
        "'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"}},
  };
  for (const Case& c : cases) EXPECT_EQ(service_causes(c.spec), c.causes) << c.spec;
}

TEST(ServiceValidation, a_cluster_address_stays) {
  const auto with = [](std::string_view ip) {
    return "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {clusterIP: " + std::string(ip) +
           ", clusterIPs: [" + std::string(ip) + "], ports: [{port: 80}]}}";
  };
  EXPECT_EQ(causes(kinds::service(), with("10.96.0.1"), with("10.96.0.1")), Causes{});
  EXPECT_EQ(causes(kinds::service(), with("10.96.0.2"), with("10.96.0.1")),
            (Causes{"spec.clusterIPs[0]: Invalid value: [\"10.96.0.2\"]: may not change once set"}));
}

Causes workload_causes(const KindBehaviour& behaviour, std::string_view api, std::string_view kind,
                       std::string_view spec) {
  return causes(behaviour, "{apiVersion: " + std::string(api) + ", kind: " + std::string(kind) +
                               ", metadata: {name: w}, spec: {" + std::string(spec) +
                               ", template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
}

TEST(WorkloadValidation, selectors_are_needed_and_must_match) {
  constexpr const char* kMismatch =
      "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`";
  for (const auto& [behaviour, kind] : {std::pair(kinds::deployment(), "Deployment"),
                                        {kinds::replica_set(), "ReplicaSet"},
                                        {kinds::daemon_set(), "DaemonSet"},
                                        {kinds::stateful_set(), "StatefulSet"}}) {
    const auto of = [&](std::string_view spec) { return workload_causes(behaviour, "apps/v1", kind, spec); };
    // What a selector that can't be read is called differs from kind to kind, as upstream.
    Causes bad_selector{
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or "
        "'NotIn'"};
    const std::string shown = R"(spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"In"}]})";
    if (kind == std::string_view("StatefulSet")) bad_selector.push_back(shown);
    if (kind == std::string_view("Deployment") || kind == std::string_view("ReplicaSet"))
      bad_selector.push_back(shown + ": invalid label selector");
    EXPECT_EQ(of("selector: {matchLabels: {a: b}}"), Causes{}) << kind;
    EXPECT_EQ(of("selector: {matchLabels: {a: c}}"), Causes{kMismatch}) << kind;
    EXPECT_EQ(of("selector: {matchExpressions: [{key: a, operator: In}]}"), bad_selector) << kind;
  }
}

TEST(WorkloadValidation, numbers_are_not_negative) {
  const auto deployment = [](std::string_view spec) {
    return workload_causes(kinds::deployment(), "apps/v1", "Deployment",
                           std::string(spec) + ", selector: {matchLabels: {a: b}}");
  };
  for (const char* member : {"replicas", "minReadySeconds", "revisionHistoryLimit"})
    EXPECT_EQ(deployment(std::string(member) + ": -1"),
              (Causes{"spec." + std::string(member) + ": Invalid value: -1: must be greater than or equal to 0"}));
  EXPECT_EQ(deployment("progressDeadlineSeconds: 10, minReadySeconds: 10"),
            (Causes{"spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds"}));
}

TEST(WorkloadValidation, a_replication_controller_selects_by_a_plain_map) {
  const auto of = [](std::string_view spec) {
    return workload_causes(kinds::replication_controller(), "v1", "ReplicationController", spec);
  };
  EXPECT_EQ(of("selector: {a: b}"), Causes{});
  EXPECT_EQ(of("replicas: 1"), Causes{}) << "the template's labels by default";
  EXPECT_EQ(of("selector: {a: c}"), (Causes{"spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` "
                                            "does not match template `labels`"}));
}

TEST(WorkloadValidation, a_stateful_set_changes_only_in_some_members) {
  const auto set = [](std::string_view spec) {
    return "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: w}, spec: {selector: {matchLabels: {a: b}}, " +
           std::string(spec) + ", template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}";
  };
  const std::string old = set("serviceName: s");
  EXPECT_EQ(causes(kinds::stateful_set(), set("serviceName: s, replicas: 5"), old), Causes{});
  const Causes found = causes(kinds::stateful_set(), set("serviceName: t"), old);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "))
      << found[0];
}

}  // namespace
}  // namespace proa::api
