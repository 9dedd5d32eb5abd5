#include "schema/defaulting.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/decode.h"
#include "schema/defaulting_rules.h"

namespace proa::schema {
namespace {

using object::to_json;
using object::Value;
using object::View;

Value defaulted(std::string_view api_version, std::string_view kind, std::string_view json) {
  static const Registry registry;
  const Type type = registry.find_kind(api_version, kind)->type;
  auto value = object::parse_json(json);
  EXPECT_TRUE(value.has_value()) << json;
  const auto done = decode(*value, type);
  EXPECT_TRUE(done.has_value()) << done.error().message;
  apply_defaults(*value, type);
  const std::string once = to_json(*value);
  apply_defaults(*value, type);
  EXPECT_EQ(to_json(*value), once) << "defaulting twice changes more";
  return std::move(*value);
}

TEST(Defaulting, completes_a_deployment_as_the_api_server_does) {
  const Value d =
      defaulted("apps/v1", "Deployment",
                R"({"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},)"
                R"("spec":{"containers":[{"name":"c","image":"nginx:1.25","ports":[{"containerPort":80}]}]}}}})");
  EXPECT_EQ(to_json(View(d)["spec"]),
            R"({"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{)"
            R"("containers":[{"name":"c","image":"nginx:1.25","ports":[{"containerPort":80,"protocol":"TCP"}],)"
            R"("resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",)"
            R"("imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,)"
            R"("dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}},)"
            R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},)"
            R"("revisionHistoryLimit":10,"progressDeadlineSeconds":600})");
}

TEST(Defaulting, gives_recreate_no_rolling_update) {
  const Value d = defaulted("apps/v1", "Deployment", R"({"spec":{"replicas":0,"strategy":{"type":"Recreate"}}})");
  EXPECT_EQ(to_json(View(d)["spec"]["strategy"]), R"({"type":"Recreate"})");
  EXPECT_EQ(View(d)["spec"]["replicas"].as_int(9), 0);
}

TEST(Defaulting, pulls_latest_always_and_other_tags_if_absent) {
  const std::pair<const char*, const char*> cases[] = {{"nginx", "Always"},
                                                       {"nginx:latest", "Always"},
                                                       {"host:5000/nginx", "Always"},
                                                       {"host:5000/nginx:1", "IfNotPresent"},
                                                       {"nginx@sha256:00", "IfNotPresent"}};
  for (const auto& [image, policy] : cases) {
    const Value pod =
        defaulted("v1", "Pod", std::string(R"({"spec":{"containers":[{"name":"c","image":")") + image + R"("}]}})");
    EXPECT_EQ(View(pod)["spec"]["containers"].at(0)["imagePullPolicy"].as_string(), policy) << image;
  }
}

TEST(Defaulting, lets_pods_request_what_they_limit_but_not_templates) {
  const char* spec = R"({"spec":{"containers":[{"name":"c","resources":{"limits":{"memory":"1Gi","cpu":"1"},)"
                     R"("requests":{"cpu":"100m"}}}]}})";
  const Value pod = defaulted("v1", "Pod", spec);
  EXPECT_EQ(to_json(View(pod)["spec"]["containers"].at(0)["resources"]["requests"]),
            R"({"cpu":"100m","memory":"1Gi"})");
  EXPECT_TRUE(View(pod)["spec"]["enableServiceLinks"].as_bool());
  const Value set = defaulted("apps/v1", "ReplicaSet", std::string(R"({"spec":{"template":)") + spec + "}}");
  EXPECT_EQ(to_json(View(set)["spec"]["template"]["spec"]["containers"].at(0)["resources"]["requests"]),
            R"({"cpu":"100m"})");
  EXPECT_FALSE(View(set)["spec"]["template"]["spec"].has("enableServiceLinks"));
}

TEST(Defaulting, completes_probes_and_volumes) {
  const Value pod = defaulted(
      "v1", "Pod",
      R"({"spec":{"volumes":[{"name":"a"},{"name":"b","configMap":{"name":"x"}},{"name":"c","hostPath":{"path":"/"}},)"
      R"({"name":"d","projected":{"sources":[{"serviceAccountToken":{"path":"token"}},{"downwardAPI":{"items":[)"
      R"({"path":"p","fieldRef":{"fieldPath":"metadata.name"}}]}}]}}],"containers":[{"name":"c",)"
      R"("readinessProbe":{"httpGet":{"port":80}}}]}})");
  EXPECT_EQ(to_json(View(pod)["spec"]["containers"].at(0)["readinessProbe"]),
            R"({"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,)"
            R"("successThreshold":1,"failureThreshold":3})");
  EXPECT_EQ(to_json(View(pod)["spec"]["volumes"]),
            R"([{"name":"a","emptyDir":{}},{"name":"b","configMap":{"name":"x","defaultMode":420}},)"
            R"({"name":"c","hostPath":{"path":"/","type":""}},{"name":"d","projected":{"sources":[)"
            R"({"serviceAccountToken":{"expirationSeconds":3600,"path":"token"}},{"downwardAPI":{"items":[)"
            R"({"path":"p","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}]}}],"defaultMode":420}}])");
}

TEST(Defaulting, completes_services) {
  const Value plain = defaulted("v1", "Service", R"({"spec":{"ports":[{"port":80}],"selector":{"a":"b"}}})");
  EXPECT_EQ(to_json(View(plain)["spec"]),
            R"({"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"selector":{"a":"b"},"type":"ClusterIP",)"
            R"("sessionAffinity":"None","internalTrafficPolicy":"Cluster"})");
  const Value balanced = defaulted("v1", "Service",
                                   R"({"spec":{"type":"LoadBalancer","sessionAffinity":"ClientIP",)"
                                   R"("ports":[{"port":80,"targetPort":"web"}]}})");
  EXPECT_EQ(to_json(View(balanced)["spec"]),
            R"({"ports":[{"protocol":"TCP","port":80,"targetPort":"web"}],"type":"LoadBalancer",)"
            R"("sessionAffinity":"ClientIP","externalTrafficPolicy":"Cluster","sessionAffinityConfig":{"clientIP":)"
            R"({"timeoutSeconds":10800}},"allocateLoadBalancerNodePorts":true,"internalTrafficPolicy":"Cluster"})");
}

TEST(Defaulting, completes_jobs_by_what_they_say) {
  const Value job = defaulted("batch/v1", "Job",
                              R"({"spec":{"parallelism":3,"template":{"metadata":{"labels":{"x":"y"}},"spec":{}}}})");
  EXPECT_FALSE(View(job)["spec"].has("completions"));
  EXPECT_EQ(View(job)["spec"]["backoffLimit"].as_int(), 6);
  EXPECT_EQ(View(job)["metadata"]["labels"]["x"].as_string(), "y");
  EXPECT_EQ(View(defaulted("batch/v1", "Job", "{}"))["spec"]["completions"].as_int(), 1);
}

TEST(Defaulting, completes_stateful_sets_autoscalers_and_policies) {
  const Value set = defaulted("apps/v1", "StatefulSet", R"({"spec":{"volumeClaimTemplates":[{"spec":{}}]}})");
  EXPECT_EQ(to_json(View(set)["spec"]["updateStrategy"]),
            R"({"type":"RollingUpdate","rollingUpdate":{"partition":0}})");
  EXPECT_EQ(View(set)["spec"]["volumeClaimTemplates"].at(0)["kind"].as_string(), "PersistentVolumeClaim");
  EXPECT_EQ(View(set)["spec"]["volumeClaimTemplates"].at(0)["spec"]["volumeMode"].as_string(), "Filesystem");
  const Value hpa = defaulted("autoscaling/v2", "HorizontalPodAutoscaler", R"({"spec":{"behavior":{"scaleUp":{}}}})");
  EXPECT_EQ(
      to_json(View(hpa)["spec"]["metrics"]),
      R"([{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}])");
  EXPECT_EQ(View(hpa)["spec"]["behavior"]["scaleDown"]["selectPolicy"].as_string(), "Max");
  const Value policy =
      defaulted("networking.k8s.io/v1", "NetworkPolicy", R"({"spec":{"podSelector":{},"egress":[{}]}})");
  EXPECT_EQ(to_json(View(policy)["spec"]), R"({"podSelector":{},"egress":[{}],"policyTypes":["Ingress","Egress"]})");
}

TEST(Defaulting, moves_string_data_into_data) {
  const Value secret = defaulted("v1", "Secret", R"({"data":{"b":"Yg=="},"stringData":{"a":"text"}})");
  EXPECT_EQ(to_json(secret), R"({"metadata":{},"data":{"a":"dGV4dA==","b":"Yg=="},"type":"Opaque"})");
}

TEST(Defaulting, writes_old_names_beside_the_new_ones) {
  const Value pod = defaulted("v1", "Pod", R"({"spec":{"serviceAccountName":"sa"},"status":{"podIP":"10.0.0.1"}})");
  EXPECT_EQ(View(pod)["spec"]["serviceAccount"].as_string(), "sa");
  EXPECT_EQ(to_json(View(pod)["status"]["podIPs"]), R"([{"ip":"10.0.0.1"}])");
}

TEST(Defaulting, a_nodes_range_of_addresses_stands_in_both_members) {
  const auto spec = [](std::string_view text) {
    return to_json(View(defaulted("v1", "Node", std::string(R"({"spec":)").append(text).append("}")))["spec"]);
  };
  EXPECT_EQ(spec(R"({"podCIDR":"10.0.0.0/24"})"), R"({"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24"]})");
  EXPECT_EQ(spec(R"({"podCIDRs":["10.0.0.0/24","fd00::/64"]})"),
            R"({"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.0.0/24","fd00::/64"]})");
  EXPECT_EQ(spec(R"({"podCIDR":"10.1.0.0/24","podCIDRs":["10.0.0.0/24","fd00::/64"]})"),
            R"({"podCIDR":"10.1.0.0/24","podCIDRs":["10.1.0.0/24"]})");
  EXPECT_EQ(spec("{}"), "{}");
}

TEST(Defaulting, what_is_called_latest_is_pulled_always) {
  constexpr std::pair<std::string_view, std::string_view> kRows[] = {
      {"nginx", "Always"},
      {"nginx:latest", "Always"},
      {"a.io:5000/x", "Always"},
      {"nginx:1.25", "IfNotPresent"},
      {"a.io:5000/x:1", "IfNotPresent"},
      {"Nginx", "IfNotPresent"},
      {"a b", "IfNotPresent"},
      {"", "IfNotPresent"},
      {"nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "IfNotPresent"}};
  for (const auto& [image, wanted] : kRows) {
    const Value pod = defaulted(
        "v1", "Pod", std::string(R"({"spec":{"containers":[{"name":"c","image":")").append(image).append(R"("}]}})"));
    EXPECT_EQ(View(pod)["spec"]["containers"].at(0)["imagePullPolicy"].as_string(), wanted) << image;
  }
}

TEST(Defaulting, labels_namespaces_and_names_custom_kinds) {
  EXPECT_EQ(to_json(defaulted("v1", "Namespace", R"({"metadata":{"name":"n"}})")),
            R"({"metadata":{"name":"n","labels":{"kubernetes.io/metadata.name":"n"}},"spec":{},)"
            R"("status":{"phase":"Active"}})");
  const Value crd = defaulted("apiextensions.k8s.io/v1", "CustomResourceDefinition",
                              R"({"spec":{"names":{"kind":"Widget","plural":"widgets"},"versions":)"
                              R"([{"name":"v1","served":true,"storage":true}]}})");
  EXPECT_EQ(to_json(View(crd)["spec"]["names"]),
            R"({"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"})");
  EXPECT_EQ(to_json(View(crd)["status"]["storedVersions"]), R"(["v1"])");
}

}  // namespace
}  // namespace proa::schema
