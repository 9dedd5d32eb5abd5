#include <gtest/gtest.h>

#include "admission/admission_testing.h"

namespace proa::admission {
namespace {

using object::Value;
using object::View;

constexpr std::string_view kPod = R"({"spec":{"containers":[{"name":"c"}]}})";

TEST_F(AdmissionTest, a_pod_that_does_not_want_a_token_gets_none) {
  const Value pod = admitted(R"({"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c"}]}})");
  EXPECT_FALSE(View(pod)["spec"].has("volumes"));
  world_.put("/serviceaccounts/here/default",
             R"({"metadata":{"name":"default"},"automountServiceAccountToken":false})");
  EXPECT_FALSE(View(admitted(kPod))["spec"].has("volumes"));
}

TEST_F(AdmissionTest, a_container_that_mounts_there_itself_is_left_alone) {
  const Value pod = admitted(
      R"({"spec":{"containers":[{"name":"c","volumeMounts":[{"name":"v","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]}})");
  EXPECT_EQ(View(pod)["spec"]["containers"].at(0)["volumeMounts"].size(), 1u);
  EXPECT_FALSE(View(pod)["spec"].has("volumes"));
}

TEST_F(AdmissionTest, pull_secrets_come_from_the_account) {
  world_.put("/serviceaccounts/here/default", R"({"metadata":{"name":"default"},"imagePullSecrets":[{"name":"s"}]})");
  EXPECT_EQ(View(admitted(kPod))["spec"]["imagePullSecrets"].at(0)["name"].as_string(), "s");
}

TEST_F(AdmissionTest, own_tolerations_are_respected) {
  const Value pod = admitted(
      R"({"spec":{"containers":[],"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]}})");
  ASSERT_EQ(View(pod)["spec"]["tolerations"].size(), 2u);
  EXPECT_EQ(View(pod)["spec"]["tolerations"].at(0)["tolerationSeconds"].as_int(), 5);
  EXPECT_EQ(View(pod)["spec"]["tolerations"].at(1)["key"].as_string(), "node.kubernetes.io/unreachable");
  EXPECT_EQ(View(admitted(R"({"spec":{"containers":[],"tolerations":[{"operator":"Exists"}]}})"))["spec"]["tolerations"]
                .size(),
            1u);
}

TEST_F(AdmissionTest, classes_become_priorities) {
  world_.put("scheduling.k8s.io/priorityclasses/high",
             R"({"metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"})");
  const Value pod = admitted(R"({"spec":{"priorityClassName":"high","containers":[]}})");
  EXPECT_EQ(View(pod)["spec"]["priority"].as_int(), 1000);
  EXPECT_EQ(View(pod)["spec"]["preemptionPolicy"].as_string(), "Never");
  EXPECT_EQ(refusal(R"({"spec":{"priorityClassName":"low","containers":[]}})"),
            R"(pods "x" is forbidden: no PriorityClass with name low was found)");
  EXPECT_EQ(
      refusal(R"({"spec":{"priority":7,"containers":[]}})"),
      R"(pods "x" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name)");
}

TEST_F(AdmissionTest, a_default_class_is_everybody_s) {
  world_.put("scheduling.k8s.io/priorityclasses/usual",
             R"({"metadata":{"name":"usual"},"value":5,"globalDefault":true})");
  EXPECT_EQ(View(admitted(kPod))["spec"]["priorityClassName"].as_string(), "usual");
}

TEST_F(AdmissionTest, limit_ranges_fill_in_and_object) {
  world_.put(
      "/limitranges/here/l",
      R"({"spec":{"limits":[{"type":"Container","default":{"cpu":"500m"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"1"}}]}})");
  const Value pod = admitted(kPod);
  const View resources = View(pod)["spec"]["containers"].at(0)["resources"];
  EXPECT_EQ(resources["limits"]["cpu"].as_string(), "500m");
  EXPECT_EQ(resources["requests"]["cpu"].as_string(), "100m");
  EXPECT_EQ(refusal(R"({"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"2"}}}]}})"),
            R"(pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2)");
}

TEST_F(AdmissionTest, the_newest_default_storage_class_is_taken) {
  world_.put(
      "storage.k8s.io/storageclasses/a",
      R"({"metadata":{"name":"a","creationTimestamp":"2026-01-01T00:00:00Z","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}})");
  world_.put(
      "storage.k8s.io/storageclasses/b",
      R"({"metadata":{"name":"b","creationTimestamp":"2026-01-02T00:00:00Z","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}})");
  Value claim = Value::object({{"spec", Value::object()}});
  ASSERT_TRUE(Chain().mutate(claim, View(), about("PersistentVolumeClaim")));
  EXPECT_EQ(View(claim)["spec"]["storageClassName"].as_string(), "b");
}

TEST_F(AdmissionTest, a_new_node_is_not_ready) {
  Value node = Value::object({{"spec", Value::object()}});
  ASSERT_TRUE(Chain().mutate(node, View(), about("Node")));
  EXPECT_EQ(View(node)["spec"]["taints"].at(0)["key"].as_string(), "node.kubernetes.io/not-ready");
}

TEST_F(AdmissionTest, updates_are_not_admitted_into_missing_namespaces_nor_stopped_in_going_ones) {
  Value map = Value::object();
  world_.put(
      "/namespaces/here",
      R"({"metadata":{"name":"here","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Terminating"}})");
  EXPECT_TRUE(Chain().mutate(map, View(), about("ConfigMap", Operation::kUpdate)));
  EXPECT_FALSE(Chain().mutate(map, View(), about("ConfigMap")));
  EXPECT_TRUE(Chain().validate(View(), map, about("ConfigMap", Operation::kDelete)));
}

}  // namespace
}  // namespace proa::admission
