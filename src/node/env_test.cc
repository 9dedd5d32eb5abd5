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

}  // namespace
}  // namespace proa::node
