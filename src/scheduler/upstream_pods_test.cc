// Answers of kube-scheduler about pods near other pods, images and pods of odd shape.
#include "scheduler/upstream_answers.h"

namespace proa::scheduler {
namespace {

using testing::UpstreamAnswers;

TEST_F(UpstreamAnswers, pod_affinity_needs_company_or_itself) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"}}}]}}}})",
       .service = "",
       .wanted = {"a1: node(s) didn't match pod affinity rules (for good)",
                  "a2: node(s) didn't match pod affinity rules (for good)", "b1: fits",
                  "x: node(s) didn't match pod affinity rules (for good)"}});
}

TEST_F(UpstreamAnswers, pod_affinity_of_two_terms_needs_one_pod_for_both) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"tier":"x"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"}}},{"topologyKey":"zone","labelSelector":{"matchLabels":{"tier":"x"}}}]}}}})",
       .service = "",
       .wanted = {"a1: node(s) didn't match pod affinity rules (for good)",
                  "a2: node(s) didn't match pod affinity rules (for good)",
                  "b1: node(s) didn't match pod affinity rules (for good)",
                  "x: node(s) didn't match pod affinity rules (for good)",
                  "0/4 nodes are available: 4 node(s) didn't match pod affinity rules."}});
}

TEST_F(UpstreamAnswers, the_first_of_a_group_goes_anywhere_with_the_label) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"web"}}}]}}}})",
       .service = "",
       .wanted = {"a1: fits", "a2: fits", "b1: fits", "x: node(s) didn't match pod affinity rules (for good)",
                  "a1: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300",
                  "a2: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300",
                  "b1: ImageLocality=0 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, anti_affinity_works_both_ways) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"web"}}}]}},"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"web"}}}]}}}})",
       .service = "",
       .wanted = {"a1: node(s) didn't satisfy existing pods anti-affinity rules",
                  "a2: node(s) didn't satisfy existing pods anti-affinity rules",
                  "b1: node(s) didn't match pod anti-affinity rules", "x: fits"}});
}

TEST_F(UpstreamAnswers, affinity_looks_into_other_namespaces_by_name_and_label) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"other","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"team","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"b1"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"db"}},"namespaces":["other"],"namespaceSelector":{"matchLabels":{"team":"x"}}}]}}}})",
       .service = "",
       .wanted = {"a1: fits", "a2: node(s) didn't match pod affinity rules (for good)", "b1: fits",
                  "x: node(s) didn't match pod affinity rules (for good)",
                  "a1: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "b1: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, preferred_pod_affinity_weighs_both_sides) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"a1","labels":{"kubernetes.io/hostname":"a1","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"a2","labels":{"kubernetes.io/hostname":"a2","zone":"a"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"b1","labels":{"kubernetes.io/hostname":"b1","zone":"b"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"x","labels":{"kubernetes.io/hostname":"x"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([
        {"metadata":{"name":"p1","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a1"}},
        {"metadata":{"name":"p2","namespace":"default","labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"web"}}}}]}},"nodeName":"b1"}},
        {"metadata":{"name":"p3","namespace":"default","labels":{"app":"noisy"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"a2"}}])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":20,"podAffinityTerm":{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"db"}}}}]},"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":40,"podAffinityTerm":{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"noisy"}}}}]}}}})",
       .service = "",
       .wanted = {"a1: fits", "a2: fits", "b1: fits", "x: fits",
                  "a1: ImageLocality=0 InterPodAffinity=176 NodeResourcesFit=95 TaintToleration=300",
                  "a2: ImageLocality=0 InterPodAffinity=0 NodeResourcesFit=95 TaintToleration=300",
                  "b1: ImageLocality=0 InterPodAffinity=200 NodeResourcesFit=95 TaintToleration=300",
                  "x: ImageLocality=0 InterPodAffinity=88 NodeResourcesFit=97 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, images_that_are_there_count_by_size) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"},"images":[{"names":["web:1"],"sizeBytes":943718400}]}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"},"images":[{"names":["web:1"],"sizeBytes":943718400},{"names":["side:2"],"sizeBytes":524288000}]}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n4","labels":{"kubernetes.io/hostname":"n4"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"},"images":[{"names":["web:2"],"sizeBytes":943718400}]}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"},{"name":"d","image":"side:2"}]}})",
       .service = "",
       .wanted = {"n1: fits", "n2: fits", "n3: fits", "n4: fits",
                  "n1: ImageLocality=21 NodeResourcesFit=95 TaintToleration=300",
                  "n2: ImageLocality=27 NodeResourcesFit=95 TaintToleration=300",
                  "n3: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300",
                  "n4: ImageLocality=0 NodeResourcesFit=95 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, init_containers_and_overhead_count) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"2","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"3","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n3","labels":{"kubernetes.io/hostname":"n3"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"overhead":{"cpu":"500m"},"initContainers":[{"name":"i","image":"i","resources":{"requests":{"cpu":"2"}}},{"name":"s","image":"i","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}}],"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"1500m"}}}]}})",
       .service = "",
       .wanted = {"n1: Insufficient cpu (for good)", "n2: fits", "n3: fits",
                  "n2: ImageLocality=0 NodeResourcesBalancedAllocation=50 NodeResourcesFit=47 TaintToleration=300",
                  "n3: ImageLocality=0 NodeResourcesBalancedAllocation=56 NodeResourcesFit=60 TaintToleration=300"}});
}

TEST_F(UpstreamAnswers, a_named_node_is_the_only_one) {
  check(
      {.nodes = R"([
        {"metadata":{"name":"n1","labels":{"kubernetes.io/hostname":"n1"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}},
        {"metadata":{"name":"n2","labels":{"kubernetes.io/hostname":"n2"}},"spec":{},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}}])",
       .pods = R"([])",
       .pod =
           R"({"metadata":{"name":"new","namespace":"default","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"web:1"}],"nodeName":"n2"}})",
       .service = "",
       .wanted = {"n1: node(s) didn't match the requested node name (for good)", "n2: fits"}});
}

}  // namespace
}  // namespace proa::scheduler
