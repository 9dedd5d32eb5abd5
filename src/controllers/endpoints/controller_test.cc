// Endpoints and EndpointSlices over a fake client.
#include "controllers/endpoints/controller.h"

#include <gtest/gtest.h>

#include "controllers/endpoints/plan.h"
#include "controllers/endpointslice/controller.h"
#include "controllers/test_support.h"
#include "controllers/workload/service_pods.h"

namespace proa::controllers::endpoints {
namespace {

namespace resources = client::resources;
using object::Document;
using object::Value;
using object::View;
using testing::Cluster;
using testing::json;

struct EndpointsTest : ::testing::Test {
  Cluster cluster;

  void SetUp() override {
    cluster.add(make_controller(cluster.parts()));
    cluster.add(endpointslice::make_controller(cluster.parts()));
    cluster.put(resources::kNodes, R"({"metadata": {"name": "n1"}})");
    cluster.put(resources::kServices, R"({"metadata": {"namespace": "default", "name": "web", "labels": {"app": "web"}},
        "spec": {"selector": {"app": "web"}, "clusterIP": "10.96.0.1", "ipFamilies": ["IPv4"], "ports": [
          {"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"},
          {"name": "metrics", "port": 90, "targetPort": 9090, "protocol": "TCP"}]}})");
  }
  void pod(std::string_view name, std::string_view ip, bool ready) {
    Value pod = json(R"({"metadata": {"namespace": "default", "labels": {"app": "web"}}, "spec": {"nodeName": "n1"}})");
    pod["metadata"]["name"] = name;
    pod["metadata"]["uid"] = std::string("uid-") + std::string(name);
    pod["status"]["podIPs"].push_back(Value::object({{"ip", ip}}));
    pod["status"]["podIP"] = ip;
    pod["status"]["conditions"].push_back(Value::object({{"type", "Ready"}, {"status", ready ? "True" : "False"}}));
    cluster.client.put(resources::kPods, std::move(pod));
  }
  View web() {
    last_ = cluster.client.find(resources::kEndpoints, "default", "web");
    return last_.root();
  }

 private:
  Document last_;
};

TEST_F(EndpointsTest, ready_and_not_ready_addresses_with_all_ports) {
  pod("b", "10.0.0.2", true);
  pod("a", "10.0.0.3", false);
  pod("c", "10.0.0.1", true);
  cluster.start();
  EXPECT_EQ(object::to_json(web()["metadata"]["labels"]),
            R"({"app":"web","endpoints.kubernetes.io/managed-by":"endpoint-controller"})");
  ASSERT_EQ(web()["subsets"].size(), 1u);
  const View subset = web()["subsets"].at(0);
  EXPECT_EQ(subset["addresses"].at(0)["ip"].as_string(), "10.0.0.1");
  EXPECT_EQ(subset["addresses"].at(1)["ip"].as_string(), "10.0.0.2");
  EXPECT_EQ(subset["notReadyAddresses"].at(0)["ip"].as_string(), "10.0.0.3");
  EXPECT_EQ(object::to_json(subset["ports"]),
            R"([{"name":"http","port":8080,"protocol":"TCP"},{"name":"metrics","port":9090,"protocol":"TCP"}])");
  EXPECT_EQ(cluster.all(resources::kEndpointSlices).size(), 1u);
}

TEST_F(EndpointsTest, follow_pods_and_are_quiet_otherwise) {
  pod("a", "10.0.0.1", true);
  cluster.start();
  cluster.take_writes();
  cluster.client.edit(resources::kPods, "default", "a", [](Value& v) { v["status"]["message"] = "x"; });
  cluster.settle();
  EXPECT_TRUE(cluster.take_writes().empty());
  cluster.client.edit(resources::kPods, "default", "a",
                      [](Value& v) { v["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"; });
  cluster.settle();
  EXPECT_TRUE(web()["subsets"].empty());
  cluster.client.erase(resources::kPods, "default", "a");
  cluster.settle();
  EXPECT_TRUE(cluster.all(resources::kEndpointSlices)[0]["endpoints"].empty());
}

TEST_F(EndpointsTest, go_with_their_service_but_not_those_made_by_hand) {
  cluster.put(resources::kEndpoints, R"({"metadata": {"namespace": "default", "name": "mine"}})");
  cluster.start();
  EXPECT_TRUE(web().exists());
  cluster.client.erase(resources::kServices, "default", "web");
  cluster.settle();
  EXPECT_FALSE(web().exists());
  EXPECT_TRUE(cluster.client.find(resources::kEndpoints, "default", "mine"));
}

TEST(Pace, many_pods_wait_a_little_few_do_not) {
  Pace pace(50'000);
  EXPECT_EQ(pace.wait("a", 0), 0);
  pace.worked("a", 1000, 0);
  EXPECT_EQ(pace.wait("a", 0), 50 * runtime::kMillisecond);
  EXPECT_EQ(pace.wait("a", 60 * runtime::kMillisecond), 0);
  EXPECT_EQ(pace.wait("b", 0), 0);
  pace.worked("b", 1'000'000, 0);
  EXPECT_EQ(pace.wait("b", 0), runtime::kSecond / 2);
  pace.forget("b");
  EXPECT_EQ(pace.wait("b", 0), 0);
}

TEST(EndpointsPlan, more_than_a_thousand_addresses_are_cut) {
  Known known;
  known.service = testing::document(R"({"metadata": {"name": "web"}, "spec": {"selector": {"a": "b"},
      "clusterIP": "10.96.0.1", "ports": [{"port": 80, "targetPort": 80}]}})");
  for (int i = 0; i < 1200; ++i) {
    Value pod = json(R"({"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})");
    pod["metadata"]["uid"] = std::to_string(i);
    pod["status"]["podIP"] = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    known.pods.push_back(Document::freeze(pod));
  }
  const auto plan = make_plan(known);
  ASSERT_TRUE(plan);
  EXPECT_EQ(View(*plan)["subsets"].at(0)["addresses"].size(), 1000u);
  EXPECT_EQ(View(*plan)["metadata"]["annotations"]["endpoints.kubernetes.io/over-capacity"].as_string(), "truncated");
}

}  // namespace
}  // namespace proa::controllers::endpoints
