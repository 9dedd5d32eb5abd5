#include "net/proxy/ruleset.h"

#include <gtest/gtest.h>

#include "object/json.h"

namespace proa::net {
namespace {

using object::Document;
using object::Value;

Document document(std::string_view json) {
  auto parsed = object::parse_json(json);
  EXPECT_TRUE(parsed) << json;
  return Document::freeze(*parsed);
}

constexpr const char* kWeb = R"({"metadata":{"name":"web","namespace":"default"},
  "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.50","clusterIPs":["10.96.0.50"],
          "ports":[{"name":"http","port":80,"nodePort":30080,"protocol":"TCP"}]},
  "status":{"loadBalancer":{"ingress":[{"hostname":"localhost"}]}}})";

std::string endpoint(const std::string& ip, const std::string& conditions = R"("ready":true)") {
  return R"({"addresses":[")" + ip + R"("],"conditions":{)" + conditions +
         R"(},"nodeName":"n1","targetRef":{"kind":"Pod","uid":"uid-)" + ip + R"("}})";
}

Document slice(const std::string& endpoints) {
  return document(R"({"metadata":{"name":"web-x","namespace":"default","labels":{"kubernetes.io/service-name":"web"}},
    "addressType":"IPv4","ports":[{"name":"http","port":8080,"protocol":"TCP"}],"endpoints":[)" +
                  endpoints + "]}");
}

class RulesetTest : public testing::Test {
 protected:
  RulesetTest() {
    input_.node_name = "n1";
    input_.services = {document(kWeb)};
    input_.slices = {slice(endpoint("10.244.0.2") + "," + endpoint("10.244.0.3"))};
  }
  Ruleset rules() const { return make_ruleset(read_services(input_)); }
  void change_service(const std::function<void(Value&)>& edit) {
    Value service = input_.services[0].root().to_value();
    edit(service);
    input_.services[0] = Document::freeze(service);
  }
  ProxyInput input_;
  const ProxySettings settings_{"t", "10.244.0.0/24"};
};

const char* const kBalance =
    "meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.0.2 . 8080, 1 : 10.244.0.3 . 8080 }";

TEST_F(RulesetTest, a_service_answers_on_its_address_its_node_port_and_localhost) {
  const Ruleset got = rules();
  EXPECT_EQ(got.chains.at("service/default/web/tcp/80"), (std::vector<std::string>{kBalance}));
  EXPECT_EQ(got.services,
            (std::map<std::string, std::string>{{"10.96.0.50 . tcp . 80", "goto service/default/web/tcp/80"}}));
  EXPECT_EQ(got.node_ports, (std::map<std::string, std::string>{{"tcp . 80", "goto service/default/web/tcp/80"},
                                                                {"tcp . 30080", "goto service/default/web/tcp/80"}}));
  EXPECT_EQ(got.hairpins.size(), 2U);
  EXPECT_TRUE(got.closed_ports.empty());
}

TEST_F(RulesetTest, a_load_balancer_without_an_ingress_is_not_open_on_the_node) {
  change_service([](Value& service) { service.erase("status"); });
  EXPECT_EQ(rules().node_ports,
            (std::map<std::string, std::string>{{"tcp . 30080", "goto service/default/web/tcp/80"}}));
}

TEST_F(RulesetTest, only_ready_endpoints_get_traffic) {
  input_.slices = {slice(endpoint("10.244.0.2", R"("ready":false)") + "," + endpoint("10.244.0.3"))};
  EXPECT_EQ(
      rules().chains.at("service/default/web/tcp/80"),
      (std::vector<std::string>{"meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.0.3 . 8080 }"}));
}

TEST_F(RulesetTest, a_pod_that_is_about_to_stop_leaves_before_its_slice_says_so) {
  input_.leaving = {"uid-10.244.0.2"};
  EXPECT_EQ(
      rules().chains.at("service/default/web/tcp/80"),
      (std::vector<std::string>{"meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.0.3 . 8080 }"}));
}

TEST_F(RulesetTest, where_none_is_ready_those_that_still_serve_while_they_end_are_used) {
  input_.slices = {slice(endpoint("10.244.0.2", R"("ready":false,"serving":true,"terminating":true)") + "," +
                         endpoint("10.244.0.3", R"("ready":false,"serving":false,"terminating":true)"))};
  EXPECT_EQ(
      rules().chains.at("service/default/web/tcp/80"),
      (std::vector<std::string>{"meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.0.2 . 8080 }"}));
}

TEST_F(RulesetTest, without_endpoints_the_address_and_the_ports_refuse) {
  input_.slices.clear();
  const Ruleset got = rules();
  EXPECT_TRUE(got.services.empty());
  EXPECT_TRUE(got.node_ports.empty());
  EXPECT_EQ(got.cluster_ips, (std::set<std::string>{"10.96.0.50"}));
  EXPECT_EQ(got.closed_ports, (std::set<std::string>{"tcp . 80", "tcp . 30080"}));
}

TEST_F(RulesetTest, external_traffic_policy_local_keeps_to_this_node) {
  change_service([](Value& service) { service["spec"]["externalTrafficPolicy"] = "Local"; });
  input_.slices.push_back(document(
      R"({"metadata":{"name":"web-y","namespace":"default","labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4",
      "ports":[{"name":"http","port":8080}],"endpoints":[{"addresses":["10.244.1.9"],"nodeName":"n2"}]})"));
  const Ruleset got = rules();
  EXPECT_EQ(got.node_ports.at("tcp . 80"), "goto external/default/web/tcp/80");
  EXPECT_EQ(got.chains.at("external/default/web/tcp/80"), (std::vector<std::string>{kBalance}));
  EXPECT_NE(got.chains.at("service/default/web/tcp/80")[0].find("mod 3"), std::string::npos);
}

TEST_F(RulesetTest, affinity_remembers_the_client) {
  change_service([](Value& service) {
    service["spec"]["sessionAffinity"] = "ClientIP";
    service["spec"]["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"] = 60;
  });
  input_.slices = {slice(endpoint("10.244.0.2"))};
  const Ruleset got = rules();
  EXPECT_EQ(got.affinity_sets, (std::map<std::string, int>{{"client/default/web/tcp/80/10.244.0.2/8080", 60}}));
  EXPECT_EQ(got.chains.at("target/default/web/tcp/80/10.244.0.2/8080"),
            (std::vector<std::string>{"update @client/default/web/tcp/80/10.244.0.2/8080 { ip saddr }",
                                      "meta l4proto tcp dnat to 10.244.0.2:8080"}));
  EXPECT_EQ(got.chains.at("service/default/web/tcp/80"),
            (std::vector<std::string>{
                "ip saddr @client/default/web/tcp/80/10.244.0.2/8080 goto target/default/web/tcp/80/10.244.0.2/8080",
                "numgen random mod 1 vmap { 0 : goto target/default/web/tcp/80/10.244.0.2/8080 }"}));
}

TEST_F(RulesetTest, source_ranges_keep_others_out) {
  change_service(
      [](Value& service) { service["spec"]["loadBalancerSourceRanges"] = Value::array({"192.168.0.0/16"}); });
  EXPECT_EQ(rules().chains.at("external/default/web/tcp/80")[0], "ip saddr != { 127.0.0.0/8, 192.168.0.0/16 } drop");
}

TEST_F(RulesetTest, host_ports_lead_to_their_pod) {
  input_.pods = {document(R"({"metadata":{"name":"p"},"status":{"podIP":"10.244.0.9","phase":"Running"},
    "spec":{"containers":[{"ports":[{"containerPort":8080,"hostPort":9090}]}]}})")};
  const Ruleset got = rules();
  EXPECT_EQ(got.node_ports.at("tcp . 9090"), "goto host/tcp/9090");
  EXPECT_EQ(got.chains.at("host/tcp/9090"), (std::vector<std::string>{"meta l4proto tcp dnat to 10.244.0.9:8080"}));
}

TEST_F(RulesetTest, a_changed_endpoint_is_one_small_transaction) {
  const Ruleset before = rules();
  input_.slices = {slice(endpoint("10.244.0.3") + "," + endpoint("10.244.0.4"))};
  EXPECT_EQ(change_text(settings_, before, rules()),
            "flush chain ip proa-t service/default/web/tcp/80\n"
            "add rule ip proa-t service/default/web/tcp/80 meta l4proto tcp dnat ip to numgen random mod 2 map "
            "{ 0 : 10.244.0.3 . 8080, 1 : 10.244.0.4 . 8080 }\n"
            "delete element ip proa-t hairpins { 10.244.0.2 . 10.244.0.2 }\n"
            "add element ip proa-t hairpins { 10.244.0.4 . 10.244.0.4 }\n");
}

TEST_F(RulesetTest, a_deleted_service_leaves_nothing_behind) {
  const Ruleset before = rules();
  input_.services.clear();
  EXPECT_EQ(change_text(settings_, before, rules()),
            "delete element ip proa-t services { 10.96.0.50 . tcp . 80 }\n"
            "delete element ip proa-t node-ports { tcp . 30080, tcp . 80 }\n"
            "delete element ip proa-t cluster-ips { 10.96.0.50 }\n"
            "delete element ip proa-t hairpins { 10.244.0.2 . 10.244.0.2, 10.244.0.3 . 10.244.0.3 }\n"
            "flush chain ip proa-t service/default/web/tcp/80\n"
            "delete chain ip proa-t service/default/web/tcp/80\n");
  EXPECT_EQ(change_text(settings_, before, before), "");
}

TEST_F(RulesetTest, the_whole_table_replaces_whatever_was_there) {
  const std::string text = whole_text(settings_, rules());
  EXPECT_TRUE(text.starts_with("add table ip proa-t\ndelete table ip proa-t\ntable ip proa-t {\n")) << text;
  EXPECT_NE(text.find("    ip saddr 10.244.0.0/24 ip daddr != 10.244.0.0/24 masquerade\n"), std::string::npos);
  EXPECT_NE(text.find("add element ip proa-t services { 10.96.0.50 . tcp . 80 : goto service/default/web/tcp/80 }\n"),
            std::string::npos);
}

TEST_F(RulesetTest, headless_and_external_name_services_have_no_rules) {
  change_service([](Value& service) {
    service["spec"]["clusterIP"] = "None";
    service["spec"]["clusterIPs"] = Value::array({"None"});
  });
  EXPECT_EQ(rules(), Ruleset());
}

}  // namespace
}  // namespace proa::net
