#include "api/api_testing.h"

namespace proa::api {
namespace {

using DeleteTest = ApiTest;

TEST_F(DeleteTest, answers_with_a_status_that_names_what_went) {
  const std::string uid = ask("POST", kMaps, config_map("a"))["metadata"]["uid"].str();
  const Answer gone = ask("DELETE", at(kMaps, "a"));
  EXPECT_EQ(gone.code, 200);
  EXPECT_EQ(gone["status"].as_string(), "Success");
  EXPECT_EQ(gone["details"]["uid"].str(), uid);
  EXPECT_EQ(ask("DELETE", at(kMaps, "a")).message(), R"(configmaps "a" not found)");
}

TEST_F(DeleteTest, a_scheduled_pod_gets_its_grace_and_goes_at_zero) {
  ask("POST", kPods, pod("p"));
  ASSERT_EQ(
      ask("POST", at(kPods, "p") + "/binding", R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}})").code,
      201);
  const Answer marked = ask("DELETE", at(kPods, "p"));
  EXPECT_EQ(marked["metadata"]["deletionGracePeriodSeconds"].as_int(), 30);
  EXPECT_EQ(marked["metadata"]["deletionTimestamp"].as_string(), "2026-01-01T00:00:30Z");
  EXPECT_EQ(marked["metadata"]["generation"].as_int(), 2);
  // Longer is not listened to, shorter is.
  EXPECT_EQ(ask("DELETE", at(kPods, "p") + "?gracePeriodSeconds=60")["metadata"]["deletionGracePeriodSeconds"].as_int(),
            30);
  const Answer sooner = ask("DELETE", at(kPods, "p") + "?gracePeriodSeconds=5");
  EXPECT_EQ(sooner["metadata"]["deletionTimestamp"].as_string(), "2026-01-01T00:00:05Z");
  EXPECT_EQ(ask("GET", at(kPods, "p")).code, 200);
  EXPECT_EQ(ask("DELETE", at(kPods, "p"), R"({"gracePeriodSeconds":0})").code, 200);
  EXPECT_EQ(ask("GET", at(kPods, "p")).code, 404);
}

TEST_F(DeleteTest, a_pod_on_no_node_goes_at_once) {
  ask("POST", kPods, pod("p"));
  const Answer gone = ask("DELETE", at(kPods, "p"));
  EXPECT_EQ(gone["kind"].as_string(), "Pod");
  EXPECT_EQ(gone["metadata"]["deletionGracePeriodSeconds"].as_int(-1), 0);
  EXPECT_EQ(ask("GET", at(kPods, "p")).code, 404);
}

TEST_F(DeleteTest, finalizers_hold_an_object_until_the_last_is_gone) {
  ask("POST", kMaps, R"({"metadata":{"name":"f","finalizers":["a.b/c"]}})");
  const Answer held = ask("DELETE", at(kMaps, "f"));
  EXPECT_EQ(held["kind"].as_string(), "ConfigMap");
  EXPECT_TRUE(held["metadata"]["deletionTimestamp"].is_string());
  EXPECT_EQ(ask("GET", at(kMaps, "f")).code, 200);
  EXPECT_EQ(merge(at(kMaps, "f"), R"({"metadata":{"finalizers":null}})").code, 200);
  EXPECT_EQ(ask("GET", at(kMaps, "f")).code, 404);
}

TEST_F(DeleteTest, propagation_becomes_a_finalizer_for_the_garbage_collector) {
  ask("POST", kMaps, config_map("f"));
  const Answer foreground = ask("DELETE", at(kMaps, "f"), R"({"propagationPolicy":"Foreground"})");
  EXPECT_EQ(foreground["metadata"]["finalizers"].at(0).as_string(), "foregroundDeletion");
  ask("POST", kMaps, config_map("o"));
  const Answer orphan = ask("DELETE", at(kMaps, "o"), R"({"propagationPolicy":"Orphan"})");
  EXPECT_EQ(orphan["metadata"]["finalizers"].at(0).as_string(), "orphan");
}

TEST_F(DeleteTest, preconditions_must_hold) {
  ask("POST", kMaps, config_map("a"));
  const Answer refused = ask("DELETE", at(kMaps, "a"), R"({"preconditions":{"uid":"other"}})");
  EXPECT_EQ(refused.code, 409);
  EXPECT_NE(refused.message().find("the UID in the precondition (other) does not match the UID in record"),
            std::string::npos);
}

TEST_F(DeleteTest, collections_go_by_selector) {
  ask("POST", kMaps, R"({"metadata":{"name":"a","labels":{"x":"1"}}})");
  ask("POST", kMaps, R"({"metadata":{"name":"b","labels":{"x":"2"}}})");
  const Answer gone = ask("DELETE", std::string(kMaps) + "?labelSelector=x%3D1");
  EXPECT_EQ(gone["kind"].as_string(), "ConfigMapList");
  EXPECT_EQ(gone["items"].size(), 1u);
  EXPECT_EQ(ask("GET", at(kMaps, "a")).code, 404);
  EXPECT_EQ(ask("GET", at(kMaps, "b")).code, 200);
}

TEST_F(DeleteTest, a_large_collection_goes_without_a_deep_stack) {
  for (int i = 0; i < 3000; ++i) ask("POST", kMaps, config_map("m-" + std::to_string(i)));
  EXPECT_EQ(ask("DELETE", kMaps)["items"].size(), 3001u);
  EXPECT_EQ(ask("GET", kMaps)["items"].size(), 0u);
}

TEST_F(DeleteTest, three_namespaces_never_go_and_others_wait_for_their_finalizer) {
  EXPECT_EQ(ask("DELETE", "/api/v1/namespaces/default").message(),
            R"(namespaces "default" is forbidden: this namespace may not be deleted)");
  ask("POST", "/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  ask("DELETE", "/api/v1/namespaces/n");
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/n")["status"]["phase"].as_string(), "Terminating");
  EXPECT_EQ(ask("PUT", "/api/v1/namespaces/n/finalize", R"({"metadata":{"name":"n"},"spec":{"finalizers":[]}})").code,
            200);
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/n").code, 404);
}

TEST_F(DeleteTest, services_give_their_addresses_back) {
  const std::string services = "/api/v1/namespaces/default/services";
  const std::string body = R"({"metadata":{"name":"s"},"spec":{"clusterIP":"10.96.7.7","ports":[{"port":80}]}})";
  ASSERT_EQ(ask("POST", services, body).code, 201);
  EXPECT_EQ(
      ask("POST", services, R"({"metadata":{"name":"t"},"spec":{"clusterIP":"10.96.7.7","ports":[{"port":80}]}})").code,
      422);
  ask("DELETE", services + "/s");
  EXPECT_EQ(ask("POST", services, body).code, 201);
}

TEST_F(DeleteTest, events_are_forgotten_after_an_hour) {
  const std::string events = "/api/v1/namespaces/default/events";
  ask("POST", events, R"({"metadata":{"name":"e"},"involvedObject":{"namespace":"default"},"reason":"R"})");
  executor_.advance(59 * runtime::kMinute);
  EXPECT_EQ(ask("GET", events + "/e").code, 200);
  executor_.advance(2 * runtime::kMinute);
  EXPECT_EQ(ask("GET", events + "/e").code, 404);
}

}  // namespace
}  // namespace proa::api
