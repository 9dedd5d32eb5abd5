// EndpointSlices of unusual Services: two families, no addresses of their own, many shapes of ports.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controllers/endpointslice/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::endpointslice {
namespace {

using object::Document;
using object::Value;
using object::View;
using testing::json;

struct ShapesTest : ::testing::Test {
  Value service = json(R"({"metadata": {"namespace": "default", "name": "web", "uid": "svc"},
      "spec": {"selector": {"app": "web"}, "clusterIP": "10.96.0.1", "ipFamilies": ["IPv4"],
               "ports": [{"port": 80, "targetPort": 8080}]}})");
  std::vector<Value> pods;
  bool nodes_known = true;

  void pod(std::string_view name, std::string_view ips, std::string_view ports = "[]") {
    Value pod = json(R"({"metadata": {"namespace": "default"}, "spec": {"nodeName": "n", "containers": [{}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})");
    pod["metadata"]["name"] = name;
    pod["metadata"]["uid"] = fmt::format("uid-{}", name);
    pod["spec"]["containers"].items()[0]["ports"] = json(ports);
    pod["status"]["podIPs"] = json(ips);
    pods.push_back(std::move(pod));
  }
  /// `IPv4 8080: 10.0.0.1 10.0.0.2` of every slice that would be made.
  std::vector<std::string> made() const {
    Known known;
    known.service = Document::freeze(service);
    for (const Value& p : pods) known.pods.push_back(Document::freeze(p));
    known.node = [this](std::string_view name) {
      return nodes_known ? testing::document(fmt::format(R"({{"metadata": {{"name": "{}"}}}})", name)) : Document();
    };
    std::vector<std::string> found;
    for (const Value& slice : make_plan(known).create) {
      std::string text = View(slice)["addressType"].str();
      for (const View port : View(slice)["ports"].items()) text += fmt::format(" {}", port["port"].as_int());
      text += ":";
      for (const View endpoint : View(slice)["endpoints"].items())
        for (const View address : endpoint["addresses"].items()) text += " " + address.str();
      found.push_back(std::move(text));
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

using Slices = std::vector<std::string>;

TEST_F(ShapesTest, two_families_have_slices_of_their_own) {
  service["spec"]["ipFamilies"] = json(R"(["IPv4", "IPv6"])");
  pod("a", R"([{"ip": "10.0.0.1"}, {"ip": "fd00::1"}])");
  pod("b", R"([{"ip": "10.0.0.2"}])");
  EXPECT_EQ(made(), (Slices{"IPv4 8080: 10.0.0.1 10.0.0.2", "IPv6 8080: fd00::1"}));
}

TEST_F(ShapesTest, without_families_the_cluster_address_tells) {
  service["spec"].erase("ipFamilies");
  pod("a", R"([{"ip": "10.0.0.1"}, {"ip": "fd00::1"}])");
  EXPECT_EQ(made(), Slices{"IPv4 8080: 10.0.0.1"});
  service["spec"]["clusterIP"] = "fd00::96";
  EXPECT_EQ(made(), Slices{"IPv6 8080: fd00::1"});
}

TEST_F(ShapesTest, a_headless_service_needs_no_ports) {
  service["spec"]["clusterIP"] = "None";
  service["spec"].erase("ports");
  pod("a", R"([{"ip": "10.0.0.1"}])");
  EXPECT_EQ(made(), Slices{"IPv4: 10.0.0.1"});
}

TEST_F(ShapesTest, pods_that_lack_a_named_port_are_there_without_it) {
  service["spec"]["ports"] = json(R"([{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81}])");
  pod("with", R"([{"ip": "10.0.0.1"}])", R"([{"name": "http", "containerPort": 8080}])");
  pod("without", R"([{"ip": "10.0.0.2"}])");
  EXPECT_EQ(made(), (Slices{"IPv4 8080 81: 10.0.0.1", "IPv4 81: 10.0.0.2"}));
}

TEST_F(ShapesTest, pods_of_nodes_that_are_not_known_wait_unless_all_are_published) {
  pod("a", R"([{"ip": "10.0.0.1"}])");
  nodes_known = false;
  EXPECT_EQ(made(), Slices{"IPv4:"});
  service["spec"]["publishNotReadyAddresses"] = true;
  EXPECT_EQ(made(), Slices{"IPv4 8080: 10.0.0.1"});
}

TEST_F(ShapesTest, nothing_is_made_for_a_service_that_goes) {
  service["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  pod("a", R"([{"ip": "10.0.0.1"}])");
  EXPECT_EQ(made(), Slices{});
}

struct Conditions {
  const char* what;
  bool ready_pod, deleted, publish;
  const char* conditions;
};

TEST_F(ShapesTest, conditions_tell_ready_serving_and_terminating_apart) {
  const std::vector<Conditions> cases = {
      {"ready", true, false, false, R"({"ready":true,"serving":true,"terminating":false})"},
      {"not ready", false, false, false, R"({"ready":false,"serving":false,"terminating":false})"},
      {"going but serving", true, true, false, R"({"ready":false,"serving":true,"terminating":true})"},
      {"gone dark", false, true, false, R"({"ready":false,"serving":false,"terminating":true})"},
      {"published though not ready", false, false, true, R"({"ready":true,"serving":false,"terminating":false})"},
      {"published though going", true, true, true, R"({"ready":true,"serving":true,"terminating":true})"},
  };
  for (const Conditions& c : cases) {
    pods.clear();
    pod("a", R"([{"ip": "10.0.0.1"}])");
    if (!c.ready_pod) pods[0]["status"]["conditions"] = Value::array();
    if (c.deleted) pods[0]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    service["spec"]["publishNotReadyAddresses"] = c.publish;
    Known known;
    known.service = Document::freeze(service);
    known.pods.push_back(Document::freeze(pods[0]));
    known.node = [](std::string_view) { return testing::document(R"({"metadata": {"name": "n"}})"); };
    const Plan plan = make_plan(known);
    ASSERT_EQ(plan.create.size(), 1u) << c.what;
    EXPECT_EQ(object::to_json(View(plan.create[0])["endpoints"].at(0)["conditions"]), c.conditions) << c.what;
  }
}

}  // namespace
}  // namespace proa::controllers::endpointslice
