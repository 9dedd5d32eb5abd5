#include "controllers/endpointslice/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers::endpointslice {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;

Value make_service() {
  return json(R"({"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "default", "name": "web",
      "uid": "svc", "labels": {"app": "web"}}, "spec": {"selector": {"app": "web"}, "clusterIP": "10.96.0.1",
      "ipFamilies": ["IPv4"], "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]}})");
}

Value make_pod(int i) {
  Value pod =
      json(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "default", "labels": {"app": "web"}},
      "spec": {"nodeName": "n1", "containers": [{"ports": [{"name": "web", "containerPort": 8080}]}]},
      "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})");
  pod["metadata"]["name"] = fmt::format("web-{:03}", i);
  pod["metadata"]["uid"] = fmt::format("uid-{}", i);
  pod["status"]["podIP"] = fmt::format("10.0.{}.{}", i / 200, i % 200 + 1);
  pod["status"]["podIPs"] = Value::array({Value::object({{"ip", View(pod)["status"]["podIP"].str()}})});
  return pod;
}

struct EndpointSlicePlanTest : ::testing::Test {
  Value service = make_service();
  std::vector<Value> pods, slices;
  object::TimeNs trigger = 0;

  Plan plan() {
    Known known;
    known.service = Document::freeze(service);
    for (const Value& pod : pods) known.pods.push_back(Document::freeze(pod));
    for (const Value& slice : slices) known.slices.push_back(Document::freeze(slice));
    known.node = [](std::string_view name) {
      return name == "n1" ? testing::document(R"({"metadata": {"name": "n1",
          "labels": {"topology.kubernetes.io/zone": "z1"}}})")
                          : Document();
    };
    known.trigger_time = trigger;
    return make_plan(known);
  }
  /// Carries out the plan.
  void apply() {
    Plan p = plan();
    for (Value& slice : p.create) {
      slice["metadata"]["name"] = fmt::format("web-{}", next_++);
      slices.push_back(std::move(slice));
    }
    for (const Value& changed : p.update)
      for (Value& slice : slices)
        if (object::name_of(slice) == object::name_of(changed)) slice = changed;
    std::erase_if(slices, [&p](const Value& slice) {
      return std::find(p.remove.begin(), p.remove.end(), object::name_of(slice)) != p.remove.end();
    });
  }
  std::vector<size_t> sizes() const {
    std::vector<size_t> found;
    for (const Value& slice : slices) found.push_back(View(slice)["endpoints"].size());
    return found;
  }

 private:
  int next_ = 1;
};

TEST_F(EndpointSlicePlanTest, a_slice_tells_where_a_pod_is_and_how_it_is) {
  pods = {make_pod(0)};
  trigger = 1'767'225'600 * object::kSecondNs;
  const Plan p = plan();
  ASSERT_EQ(p.create.size(), 1u);
  const View slice(p.create[0]);
  EXPECT_EQ(slice["metadata"]["generateName"].as_string(), "web-");
  EXPECT_EQ(object::to_json(slice["metadata"]["labels"]),
            R"({"app":"web","endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io",)"
            R"("kubernetes.io/service-name":"web"})");
  EXPECT_EQ(slice["metadata"]["ownerReferences"].at(0)["uid"].as_string(), "svc");
  EXPECT_EQ(slice["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"].as_string(),
            "2026-01-01T00:00:00Z");
  EXPECT_EQ(object::to_json(slice["ports"]), R"([{"name":"http","protocol":"TCP","port":8080}])");
  EXPECT_EQ(object::to_json(slice["endpoints"].at(0)),
            R"({"addresses":["10.0.0.1"],"conditions":{"ready":true,"serving":true,"terminating":false},)"
            R"("targetRef":{"kind":"Pod","namespace":"default","name":"web-000","uid":"uid-0"},)"
            R"("nodeName":"n1","zone":"z1"})");
}

TEST_F(EndpointSlicePlanTest, a_terminating_pod_may_serve_but_is_not_ready) {
  pods = {make_pod(0), make_pod(1)};
  pods[0]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  pods[1]["status"]["conditions"] = Value::array();
  apply();
  const View endpoints = View(slices[0])["endpoints"];
  EXPECT_EQ(object::to_json(endpoints.at(0)["conditions"]), R"({"ready":false,"serving":true,"terminating":true})");
  EXPECT_EQ(object::to_json(endpoints.at(1)["conditions"]), R"({"ready":false,"serving":false,"terminating":false})");
  service["spec"]["publishNotReadyAddresses"] = true;
  apply();
  EXPECT_TRUE(View(slices[0])["endpoints"].at(1)["conditions"]["ready"].as_bool());
}

TEST_F(EndpointSlicePlanTest, pods_without_address_finished_or_of_unknown_nodes_are_left_out) {
  pods = {make_pod(0), make_pod(1), make_pod(2)};
  pods[0]["status"].erase("podIP");
  pods[0]["status"].erase("podIPs");
  pods[1]["status"]["phase"] = "Failed";
  pods[2]["spec"]["nodeName"] = "gone";
  apply();
  EXPECT_EQ(sizes(), std::vector<size_t>{0});
}

TEST_F(EndpointSlicePlanTest, without_pods_there_is_one_empty_slice) {
  apply();
  EXPECT_EQ(sizes(), std::vector<size_t>{0});
  EXPECT_TRUE(View(slices[0])["ports"].empty());
  const Plan again = plan();
  EXPECT_TRUE(again.create.empty() && again.update.empty() && again.remove.empty());
  pods = {make_pod(0)};
  EXPECT_EQ(plan().update.size(), 1u) << "and it is used for the first pod";
  apply();
  EXPECT_EQ(sizes(), std::vector<size_t>{1});
  pods.clear();
  apply();
  EXPECT_EQ(sizes(), std::vector<size_t>{0});
}

TEST_F(EndpointSlicePlanTest, slices_hold_a_hundred_and_a_change_touches_one) {
  for (int i = 0; i < 250; ++i) pods.push_back(make_pod(i));
  apply();
  EXPECT_EQ(sizes(), (std::vector<size_t>{100, 100, 50}));
  const Plan quiet = plan();
  EXPECT_TRUE(quiet.create.empty() && quiet.update.empty() && quiet.remove.empty());
  pods[120]["status"]["conditions"] = Value::array();
  EXPECT_EQ(plan().update.size(), 1u);
  apply();
  pods.erase(pods.begin() + 10);
  pods.push_back(make_pod(300));
  const Plan replaced = plan();
  EXPECT_EQ(replaced.update.size(), 1u) << "the new one fills the hole of the old one";
  EXPECT_TRUE(replaced.create.empty());
}

TEST_F(EndpointSlicePlanTest, named_ports_are_looked_up_in_each_pod) {
  service["spec"]["ports"].items()[0]["targetPort"] = "web";
  pods = {make_pod(0), make_pod(1)};
  pods[1]["spec"]["containers"].items()[0]["ports"].items()[0]["containerPort"] = 9090;
  apply();
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(View(slices[0])["ports"].at(0)["port"].as_int(), 8080);
  EXPECT_EQ(View(slices[1])["ports"].at(0)["port"].as_int(), 9090);
}

TEST_F(EndpointSlicePlanTest, labels_of_the_service_are_followed_and_headless_is_told) {
  pods = {make_pod(0)};
  apply();
  service["metadata"]["labels"]["team"] = "a";
  service["spec"]["clusterIP"] = "None";
  apply();
  EXPECT_EQ(View(slices[0])["metadata"]["labels"]["team"].as_string(), "a");
  EXPECT_TRUE(View(slices[0])["metadata"]["labels"].has("service.kubernetes.io/headless"));
}

TEST_F(EndpointSlicePlanTest, a_stateful_pod_keeps_its_hostname) {
  pods = {make_pod(0)};
  pods[0]["spec"]["hostname"] = "web-0";
  pods[0]["spec"]["subdomain"] = "web";
  apply();
  EXPECT_EQ(View(slices[0])["endpoints"].at(0)["hostname"].as_string(), "web-0");
}

TEST_F(EndpointSlicePlanTest, slices_of_a_former_service_of_that_name_or_family_go) {
  pods = {make_pod(0)};
  apply();
  service["metadata"]["uid"] = "svc2";
  const Plan p = plan();
  EXPECT_EQ(p.remove, std::vector<std::string>{"web-1"});
  EXPECT_EQ(p.create.size(), 1u);
  service["metadata"]["uid"] = "svc";
  service["spec"]["ipFamilies"] = json(R"(["IPv6"])");
  EXPECT_EQ(plan().remove, std::vector<std::string>{"web-1"});
}

}  // namespace
}  // namespace proa::controllers::endpointslice
