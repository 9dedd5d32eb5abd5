// What a Service keeps, claims and gives back when it changes.
#include "api/api_testing.h"

namespace proa::api {
namespace {

class ServiceUpdates : public ApiTest {
 protected:
  static constexpr std::string_view kServices = "/api/v1/namespaces/default/services";

  static std::string service(std::string_view name, std::string_view spec) {
    return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + std::string(name) + R"("},"spec":{)" +
           std::string(spec) + "}}";
  }
  Answer make(std::string_view name, std::string_view spec) { return ask("POST", kServices, service(name, spec)); }
  Answer replace(std::string_view name, std::string_view spec) {
    return ask("PUT", at(kServices, name), service(name, spec));
  }
  Answer patch(std::string_view name, std::string body) { return merge(at(kServices, name), std::move(body)); }
  static int64_t node_port(const Answer& answer, size_t index = 0) {
    return answer["spec"]["ports"].at(index)["nodePort"].as_int();
  }
};

TEST_F(ServiceUpdates, a_replacement_that_names_no_address_keeps_it) {
  const Answer made = make("s", R"("ports":[{"port":80}])");
  const Answer replaced = replace("s", R"("ports":[{"port":81}],"selector":{"a":"b"})");
  ASSERT_EQ(replaced.code, 200) << replaced.text;
  EXPECT_EQ(replaced["spec"]["clusterIP"], made["spec"]["clusterIP"]);
  EXPECT_EQ(replaced["spec"]["clusterIPs"], made["spec"]["clusterIPs"]);
  EXPECT_EQ(replaced["spec"]["ports"].at(0)["port"].as_int(), 81);
}

TEST_F(ServiceUpdates, a_replacement_that_names_no_address_claims_none) {
  const auto free = [this] {
    int count = 0;
    for (int i = 1; i < 255; ++i) {
      const std::string ip = "10.96.1." + std::to_string(i);
      const Answer tried = ask("POST", std::string(kServices) + "?dryRun=All",
                               service("t", R"("clusterIP":")" + ip + R"(","ports":[{"port":1}])"));
      if (tried.code == 201) ++count;
    }
    return count;
  };
  make("s", R"("clusterIP":"10.96.1.7","ports":[{"port":80}])");
  ASSERT_EQ(free(), 253);
  for (int i = 0; i < 50; ++i) replace("s", R"("ports":[{"port":80}],"selector":{"n":")" + std::to_string(i) + "\"}");
  EXPECT_EQ(free(), 253);
}

TEST_F(ServiceUpdates, one_of_both_address_members_suffices) {
  make("s", R"("clusterIP":"10.96.0.9","ports":[{"port":80}])");
  EXPECT_EQ(replace("s", R"("clusterIPs":["10.96.0.9"],"ports":[{"port":80}])")["spec"]["clusterIP"].str(),
            "10.96.0.9");
  EXPECT_EQ(replace("s", R"("clusterIP":"10.96.0.9","ports":[{"port":80}])")["spec"]["clusterIPs"].at(0).str(),
            "10.96.0.9");
}

TEST_F(ServiceUpdates, an_address_may_not_change) {
  make("s", R"("clusterIP":"10.96.0.9","ports":[{"port":80}])");
  EXPECT_EQ(patch("s", R"({"spec":{"clusterIP":"10.96.0.10"}})").message(),
            R"(Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.10"]: may not change once set)");
  EXPECT_EQ(make("t", R"("clusterIP":"10.96.0.10","ports":[{"port":80}])").code, 201) << "the refused one is free";
}

TEST_F(ServiceUpdates, an_address_that_is_none_is_told_before_it_is_claimed) {
  EXPECT_EQ(make("s", R"("clusterIP":"010.96.0.9","ports":[{"port":80}])").message(),
            R"(Service "s" is invalid: spec.clusterIPs[0]: Invalid value: "010.96.0.9": must not have leading 0s)");
}

TEST_F(ServiceUpdates, a_node_port_goes_with_the_name_of_its_port) {
  const Answer made = make("s", R"("type":"NodePort","ports":[{"name":"a","port":80},{"name":"b","port":81}])");
  const Answer replaced =
      replace("s", R"("type":"NodePort","ports":[{"name":"b","port":80},{"name":"a","port":8080}])");
  ASSERT_EQ(replaced.code, 200) << replaced.text;
  EXPECT_EQ(node_port(replaced, 0), node_port(made, 1));
  EXPECT_EQ(node_port(replaced, 1), node_port(made, 0));
}

TEST_F(ServiceUpdates, a_node_port_that_another_port_took_is_not_given_twice) {
  make("s", R"("type":"NodePort","ports":[{"name":"a","port":80,"nodePort":30100}])");
  const Answer replaced =
      replace("s", R"("type":"NodePort","ports":[{"name":"a","port":80},{"name":"b","port":81,"nodePort":30100}])");
  ASSERT_EQ(replaced.code, 200) << replaced.text;
  EXPECT_EQ(node_port(replaced, 1), 30100);
  EXPECT_NE(node_port(replaced, 0), 30100);
  EXPECT_NE(node_port(replaced, 0), 0);
}

TEST_F(ServiceUpdates, node_ports_are_given_back_with_the_type) {
  make("s", R"("type":"NodePort","ports":[{"port":80,"nodePort":30100}])");
  EXPECT_EQ(
      make("t", R"("type":"NodePort","ports":[{"port":80,"nodePort":30100}])").message(),
      R"(Service "t" is invalid: spec.ports[0].nodePort: Invalid value: 30100: provided port is already allocated)");
  const Answer inner = patch("s", R"({"spec":{"type":"ClusterIP"}})");
  EXPECT_EQ(inner.code, 200) << inner.text;
  EXPECT_EQ(node_port(inner), 0);
  EXPECT_EQ(make("t", R"("type":"NodePort","ports":[{"port":80,"nodePort":30100}])").code, 201);
}

TEST_F(ServiceUpdates, an_address_is_given_back_with_the_type) {
  make("s", R"("clusterIP":"10.96.0.9","ports":[{"port":80}])");
  const Answer outer = patch("s", R"({"spec":{"type":"ExternalName","externalName":"a.example.com"}})");
  EXPECT_EQ(outer.code, 200) << outer.text;
  EXPECT_FALSE(outer["spec"].has("clusterIP"));
  EXPECT_EQ(make("t", R"("clusterIP":"10.96.0.9","ports":[{"port":80}])").code, 201);
}

TEST_F(ServiceUpdates, a_dry_run_claims_and_gives_back_nothing) {
  make("s", R"("type":"NodePort","ports":[{"port":80,"nodePort":30100}])");
  const std::string dry = at(kServices, "s") + "?dryRun=All";
  EXPECT_EQ(node_port(merge(dry, R"({"spec":{"type":"ClusterIP"}})")), 0);
  EXPECT_EQ(make("t", R"("type":"NodePort","ports":[{"port":80,"nodePort":30100}])").code, 422);
  EXPECT_EQ(node_port(ask("PUT", dry, service("s", R"("type":"NodePort","ports":[{"port":80,"nodePort":30101}])"))),
            30101);
  EXPECT_EQ(make("t", R"("type":"NodePort","ports":[{"port":80,"nodePort":30101}])").code, 201);
}

TEST_F(ServiceUpdates, a_refused_change_claims_nothing) {
  make("s", R"("type":"NodePort","ports":[{"port":80}])");
  EXPECT_EQ(replace("s", R"("type":"NodePort","sessionAffinity":"Bad","ports":[{"port":80,"nodePort":30102}])").code,
            422);
  EXPECT_EQ(make("t", R"("type":"NodePort","ports":[{"port":80,"nodePort":30102}])").code, 201);
}

TEST_F(ServiceUpdates, the_health_check_port_stays_while_it_is_needed) {
  constexpr std::string_view kLocal = R"("type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}])";
  const Answer made = make("s", kLocal);
  ASSERT_GT(made["spec"]["healthCheckNodePort"].as_int(), 0);
  EXPECT_EQ(replace("s", kLocal)["spec"]["healthCheckNodePort"], made["spec"]["healthCheckNodePort"]);
}

TEST_F(ServiceUpdates, the_traffic_policy_goes_only_where_nobody_outside_gets_in) {
  make("s", R"("type":"NodePort","externalTrafficPolicy":"Local","ports":[{"port":80}])");
  EXPECT_FALSE(patch("s", R"({"spec":{"type":"ClusterIP"}})")["spec"].has("externalTrafficPolicy"));
  make("t", R"("type":"NodePort","externalTrafficPolicy":"Local","externalIPs":["1.2.3.4"],"ports":[{"port":80}])");
  EXPECT_EQ(patch("t", R"({"spec":{"type":"ClusterIP"}})")["spec"]["externalTrafficPolicy"].str(), "Local");
}

TEST_F(ServiceUpdates, a_load_balancer_keeps_its_class) {
  make("s", R"("type":"LoadBalancer","loadBalancerClass":"a.b/c","ports":[{"port":80}])");
  EXPECT_EQ(patch("s", R"({"spec":{"loadBalancerClass":"a.b/d"}})").message(),
            R"(Service "s" is invalid: spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set)");
  EXPECT_EQ(patch("s", R"({"spec":{"loadBalancerClass":null}})").message(),
            R"(Service "s" is invalid: spec.loadBalancerClass: Invalid value: null: may not change once set)");
  EXPECT_EQ(patch("s", R"({"spec":{"type":"ClusterIP"}})").code, 200) << "it goes with the type";
}

TEST_F(ServiceUpdates, what_may_not_change_is_told_before_what_is_wrong) {
  make("s", R"("type":"LoadBalancer","loadBalancerClass":"a.b/c","ports":[{"port":80}])");
  EXPECT_EQ(
      patch("s", R"({"spec":{"loadBalancerClass":"a.b/d","sessionAffinity":"Bad"}})").message(),
      R"(Service "s" is invalid: [spec.loadBalancerClass: Invalid value: "a.b/d": may not change once set, spec.sessionAffinity: Unsupported value: "Bad": supported values: "ClientIP", "None"])");
}

TEST_F(ServiceUpdates, addresses_from_outside_may_not_be_special) {
  EXPECT_EQ(
      make("s", R"("externalIPs":["127.0.0.1","::"],"ports":[{"port":80}])").message(),
      R"(Service "s" is invalid: [spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128), spec.externalIPs[1]: Invalid value: "::": may not be unspecified (::)])");
}

TEST_F(ServiceUpdates, blanks_around_a_source_range_are_taken) {
  EXPECT_EQ(
      make("s", R"("type":"LoadBalancer","loadBalancerSourceRanges":[" 10.0.0.0/8 "],"ports":[{"port":80}])").code,
      201);
  EXPECT_EQ(
      make("t", R"("type":"LoadBalancer","loadBalancerSourceRanges":["10.0.0.1/8"],"ports":[{"port":80}])").message(),
      R"(Service "t" is invalid: spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length)");
}

TEST_F(ServiceUpdates, addresses_from_outside_are_warned_of) {
  EXPECT_EQ(make("s", R"("externalIPs":["1.2.3.4"],"ports":[{"port":80}])").warning,
            R"(299 - "spec.externalIPs is deprecated and may no longer be implemented in some clusters")");
  EXPECT_EQ(make("t", R"("clusterIP":"None","externalIPs":["1.2.3.4"])").warning,
            R"(299 - "spec.externalIPs is ignored for headless services")");
  EXPECT_EQ(make("u", R"("ports":[{"port":80}])").warning, "");
}

}  // namespace
}  // namespace proa::api
