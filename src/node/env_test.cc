#include "node/env.h"

#include <gmock/gmock.h>

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using object::Document;
using object::Value;
using testing::ElementsAre;
using testing::Pair;

Document doc(const std::string& text) { return Document::freeze(json(text)); }

class EnvTest : public testing::Test {
 protected:
  Result<Env> env(const std::string& container, const std::string& spec = "") {
    const Value pod = pod_with(R"("enableServiceLinks":false,"nodeName":"node")" + spec, R"("labels":{"app":"web"})");
    const EnvFacts facts{references_, services_, "10.244.0.5", "192.0.2.1", 4000, 8LL << 30};
    return make_env(pod, json(container), facts);
  }
  References references_;
  std::vector<Document> services_;
};

TEST_F(EnvTest, takes_plain_values_in_order_and_expands_references) {
  const auto out =
      env(R"j({"env":[{"name":"A","value":"1"},{"name":"B","value":"$(A)-$(NONE)-$$(A)"},{"name":"C"}]})j");
  ASSERT_TRUE(out);
  EXPECT_THAT(*out, ElementsAre(Pair("A", "1"), Pair("B", "1-$(NONE)-$(A)"), Pair("C", "")));
}

TEST_F(EnvTest, takes_keys_of_configmaps_and_secrets) {
  references_.config_maps["c"] = doc(R"({"data":{"k":"v"}})");
  references_.secrets["s"] = doc(R"({"data":{"pw":"c2VjcmV0"}})");
  const auto out = env(R"({"envFrom":[{"prefix":"P_","configMapRef":{"name":"c"}}],
    "env":[{"name":"PW","valueFrom":{"secretKeyRef":{"name":"s","key":"pw"}}},
           {"name":"O","valueFrom":{"configMapKeyRef":{"name":"none","key":"x","optional":true}}}]})");
  ASSERT_TRUE(out);
  EXPECT_THAT(*out, ElementsAre(Pair("PW", "secret"), Pair("P_k", "v")));
}

TEST_F(EnvTest, says_what_is_missing) {
  EXPECT_EQ(env(R"({"envFrom":[{"configMapRef":{"name":"c"}}]})").error().message, "configmap \"c\" not found");
  EXPECT_EQ(env(R"({"envFrom":[{"secretRef":{"name":"s"}}]})").error().message, "secret \"s\" not found");
  references_.config_maps["c"] = doc("{}");
  EXPECT_EQ(env(R"({"env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}}]})").error().message,
            "couldn't find key k in ConfigMap default/c");
}

TEST_F(EnvTest, reads_fields_and_resources) {
  const auto out = env(R"({"resources":{"requests":{"cpu":"250m"},"limits":{"memory":"64Mi"}},"env":[
    {"name":"NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
    {"name":"APP","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}},
    {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},
    {"name":"CPU","valueFrom":{"resourceFieldRef":{"resource":"requests.cpu"}}},
    {"name":"MCPU","valueFrom":{"resourceFieldRef":{"resource":"requests.cpu","divisor":"1m"}}},
    {"name":"MEM","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}},
    {"name":"LIMIT","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]})");
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_THAT(*out, ElementsAre(Pair("NAME", "web"), Pair("APP", "web"), Pair("IP", "10.244.0.5"), Pair("CPU", "1"),
                                Pair("MCPU", "250"), Pair("MEM", "64"), Pair("LIMIT", "4")));
}

TEST_F(EnvTest, describes_services_as_docker_links_did) {
  services_ = {
      doc(R"({"metadata":{"name":"kubernetes","namespace":"default"},"spec":{"clusterIP":"10.96.0.1","ports":[{"name":"https","port":443}]}})"),
      doc(R"({"metadata":{"name":"my-db","namespace":"other"},"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}})"),
      doc(R"({"metadata":{"name":"headless","namespace":"other"},"spec":{"clusterIP":"None"}})")};
  const auto near = service_env(services_, "other", true);
  EXPECT_EQ(near.at("MY_DB_SERVICE_HOST"), "10.96.0.9");
  EXPECT_EQ(near.at("MY_DB_PORT_80_TCP"), "tcp://10.96.0.9:80");
  EXPECT_EQ(near.at("KUBERNETES_SERVICE_PORT_HTTPS"), "443");
  EXPECT_FALSE(near.contains("HEADLESS_SERVICE_HOST"));
  const auto far = service_env(services_, "default", false);
  EXPECT_EQ(far.size(), 8U) << "the API's own address only";
}

TEST_F(EnvTest, the_last_source_of_a_name_counts) {
  references_.config_maps["c"] = doc(R"({"data":{"A":"map","B":"map","C":"map"}})");
  references_.secrets["s"] = doc(R"({"data":{"B":"c2VjcmV0","C":"c2VjcmV0"}})");
  const auto out = env(R"({"envFrom":[{"configMapRef":{"name":"c"}},{"secretRef":{"name":"s"}}],
    "env":[{"name":"C","value":"own"},{"name":"D","value":"first"},{"name":"D","value":"second"}]})");
  ASSERT_TRUE(out);
  EXPECT_THAT(*out, testing::UnorderedElementsAre(Pair("A", "map"), Pair("B", "secret"), Pair("C", "own"),
                                                  Pair("D", "second")));
}

TEST_F(EnvTest, expands_what_stands_above_and_what_comes_from_maps_and_services) {
  references_.config_maps["c"] = doc(R"({"data":{"HOST":"db"}})");
  services_ = {doc(R"({"metadata":{"name":"kubernetes","namespace":"default"},
    "spec":{"clusterIP":"10.96.0.1","ports":[{"port":443}]}})")};
  const auto out = env(R"j({"envFrom":[{"prefix":"P_","configMapRef":{"name":"c"}}],"env":[
    {"name":"EARLY","value":"$(LATE)"},{"name":"LATE","value":"x"},{"name":"URL","value":"$(P_HOST):$(LATE)"},
    {"name":"API","value":"$(KUBERNETES_SERVICE_HOST)"},{"name":"KUBERNETES_PORT","value":"mine"},
    {"name":"OWN","value":"$(KUBERNETES_PORT)"}]})j");
  ASSERT_TRUE(out);
  const std::map<std::string, std::string> all(out->begin(), out->end());
  EXPECT_EQ(all.at("EARLY"), "$(LATE)");
  EXPECT_EQ(all.at("URL"), "db:x");
  EXPECT_EQ(all.at("API"), "10.96.0.1");
  EXPECT_EQ(all.at("OWN"), "mine") << "a variable of the container goes before a Service's";
  EXPECT_EQ(all.size(), out->size()) << "no name twice";
}

TEST_F(EnvTest, leaves_out_what_is_optional_and_missing) {
  references_.config_maps["c"] = doc(R"({"data":{"k":"v"}})");
  references_.secrets["s"] = doc("{}");
  for (const char* ref : {R"("configMapKeyRef":{"name":"none","key":"k","optional":true})",
                          R"("configMapKeyRef":{"name":"c","key":"none","optional":true})",
                          R"("secretKeyRef":{"name":"none","key":"k","optional":true})",
                          R"("secretKeyRef":{"name":"s","key":"none","optional":true})"}) {
    const auto out = env(fmt::format(R"({{"env":[{{"name":"A","valueFrom":{{{}}}}}]}})", ref));
    ASSERT_TRUE(out) << ref;
    EXPECT_THAT(*out, testing::IsEmpty()) << ref;
  }
  const auto all = env(R"({"envFrom":[{"configMapRef":{"name":"none","optional":true}},
    {"secretRef":{"name":"none","optional":true}}]})");
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, testing::IsEmpty());
}

TEST_F(EnvTest, says_exactly_what_can_not_be_had) {
  references_.config_maps["c"] = doc("{}");
  references_.secrets["s"] = doc("{}");
  const std::pair<const char*, const char*> cases[] = {
      {R"("configMapKeyRef":{"name":"none","key":"k"})", "configmap \"none\" not found"},
      {R"("configMapKeyRef":{"name":"c","key":"k"})", "couldn't find key k in ConfigMap default/c"},
      {R"("secretKeyRef":{"name":"none","key":"k"})", "secret \"none\" not found"},
      {R"("secretKeyRef":{"name":"s","key":"k"})", "couldn't find key k in Secret default/s"},
      {R"("fieldRef":{"fieldPath":"status.nothing"})", "unsupported fieldPath: status.nothing"},
      {R"("resourceFieldRef":{"containerName":"none","resource":"limits.cpu"})", "container none not found"},
      {R"("resourceFieldRef":{"resource":"limits.pods"})", "unsupported container resource : limits.pods"},
      {R"("resourceFieldRef":{"resource":"cpu"})", "unsupported container resource : cpu"}};
  for (const auto& [from, message] : cases) {
    const auto out = env(fmt::format(R"({{"env":[{{"name":"A","valueFrom":{{{}}}}}]}})", from));
    ASSERT_FALSE(out) << from;
    EXPECT_EQ(out.error().message, message);
  }
}

TEST_F(EnvTest, reads_each_field_that_a_pod_may_refer_to) {
  const std::pair<const char*, const char*> cases[] = {
      {"metadata.name", "web"},          {"metadata.namespace", "default"},    {"metadata.uid", "u1"},
      {"metadata.labels['app']", "web"}, {"metadata.labels['none']", ""},      {"metadata.annotations['none']", ""},
      {"spec.nodeName", "node"},         {"spec.serviceAccountName", "robot"}, {"status.podIP", "10.244.0.5"},
      {"status.podIPs", "10.244.0.5"},   {"status.hostIP", "192.0.2.1"},       {"status.hostIPs", "192.0.2.1"}};
  for (const auto& [path, value] : cases) {
    const auto out =
        env(fmt::format(R"({{"env":[{{"name":"A","valueFrom":{{"fieldRef":{{"fieldPath":"{}"}}}}}}]}})", path),
            R"(,"serviceAccountName":"robot")");
    ASSERT_TRUE(out) << path;
    EXPECT_THAT(*out, ElementsAre(Pair("A", value))) << path;
  }
}

TEST(FieldValue, of_all_labels_is_a_line_each_quoted_as_go_quotes) {
  const Value pod =
      pod_with("", R"j("annotations":{"b":"two\nlines\tand \"quotes\"","a":"back\\slash","c":"\u0001é"})j");
  EXPECT_EQ(*field_value(pod, "metadata.annotations", "", ""),
            "a=\"back\\\\slash\"\nb=\"two\\nlines\\tand \\\"quotes\\\"\"\nc=\"\\x01é\"");
  EXPECT_EQ(*field_value(pod, "metadata.labels", "", ""), "");
}

TEST(ResourceValue, is_divided_and_rounded_up) {
  const Value pod = pod_with(R"("resources":{"limits":{"memory":"1Gi"}},"containers":[{"name":"web","resources":
    {"limits":{"cpu":"1500m","ephemeral-storage":"1Gi","hugepages-2Mi":"4Mi"},"requests":{"memory":"100Mi"}}},
    {"name":"free"}],"initContainers":[{"name":"init","resources":{"requests":{"cpu":"1m"}}}])");
  const References references;
  const std::vector<Document> services;
  const EnvFacts facts{references, services, "", "", 4000, 8LL << 30};
  struct Case {
    const char* container;
    const char* resource;
    const char* divisor;
    const char* value;
  };
  const Case cases[] = {{"web", "limits.cpu", "0", "2"},
                        {"web", "limits.cpu", "1m", "1500"},
                        {"web", "requests.cpu", "1m", "0"},
                        {"web", "requests.memory", "1Gi", "1"},
                        {"web", "requests.memory", "1M", "105"},
                        {"web", "limits.ephemeral-storage", "1Mi", "1024"},
                        {"web", "limits.hugepages-2Mi", "1Mi", "4"},
                        {"free", "limits.cpu", "1", "4"},
                        {"free", "limits.memory", "1Mi", "1024"},
                        {"init", "requests.cpu", "1", "1"}};
  for (const Case& each : cases) {
    const Value selector = json(fmt::format(R"({{"containerName":"{}","resource":"{}","divisor":"{}"}})",
                                            each.container, each.resource, each.divisor));
    const auto out = resource_value(pod, {}, selector, facts);
    ASSERT_TRUE(out) << out.error().message;
    EXPECT_EQ(*out, each.value) << each.container << " " << each.resource << " by " << each.divisor;
  }
}

TEST(EnvReferences, names_each_object_once_and_needs_it_where_one_place_does) {
  const Value container = json(R"({"envFrom":[{"configMapRef":{"name":"c","optional":true}},{"secretRef":{"name":"c"}}],
    "env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}},
           {"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}},
           {"name":"C","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]})");
  using Kind = Reference::Kind;
  EXPECT_THAT(env_references(container),
              ElementsAre(Reference{Kind::kConfigMap, "c", false}, Reference{Kind::kSecret, "c", false},
                          Reference{Kind::kSecret, "s", true}));
}

TEST(Expand, follows_the_rules_for_dollars_and_brackets) {
  const std::map<std::string, std::string> values = {{"A", "1"}, {"EMPTY", ""}, {"X$(", "odd"}, {"NEST", "$(A)"}};
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},          {"$", "$"},        {"$$", "$"},          {"$$$", "$$"},       {"$(A)", "1"},
      {"$$(A)", "$(A)"}, {"$$$(A)", "$1"},  {"$A", "$A"},         {"a$(A)b", "a1b"},   {"$(A", "$(A"},
      {"$()", "$()"},    {"$(B)", "$(B)"},  {"[$(EMPTY)]", "[]"}, {"$(NEST)", "$(A)"}, {"$(A)$(A)", "11"},
      {"$(X$()", "odd"}, {"$é$(A)", "$é1"}, {"$(A)$", "1$"},      {"${A}", "${A}"},    {"$(A$(A))", "$(A$(A))"}};
  for (const auto& [text, expanded] : cases) EXPECT_EQ(expand(text, values), expanded) << text;
}

TEST(Expand, of_a_path_needs_every_name) {
  const Env env = {{"A", "1"}, {"EMPTY", ""}};
  EXPECT_EQ(*expand_path("logs/$(A)", env), "logs/1");
  EXPECT_EQ(expand_path("$(Z)/$(EMPTY)/$(Z)", env).error().message, "missing value for EMPTY, Z");
}

Document service(const std::string& ns, const std::string& name, const std::string& ip, const std::string& ports) {
  return doc(fmt::format(R"({{"metadata":{{"name":"{}","namespace":"{}"}},"spec":{{"clusterIP":"{}","ports":[{}]}}}})",
                         name, ns, ip, ports));
}

TEST(ServiceEnv, has_the_names_that_docker_links_had) {
  const std::vector<Document> services = {service(
      "default", "my-db", "10.0.0.1", R"({"name":"sql-main","port":5432},{"name":"x","port":53,"protocol":"UDP"})")};
  using Pairs = std::map<std::string, std::string>;
  EXPECT_EQ(service_env(services, "default", true), (Pairs{{"MY_DB_SERVICE_HOST", "10.0.0.1"},
                                                           {"MY_DB_SERVICE_PORT", "5432"},
                                                           {"MY_DB_SERVICE_PORT_SQL_MAIN", "5432"},
                                                           {"MY_DB_SERVICE_PORT_X", "53"},
                                                           {"MY_DB_PORT", "tcp://10.0.0.1:5432"},
                                                           {"MY_DB_PORT_5432_TCP", "tcp://10.0.0.1:5432"},
                                                           {"MY_DB_PORT_5432_TCP_PROTO", "tcp"},
                                                           {"MY_DB_PORT_5432_TCP_PORT", "5432"},
                                                           {"MY_DB_PORT_5432_TCP_ADDR", "10.0.0.1"},
                                                           {"MY_DB_PORT_53_UDP", "udp://10.0.0.1:53"},
                                                           {"MY_DB_PORT_53_UDP_PROTO", "udp"},
                                                           {"MY_DB_PORT_53_UDP_PORT", "53"},
                                                           {"MY_DB_PORT_53_UDP_ADDR", "10.0.0.1"}}));
}

TEST(ServiceEnv, brackets_an_address_of_ipv6) {
  const auto out = service_env({service("default", "six", "fd00::1", R"({"port":80})")}, "default", true);
  EXPECT_EQ(out.at("SIX_PORT"), "tcp://[fd00::1]:80");
  EXPECT_EQ(out.at("SIX_SERVICE_HOST"), "fd00::1");
}

TEST(ServiceEnv, takes_a_service_named_kubernetes_of_the_pods_own_namespace) {
  const Document api = service("default", "kubernetes", "10.96.0.1", R"({"name":"https","port":443})");
  for (const char* ns : {"aaa", "zzz"}) {
    std::vector<Document> services = {api, service(ns, "kubernetes", "10.96.0.7", R"({"port":80})")};
    if (std::string_view(ns) < "default") std::swap(services[0], services[1]);
    const auto near = service_env(services, ns, true);
    EXPECT_EQ(near.at("KUBERNETES_SERVICE_HOST"), "10.96.0.7") << ns;
    EXPECT_FALSE(near.contains("KUBERNETES_PORT_443_TCP")) << ns;
    EXPECT_EQ(service_env(services, ns, false).at("KUBERNETES_SERVICE_HOST"), "10.96.0.1") << "without links";
    EXPECT_EQ(service_env(services, "other", true).at("KUBERNETES_SERVICE_HOST"), "10.96.0.1");
  }
}

}  // namespace
}  // namespace proa::node
