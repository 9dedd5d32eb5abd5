#include "api/kinds/rows.h"

#include <gtest/gtest.h>

#include "object/json.h"
#include "object/yaml.h"

namespace proa::api::rows {
namespace {

using object::Value;

std::string row(void (*fill)(object::View, object::TimeNs, Cells&), std::string_view yaml) {
  auto value = object::parse_yaml(yaml);
  EXPECT_TRUE(value.has_value()) << yaml;
  Cells cells;
  fill(*value, *object::parse_time("2026-01-01T00:01:30Z"), cells);
  return object::to_json(Value(std::move(cells)));
}

std::string pod_status(const std::string& status, const std::string& metadata = "") {
  const std::string text = row(pod, "{metadata: {name: p, creationTimestamp: \"2026-01-01T00:00:00Z\"" + metadata +
                                        "}, spec: {nodeName: 'n', containers: [{name: a}]}, status: " + status + "}");
  return text;
}

TEST(PodRowTest, running_pod) {
  EXPECT_EQ(pod_status("{phase: Running, podIPs: [{ip: 10.0.0.2}], containerStatuses: [{name: a, ready: true, state: "
                       "{running: {}}}]}"),
            R"(["p","1/1","Running","0","90s","10.0.0.2","n","\u003cnone\u003e","\u003cnone\u003e"])");
}

TEST(PodRowTest, waiting_reason_goes_before_the_phase) {
  EXPECT_NE(
      pod_status("{phase: Pending, containerStatuses: [{name: a, state: {waiting: {reason: ContainerCreating}}}]}")
          .find("ContainerCreating"),
      std::string::npos);
}

TEST(PodRowTest, restarts_tell_when_the_last_one_was) {
  EXPECT_NE(pod_status("{phase: Running, containerStatuses: [{name: a, restartCount: 2, state: {waiting: {reason: "
                       "CrashLoopBackOff}}, "
                       "lastState: {terminated: {finishedAt: \"2026-01-01T00:01:00Z\"}}}]}")
                .find(R"x("CrashLoopBackOff","2 (30s ago)")x"),
            std::string::npos);
}

TEST(PodRowTest, deleted_pod_terminates) {
  EXPECT_NE(pod_status("{phase: Running}", ", deletionTimestamp: \"2026-01-01T00:01:00Z\"").find("\"Terminating\""),
            std::string::npos);
}

TEST(ServiceRowTest, load_balancer_shows_its_host_name_and_ports) {
  EXPECT_EQ(row(service,
                "{metadata: {name: s, creationTimestamp: \"2026-01-01T00:00:00Z\"}, spec: {type: LoadBalancer, "
                "clusterIPs: [10.96.0.7], "
                "selector: {app: web}, ports: [{port: 8090, nodePort: 30001, protocol: TCP}]}, "
                "status: {loadBalancer: {ingress: [{hostname: localhost}]}}}"),
            R"(["s","LoadBalancer","10.96.0.7","localhost","8090:30001/TCP","90s","app=web"])");
}

TEST(EndpointsRowTest, shows_three_addresses_and_the_number_of_the_others) {
  EXPECT_EQ(row(endpoints,
                "{metadata: {name: e, creationTimestamp: \"2026-01-01T00:00:00Z\"}, subsets: [{addresses: [{ip: a}, "
                "{ip: b}, {ip: c}, {ip: d}], "
                "ports: [{port: 80}]}]}"),
            R"(["e","a:80,b:80,c:80 + 1 more...","90s"])");
}

TEST(DeploymentRowTest, counts_and_wide_columns) {
  EXPECT_EQ(row(deployment,
                "{metadata: {name: d, creationTimestamp: \"2026-01-01T00:00:00Z\"}, spec: {replicas: 3, selector: "
                "{matchLabels: {app: web}}, "
                "template: {spec: {containers: [{name: web, image: nginx}]}}}, status: {readyReplicas: 2, "
                "updatedReplicas: 3, availableReplicas: 2}}"),
            R"(["d","2/3",3,2,"90s","web","nginx","app=web"])");
}

TEST(QuotaRowTest, requests_and_limits_stand_apart_in_order_of_their_names) {
  EXPECT_EQ(row(resource_quota,
                "{metadata: {name: q, creationTimestamp: \"2026-01-01T00:00:00Z\"}, status: {hard: {requests.cpu: '2', "
                "pods: '3', limits.memory: 1Gi, limits.cpu: '4'}, used: {pods: '1', limits.cpu: 500m}}}"),
            R"(["q","pods: 1/3, requests.cpu: 0/2","limits.cpu: 500m/4, limits.memory: 0/1Gi","90s"])");
  EXPECT_EQ(row(resource_quota, "{metadata: {name: q, creationTimestamp: \"2026-01-01T00:00:00Z\"}}"),
            R"(["q","","","90s"])");
}

TEST(LeaseRowTest, nobody_holds_it) {
  EXPECT_EQ(row(lease, "{metadata: {name: l, creationTimestamp: \"2026-01-01T00:00:00Z\"}}"), R"(["l","","90s"])");
}

}  // namespace
}  // namespace proa::api::rows
