// Where a Service's pods are: ports, addresses, and which change concerns which Service.
#include "controllers/workload/service_pods.h"

#include <gtest/gtest.h>

#include "controllers/test_support.h"

namespace proa::controllers {
namespace {

using object::Value;
using object::View;
using testing::Cluster;
using testing::document;
using testing::json;

namespace resources = client::resources;

struct PortCase {
  const char* what;
  const char* port;
  std::optional<int64_t> target;
};

TEST(TargetPort, is_a_number_a_name_of_the_pod_or_the_port_itself) {
  const Value pod = json(R"({"spec": {
      "initContainers": [{"ports": [{"name": "once", "containerPort": 1}]},
                         {"restartPolicy": "Always", "ports": [{"name": "side", "containerPort": 2}]}],
      "containers": [{"ports": [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]},
                     {"ports": [{"name": "dns", "containerPort": 5353}, {"containerPort": 9}]}]}})");
  const std::vector<PortCase> cases = {
      {"a number", R"({"port": 80, "targetPort": 8080})", 8080},
      {"none: the same", R"({"port": 80})", 80},
      {"a name, TCP by default", R"({"port": 80, "targetPort": "dns"})", 5353},
      {"a name of that protocol", R"({"port": 80, "targetPort": "dns", "protocol": "UDP"})", 53},
      {"a name that no container has", R"({"port": 80, "targetPort": "http"})", std::nullopt},
      {"a name of another protocol only", R"({"port": 80, "targetPort": "dns", "protocol": "SCTP"})", std::nullopt},
      {"a sidecar's name", R"({"port": 80, "targetPort": "side"})", 2},
      {"an init container's does not count", R"({"port": 80, "targetPort": "once"})", std::nullopt},
  };
  for (const PortCase& c : cases) EXPECT_EQ(target_port(pod, json(c.port)), c.target) << c.what;
}

TEST(Addresses, are_those_of_the_family) {
  const Value dual = json(R"({"status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]}})");
  EXPECT_EQ(addresses_of(dual, false), std::vector<std::string>{"10.0.0.1"});
  EXPECT_EQ(addresses_of(dual, true), std::vector<std::string>{"fd00::1"});
  const Value single = json(R"({"status": {"podIP": "10.0.0.1"}})");
  EXPECT_EQ(addresses_of(single, false), std::vector<std::string>{"10.0.0.1"});
  EXPECT_TRUE(addresses_of(single, true).empty());
  EXPECT_TRUE(addresses_of(json("{}"), false).empty());
}

TEST(HasEndpoints, with_a_selector_and_pods_to_find) {
  EXPECT_TRUE(has_endpoints(json(R"({"spec": {"selector": {"a": "b"}}})")));
  EXPECT_FALSE(has_endpoints(json(R"({"spec": {"selector": {}}})"))) << "by hand";
  EXPECT_FALSE(has_endpoints(json(R"({"spec": {}})")));
  EXPECT_FALSE(has_endpoints(json(R"({"spec": {"type": "ExternalName", "selector": {"a": "b"}}})")));
}

struct Wake {
  const char* what;
  const char *before, *after;  // empty: none
  std::vector<std::string> woken;
};

TEST(WakeServices, those_that_select_the_pod_or_did) {
  Cluster cluster;
  client::Informer& services = cluster.informers.of(resources::kServices);
  for (const char* service :
       {R"({"metadata": {"namespace": "default", "name": "web"}, "spec": {"selector": {"app": "web"}}})",
        R"({"metadata": {"namespace": "default", "name": "all"}, "spec": {"selector": {"tier": "front"}}})",
        R"({"metadata": {"namespace": "default", "name": "hand"}, "spec": {}})",
        R"({"metadata": {"namespace": "other", "name": "web"}, "spec": {"selector": {"app": "web"}}})"})
    cluster.put(resources::kServices, service);
  cluster.start();
  const std::string web = R"({"metadata": {"namespace": "default", "labels": {"app": "web"}},
                              "status": {"podIP": "10.0.0.1"}})";
  const std::string both = R"({"metadata": {"namespace": "default", "labels": {"app": "web", "tier": "front"}},
                               "status": {"podIP": "10.0.0.1"}})";
  const std::string moved = R"({"metadata": {"namespace": "default", "labels": {"app": "web"}},
                                "status": {"podIP": "10.0.0.2"}})";
  const std::string restarted = R"({"metadata": {"namespace": "default", "labels": {"app": "web"}},
      "status": {"podIP": "10.0.0.1", "containerStatuses": [{"restartCount": 1}]}})";
  const std::vector<Wake> cases = {
      {"a new pod", "", web.c_str(), {"web"}},
      {"one that went", web.c_str(), "", {"web"}},
      {"a label more", web.c_str(), both.c_str(), {"all", "web"}},
      {"a label less", both.c_str(), web.c_str(), {"all", "web"}},
      {"another address", web.c_str(), moved.c_str(), {"web"}},
      {"what no Service tells", web.c_str(), restarted.c_str(), {}},
      {"no change", both.c_str(), both.c_str(), {}},
  };
  for (const Wake& c : cases) {
    std::vector<std::string> woken;
    const auto read = [](const char* text) { return *text ? document(text) : object::Document(); };
    wake_services(services, read(c.before), read(c.after),
                  [&](View service) { woken.emplace_back(object::name_of(service)); });
    EXPECT_EQ(woken, c.woken) << c.what;
  }
}

TEST(TriggerTimes, tell_the_earliest_change_since_the_last_look) {
  TriggerTimes times;
  const Value service =
      json(R"({"metadata": {"namespace": "default", "name": "web", "creationTimestamp": "2026-01-01T00:00:00Z"}})");
  const auto pod = [](const char* name, const char* since) {
    Value p = json(R"({"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}})");
    p["metadata"]["name"] = name;
    p["status"]["conditions"].items()[0]["lastTransitionTime"] = since;
    return object::Document::freeze(std::move(p));
  };
  const auto at = [](const char* time) { return *object::parse_time(time); };
  EXPECT_EQ(times.next(service, {}), at("2026-01-01T00:00:00Z")) << "the Service itself is new";
  EXPECT_EQ(times.next(service, {}), 0) << "nothing happened";
  const auto a = pod("a", "2026-01-01T00:01:00Z"), b = pod("b", "2026-01-01T00:00:30Z");
  EXPECT_EQ(times.next(service, {a, b}), at("2026-01-01T00:00:30Z"));
  EXPECT_EQ(times.next(service, {a, b}), 0);
  EXPECT_EQ(times.next(service, {a, pod("b", "2026-01-01T00:05:00Z")}), at("2026-01-01T00:05:00Z"));
  times.forget("default/web");
  EXPECT_EQ(times.next(service, {a, b}), at("2026-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace proa::controllers
