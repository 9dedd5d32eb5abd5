// What the files of a volume hold, and what is said when they can't be had.
#include "node/volumes/content.h"

#include <gmock/gmock.h>

#include "node/pod_fixture.h"

namespace proa::node {
namespace {

using object::Document;
using object::Value;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Document doc(const std::string& text) { return Document::freeze(json(text)); }
VolumeFile file(const std::string& bytes, int mode = 0644) { return {bytes, mode}; }

class ContentTest : public testing::Test {
 protected:
  ContentTest() {
    references_.config_maps["c"] = doc(R"({"data":{"a":"1","b":"2"},"binaryData":{"bin":"AAEC"}})");
    references_.secrets["s"] = doc(R"({"data":{"pw":"c2VjcmV0","empty":""}})");
    tokens_[{"", 3600}] = "token";
  }
  Result<VolumeFiles> content(const std::string& volume, const std::string& spec = "") {
    const Value pod = pod_with(R"("containers":[{"name":"web","resources":{"limits":{"memory":"64Mi"}}}])" + spec,
                               R"("labels":{"app":"web","tier":"a\"b"},"annotations":{"note":"x"})");
    const std::vector<Document> services;
    const EnvFacts env{references_, services, "10.244.0.5", "192.0.2.1", 4000, 8LL << 30};
    return volume_content(pod, json("{" + volume + "}"), {env, tokens_});
  }
  VolumeFiles files(const std::string& volume, const std::string& spec = "") {
    auto out = content(volume, spec);
    EXPECT_TRUE(out) << volume << ": " << out.error().message;
    return out.value_or(VolumeFiles());
  }
  std::string complaint(const std::string& volume) {
    const auto out = content(volume);
    return out ? "(none)" : out.error().message;
  }

  References references_;
  std::map<TokenSource, std::string> tokens_;
};

TEST_F(ContentTest, of_a_configmap_is_a_file_for_each_key) {
  EXPECT_THAT(files(R"("configMap":{"name":"c","defaultMode":292})"),
              ElementsAre(Pair("a", file("1", 0444)), Pair("b", file("2", 0444)),
                          Pair("bin", file(std::string("\0\1\2", 3), 0444))));
}

TEST_F(ContentTest, of_a_secret_is_decoded) {
  EXPECT_THAT(files(R"("secret":{"secretName":"s"})"),
              ElementsAre(Pair("empty", file("")), Pair("pw", file("secret"))));
}

TEST_F(ContentTest, is_what_items_choose_under_their_paths_and_modes) {
  EXPECT_THAT(files(R"("configMap":{"name":"c","defaultMode":256,"items":[{"key":"a","path":"conf.d/a"},
                       {"key":"bin","path":".//x/./bin","mode":448},{"key":"a","path":"twice"}]})"),
              ElementsAre(Pair("conf.d/a", file("1", 0400)), Pair("twice", file("1", 0400)),
                          Pair("x/bin", file(std::string("\0\1\2", 3), 0700))));
}

TEST_F(ContentTest, leaves_out_what_is_optional) {
  EXPECT_THAT(files(R"("configMap":{"name":"none","optional":true})"), IsEmpty());
  EXPECT_THAT(files(R"("secret":{"secretName":"none","optional":true,"items":[{"key":"k","path":"p"}]})"), IsEmpty());
  EXPECT_THAT(files(R"("secret":{"secretName":"s","optional":true,"items":[{"key":"none","path":"p"},
                       {"key":"pw","path":"q"}]})"),
              ElementsAre(Pair("q", file("secret"))));
}

TEST_F(ContentTest, of_the_downward_api_are_fields_and_resources) {
  EXPECT_THAT(
      files(R"("downwardAPI":{"defaultMode":256,"items":[
      {"path":"labels","fieldRef":{"fieldPath":"metadata.labels"}},
      {"path":"app","fieldRef":{"fieldPath":"metadata.labels['app']"},"mode":420},
      {"path":"memory","resourceFieldRef":{"containerName":"web","resource":"limits.memory","divisor":"1Mi"}},
      {"path":"cpu","resourceFieldRef":{"containerName":"web","resource":"limits.cpu"}}]})"),
      ElementsAre(Pair("app", file("web")), Pair("cpu", file("4", 0400)),
                  Pair("labels", file("app=\"web\"\ntier=\"a\\\"b\"", 0400)), Pair("memory", file("64", 0400))));
}

TEST_F(ContentTest, of_a_projection_is_all_its_sources_the_last_one_first) {
  EXPECT_THAT(files(R"("projected":{"defaultMode":256,"sources":[
      {"configMap":{"name":"c","items":[{"key":"a","path":"same"},{"key":"b","path":"b"}]}},
      {"secret":{"name":"s","items":[{"key":"pw","path":"same","mode":292}]}},
      {"downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}}]}},
      {"serviceAccountToken":{"path":"token"}}]})"),
              ElementsAre(Pair("b", file("2", 0400)), Pair("name", file("web", 0400)),
                          Pair("same", file("secret", 0444)), Pair("token", file("token", 0400))));
}

TEST_F(ContentTest, of_a_token_is_shared_with_the_pods_group_alone) {
  const char* token = R"("projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"path":"token"}}]})";
  EXPECT_THAT(files(token), ElementsAre(Pair("token", file("token", 0644))));
  EXPECT_THAT(files(token, R"(,"securityContext":{"fsGroup":1000})"), ElementsAre(Pair("token", file("token", 0640))));
}

TEST_F(ContentTest, says_what_is_missing) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("configMap":{"name":"none"})", "configmap \"none\" not found"},
      {R"("secret":{"secretName":"none"})", "secret \"none\" not found"},
      {R"("configMap":{"name":"c","items":[{"key":"k","path":"p"}]})",
       "configmap references non-existent config key: k"},
      {R"("secret":{"secretName":"s","items":[{"key":"k","path":"p"}]})", "references non-existent secret key: k"},
      {R"("downwardAPI":{"items":[{"path":"p","fieldRef":{"fieldPath":"status.podIP"}},
          {"path":"q","resourceFieldRef":{"containerName":"no","resource":"limits.cpu"}}]})",
       "container no not found"},
      {R"("projected":{"sources":[{"secret":{"name":"none"}}]})", "secret \"none\" not found"},
      {R"("projected":{"sources":[{"secret":{"name":"x"}},{"configMap":{"name":"c"}},{"configMap":{"name":"y"}},
          {"secret":{"name":"x"}}]})",
       "[secret \"x\" not found, configmap \"y\" not found]"}};
  for (const auto& [volume, message] : cases) EXPECT_EQ(complaint(volume), message) << volume;
}

TEST(VolumeReferences, are_the_objects_whose_change_matters) {
  using Kind = Reference::Kind;
  EXPECT_THAT(volume_references(json(R"({"emptyDir":{}})")), IsEmpty());
  EXPECT_THAT(volume_references(json(R"({"secret":{"secretName":"s","optional":true}})")),
              ElementsAre(Reference{Kind::kSecret, "s", true}));
  EXPECT_THAT(volume_references(json(R"({"projected":{"sources":[{"configMap":{"name":"c","optional":true}},
                {"configMap":{"name":"c"}},{"secret":{"name":"c"}},{"serviceAccountToken":{"path":"t"}}]}})")),
              ElementsAre(Reference{Kind::kConfigMap, "c", false}, Reference{Kind::kSecret, "c", false}));
}

TEST(VolumeTokens, have_an_audience_and_a_life_of_an_hour) {
  const auto tokens = volume_tokens(json(R"({"projected":{"sources":[{"serviceAccountToken":{"path":"t"}},
    {"serviceAccountToken":{"path":"u","audience":"vault","expirationSeconds":600}}]}})"));
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(tokens[0].audience, "");
  EXPECT_EQ(tokens[0].expiration_seconds, 3600);
  EXPECT_EQ(tokens[1].audience, "vault");
  EXPECT_EQ(tokens[1].expiration_seconds, 600);
}

TEST(ShowsMetadata, is_so_of_the_downward_api_alone_or_in_a_projection) {
  const std::pair<const char*, bool> cases[] = {
      {R"([{"downwardAPI":{}}])", true},
      {R"([{"emptyDir":{}},{"projected":{"sources":[{"secret":{}},{"downwardAPI":{}}]}}])", true},
      {R"([{"configMap":{}},{"projected":{"sources":[{"secret":{}}]}}])", false},
      {"[]", false}};
  for (const auto& [volumes, shows] : cases)
    EXPECT_EQ(shows_metadata(pod_with(fmt::format(R"("volumes":{})", volumes))), shows) << volumes;
}

TEST(HasContent, is_so_of_what_comes_from_objects) {
  for (const char* each : {"configMap", "secret", "downwardAPI", "projected"})
    EXPECT_TRUE(has_content(json(fmt::format(R"({{"{}":{{}}}})", each)))) << each;
  for (const char* each : {"emptyDir", "hostPath", "persistentVolumeClaim"})
    EXPECT_FALSE(has_content(json(fmt::format(R"({{"{}":{{}}}})", each)))) << each;
}

}  // namespace
}  // namespace proa::node
