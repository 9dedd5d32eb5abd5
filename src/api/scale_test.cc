// The scale of a workload: read, replaced, patched; whose replicas they are and what is refused.
#include "api/api_testing.h"

namespace proa::api {
namespace {

struct Scaled {
  const char* name;
  std::string_view path;
  std::string_view selector;  // of the spec
};

constexpr std::string_view kTemplate =
    R"("template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"i"}]}})";

class Scale : public ApiTest, public testing::WithParamInterface<Scaled> {
 protected:
  Scale() {
    made_ = ask("POST", GetParam().path,
                R"({"metadata":{"name":"o"},"spec":{"replicas":2,"selector":)" + std::string(GetParam().selector) +
                    "," + std::string(kTemplate) + "}}");
  }
  std::string scale() const { return at(GetParam().path, "o") + "/scale"; }
  /// ".apps", or nothing for the core's kinds.
  static std::string group() { return GetParam().path.starts_with("/apis/apps/") ? ".apps" : ""; }
  Answer made_;
};

TEST_P(Scale, tells_what_is_wanted_and_what_selects_it) {
  ASSERT_EQ(made_.code, 201) << made_.text;
  const Answer scale = ask("GET", this->scale());
  EXPECT_EQ(scale["kind"].str() + scale["apiVersion"].str(), "Scaleautoscaling/v1");
  EXPECT_EQ(scale["spec"]["replicas"].as_int(), 2);
  EXPECT_EQ(scale["status"]["selector"].str(), "app=a");
  EXPECT_EQ(scale["metadata"]["uid"], made_["metadata"]["uid"]);
  EXPECT_EQ(scale["metadata"]["resourceVersion"], made_["metadata"]["resourceVersion"]);
}

TEST_P(Scale, is_set_by_replacement_and_by_each_patch) {
  EXPECT_EQ(ask("PUT", scale(), R"({"metadata":{"name":"o"},"spec":{"replicas":3}})")["spec"]["replicas"].as_int(), 3);
  EXPECT_EQ(merge(scale(), R"({"spec":{"replicas":4}})")["spec"]["replicas"].as_int(), 4);
  EXPECT_EQ(
      ask("PATCH", scale(), R"({"spec":{"replicas":5}})", "application/strategic-merge-patch+json")["spec"]["replicas"]
          .as_int(),
      5);
  EXPECT_EQ(ask("PATCH", scale(), R"([{"op":"replace","path":"/spec/replicas","value":6}])",
                "application/json-patch+json")["spec"]["replicas"]
                .as_int(),
            6);
  EXPECT_EQ(ask("PATCH", scale() + "?fieldManager=m",
                "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: o}, spec: {replicas: 7}}",
                "application/apply-patch+yaml")["spec"]["replicas"]
                .as_int(),
            7);
  const Answer whole = ask("GET", at(GetParam().path, "o"));
  EXPECT_EQ(whole["spec"]["replicas"].as_int(), 7);
  EXPECT_EQ(whole["metadata"]["generation"].as_int(), 6) << "each was a new generation";
}

TEST_P(Scale, to_nothing_is_told_by_silence) {
  EXPECT_EQ(merge(scale(), R"({"spec":{"replicas":null}})").code, 200);
  EXPECT_FALSE(ask("GET", scale())["spec"].has("replicas"));
  EXPECT_EQ(ask("GET", at(GetParam().path, "o"))["spec"]["replicas"].as_int(-1), 0);
}

TEST_P(Scale, of_another_object_is_refused) {
  EXPECT_EQ(merge(scale(), R"({"metadata":{"name":"q"}})").message(),
            "the name of the object (q) does not match the name on the URL (o)");
  EXPECT_EQ(ask("PUT", scale(), R"({"spec":{"replicas":3}})").message(),
            "the name of the object (o based on URL) was undeterminable: name must be provided");
  const std::string uid = made_["metadata"]["uid"].str();
  const std::string mismatch = "Precondition failed: UID in precondition: wrong, UID in object meta: " + uid;
  EXPECT_TRUE(merge(scale(), R"({"metadata":{"uid":"wrong"}})")
                  .message()
                  .ends_with("/scale" + group() + " \"o\": " + mismatch));
  const Answer replaced = ask("PUT", scale(), R"({"metadata":{"name":"o","uid":"wrong"},"spec":{"replicas":3}})");
  EXPECT_EQ(replaced.code, 409);
  EXPECT_TRUE(replaced.message().ends_with("/default/o, ResourceVersion: 0, AdditionalErrorMsg: " + mismatch));
  EXPECT_EQ(ask("GET", scale())["spec"]["replicas"].as_int(), 2);
}

TEST_P(Scale, of_an_older_version_is_a_conflict) {
  EXPECT_EQ(merge(scale(), R"({"metadata":{"resourceVersion":"1"},"spec":{"replicas":5}})").code, 409);
  EXPECT_EQ(ask("PUT", scale(), R"({"metadata":{"name":"o","resourceVersion":"1"},"spec":{"replicas":5}})").code, 409);
}

TEST_P(Scale, below_nothing_is_invalid) {
  EXPECT_EQ(
      merge(scale(), R"({"spec":{"replicas":-3}})").message(),
      R"(Scale.autoscaling "o" is invalid: spec.replicas: Invalid value: -3: must be greater than or equal to 0)");
}

TEST_P(Scale, patches_are_held_against_its_schema) {
  EXPECT_EQ(merge(scale(), R"({"spec":{"other":1}})").warning, R"(299 - "unknown field \"spec.other\"")");
  const Answer strict = merge(scale() + "?fieldValidation=Strict", R"({"spec":{"other":1}})");
  EXPECT_EQ(strict.code, 422);
  EXPECT_TRUE(strict.message().ends_with(R"(strict decoding error: unknown field "spec.other")")) << strict.message();
  EXPECT_EQ(merge(scale(), R"({"spec":{"replicas":"x"}})").code, 422);
  EXPECT_EQ(ask("PATCH", scale(), "{}", "text/plain").code, 415);
  EXPECT_EQ(ask("DELETE", scale()).code, 405);
}

constexpr std::string_view kLabels = R"({"matchLabels":{"app":"a"}})";
constexpr Scaled kScaled[] = {
    {"deployment", "/apis/apps/v1/namespaces/default/deployments", kLabels},
    {"set", "/apis/apps/v1/namespaces/default/replicasets", kLabels},
    {"stateful", "/apis/apps/v1/namespaces/default/statefulsets", kLabels},
    {"rc", "/api/v1/namespaces/default/replicationcontrollers", R"({"app":"a"})"},
};
INSTANTIATE_TEST_SUITE_P(All, Scale, testing::ValuesIn(kScaled),
                         [](const auto& scaled) { return std::string(scaled.param.name); });

}  // namespace
}  // namespace proa::api
