// Answers of kube-scheduler about nodes: resources, ports, taints, labels, spread.
#include "scheduler/upstream_answers.h"

namespace proa::scheduler {
namespace {

using testing::UpstreamAnswers;

TEST_F(UpstreamAnswers, a_plain_pod_prefers_the_node_that_is_least_used) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3"}},"spec":{},"status":{"allocatable":{"cpu":"8","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"2","memory":"1Gi"}}}],"nodeName":"n1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"500m"}}}],"nodeName":"n2"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"1","memory":"1Gi"}}}]}})",
       .service = "",
       .wanted = {"n1: fits", "n2: fits", "n3: fits",
                  "n1: ImageLocality=0 NodeResourcesBalancedAllocation=72 NodeResourcesFit=50 TaintToleration=300",
                  "n2: ImageLocality=0 NodeResourcesBalancedAllocation=72 NodeResourcesFit=73 TaintToleration=300",
                  "n3: ImageLocality=0 NodeResourcesBalancedAllocation=75 NodeResourcesFit=87 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, every_node_says_why_not) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"cordoned","labels":{"kubernetes.io/hostname":"cordoned"}},"spec":{"unschedulable":true},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"tainted","labels":{"kubernetes.io/hostname":"tainted"}},"spec":{"taints":[{"key":"k","value":"","effect":"NoSchedule"}]},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"full","labels":{"kubernetes.io/hostname":"full"}},"spec":{},"status":{"allocatable":{"cpu":"1","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"small","labels":{"kubernetes.io/hostname":"small"}},"spec":{},"status":{"allocatable":{"cpu":"1","memory":"1Gi","pods":"110"}}},
        {"metadata":{"name":"other","labels":{"kubernetes.io/hostname":"other"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"900m"}}}],"nodeName":"full"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"500m","memory":"2Gi"}}}],"nodeSelector":{"disk":"ssd"},"tolerations":[{"key":"z","operator":"Exists"}]}})",
       .service = "",
       .wanted = {"cordoned: node(s) were unschedulable (for good)",
                  "full: node(s) didn't match Pod's node affinity/selector (for good)",
                  "other: node(s) didn't match Pod's node affinity/selector (for good)",
                  "small: node(s) didn't match Pod's node affinity/selector (for good)",
                  "tainted: node(s) had untolerated taint(s) (for good)",
                  "0/5 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 3 "
                  "node(s) didn't match Pod's node affinity/selector."}});
}

TEST_F(UpstreamAnswers, resources_are_told_one_by_one) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"1","memory":"1Gi","pods":"1"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"1","memory":"8Gi","pods":"110","example.com/gpu":"2"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"n1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2","memory":"2Gi","ephemeral-storage":"1Gi","example.com/gpu":"3"}}}]}})",
       .service = "",
       .wanted = {"n1: Too many pods, Insufficient cpu, Insufficient memory, Insufficient ephemeral-storage, "
                  "Insufficient example.com/gpu (for good)",
                  "n2: Insufficient cpu, Insufficient ephemeral-storage, Insufficient example.com/gpu (for good)",
                  "0/2 nodes are available: 1 Insufficient memory, 1 Too many pods, 2 Insufficient cpu, 2 Insufficient "
                  "ephemeral-storage, 2 Insufficient example.com/gpu."}});
}

TEST_F(UpstreamAnswers, host_ports_clash_by_address_and_protocol) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n4","labels":{"kubernetes.io/hostname":"n4"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n5","labels":{"kubernetes.io/hostname":"n5"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","ports":[{"containerPort":1,"hostPort":80,"protocol":"TCP"}]}],"nodeName":"n1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","ports":[{"containerPort":1,"hostPort":80,"protocol":"UDP"}]}],"nodeName":"n2"}},
        {"metadata":{"name":"p3","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","ports":[{"containerPort":1,"hostPort":80,"protocol":"TCP","hostIP":"10.0.0.1"}]}],"nodeName":"n3"}},
        {"metadata":{"name":"p4","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","ports":[{"containerPort":1,"hostPort":80,"protocol":"TCP","hostIP":"10.0.0.2"}]}],"nodeName":"n4"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1","ports":[{"containerPort":1,"hostPort":80,"protocol":"TCP","hostIP":"10.0.0.1"}]}]}})",
       .service = "",
       .wanted = {"n1: node(s) didn't have free ports for the requested pod ports", "n2: fits",
                  "n3: node(s) didn't have free ports for the requested pod ports", "n4: fits", "n5: fits",
                  "n2: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "n4: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "n5: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, taints_of_every_effect) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{"taints":[{"key":"k","value":"v","effect":"NoSchedule"}]},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{"taints":[{"key":"k","value":"v","effect":"NoExecute"}]},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3"}},"spec":{"taints":[{"key":"k","value":"v","effect":"PreferNoSchedule"}]},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n4","labels":{"kubernetes.io/hostname":"n4"}},"spec":{"taints":[{"key":"m","value":"","effect":"PreferNoSchedule"},{"key":"k","value":"","effect":"PreferNoSchedule"}]},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n5","labels":{"kubernetes.io/hostname":"n5"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"tolerations":[{"key":"k","operator":"Equal","value":"v","effect":"NoSchedule"},{"key":"m","operator":"Exists","effect":"PreferNoSchedule"}]}})",
       .service = "",
       .wanted = {"n1: fits", "n2: node(s) had untolerated taint(s) (for good)", "n3: fits", "n4: fits", "n5: fits",
                  "n1: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300",
                  "n3: ImageLocality=0 NodeResourcesFit=97 TaintToleration=0",
                  "n4: ImageLocality=0 NodeResourcesFit=97 TaintToleration=0",
                  "n5: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, preferred_node_affinity_adds_up) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1","disk":"ssd"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2","disk":"hdd","n":"5"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3","n":"2"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n4","labels":{"kubernetes.io/hostname":"n4","disk":"ssd","n":"9"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":10,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}},{"weight":30,"preference":{"matchExpressions":[{"key":"n","operator":"Gt","values":["4"]}]}}]}}}})",
       .service = "",
       .wanted = {"n1: fits", "n2: fits", "n3: fits", "n4: fits",
                  "n1: ImageLocality=0 NodeAffinity=50 NodeResourcesFit=97 TaintToleration=300",
                  "n2: ImageLocality=0 NodeAffinity=150 NodeResourcesFit=97 TaintToleration=300",
                  "n3: ImageLocality=0 NodeAffinity=0 NodeResourcesFit=97 TaintToleration=300",
                  "n4: ImageLocality=0 NodeAffinity=200 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, required_node_affinity_of_several_terms) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1","disk":"ssd"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2","disk":"hdd"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3","n":"7"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n4","labels":{"kubernetes.io/hostname":"n4"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"disk","operator":"NotIn","values":["hdd"]},{"key":"disk","operator":"Exists"}]},{"matchExpressions":[{"key":"n","operator":"Lt","values":["8"]}]},{}]}}}}})",
       .service = "",
       .wanted = {"n1: fits", "n2: node(s) didn't match Pod's node affinity/selector (for good)", "n3: fits",
                  "n4: node(s) didn't match Pod's node affinity/selector (for good)",
                  "n1: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300",
                  "n3: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, hard_spread_over_zones) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}},
        {"metadata":{"name":"p3","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}}}]}})",
       .service = "",
       .wanted = {"a1: node(s) didn't match pod topology spread constraints",
                  "a2: node(s) didn't match pod topology spread constraints", "b1: fits",
                  "x: node(s) didn't match pod topology spread constraints (missing required label) (for good)"}});
}

TEST_F(UpstreamAnswers, hard_spread_that_asks_for_more_zones) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"}},"minDomains":3}]}})",
       .service = "",
       .wanted = {"a1: node(s) didn't match pod topology spread constraints",
                  "a2: node(s) didn't match pod topology spread constraints",
                  "b1: node(s) didn't match pod topology spread constraints",
                  "x: node(s) didn't match pod topology spread constraints (missing required label) (for good)",
                  "0/4 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required "
                  "label), 3 node(s) didn't match pod topology spread constraints."}});
}

TEST_F(UpstreamAnswers, hard_spread_with_an_empty_selector_counts_nobody) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{}}]}})",
       .service = "",
       .wanted = {"a1: fits", "a2: fits", "b1: fits",
                  "x: node(s) didn't match pod topology spread constraints (missing required label) (for good)",
                  "a1: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "a2: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "b1: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, soft_spread_over_zones) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}},
        {"metadata":{"name":"p3","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"web"}}}]}})",
       .service = "",
       .wanted = {"a1: fits", "a2: fits", "b1: fits", "x: fits",
                  "a1: ImageLocality=0 NodeResourcesFit=95 PodTopologySpread=66 TaintToleration=300",
                  "a2: ImageLocality=0 NodeResourcesFit=95 PodTopologySpread=66 TaintToleration=300",
                  "b1: ImageLocality=0 NodeResourcesFit=95 PodTopologySpread=200 TaintToleration=300",
                  "x: ImageLocality=0 NodeResourcesFit=97 PodTopologySpread=0 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, pods_of_a_service_are_spread_by_default) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p3","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}},
        {"metadata":{"name":"p4","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}]}})",
       .service = R"({"app":"web"})",
       .wanted = {"a1: fits", "a2: fits", "b1: fits", "x: fits",
                  "a1: ImageLocality=0 NodeResourcesFit=92 PodTopologySpread=66 TaintToleration=300",
                  "a2: ImageLocality=0 NodeResourcesFit=95 PodTopologySpread=132 TaintToleration=300",
                  "b1: ImageLocality=0 NodeResourcesFit=95 PodTopologySpread=200 TaintToleration=300",
                  "x: ImageLocality=0 NodeResourcesFit=97 PodTopologySpread=200 TaintToleration=300"}});
}

}  // namespace
}  // namespace proa::scheduler
