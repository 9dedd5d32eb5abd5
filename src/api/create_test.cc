#include "api/api_testing.h"

namespace proa::api {
namespace {

using CreateTest = ApiTest;

TEST_F(CreateTest, fills_in_what_only_the_server_may_set) {
  const Answer made = ask("POST", kMaps, config_map("a", R"(,"data":{"k":"v"})"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made["metadata"]["namespace"].as_string(), "default");
  EXPECT_EQ(made["metadata"]["uid"].as_string().size(), 36u);
  EXPECT_EQ(made["metadata"]["creationTimestamp"].as_string(), "2026-01-01T00:00:00Z");
  EXPECT_FALSE(made["metadata"]["resourceVersion"].as_string().empty());
  EXPECT_EQ(made["data"]["k"].as_string(), "v");
  EXPECT_EQ(made.text.back(), '\n');
  EXPECT_TRUE(made.text.starts_with(R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":)"));
}

TEST_F(CreateTest, what_the_client_says_of_system_fields_is_dropped) {
  const Answer made =
      ask("POST", kMaps, R"({"metadata":{"name":"a","uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z",
      "deletionTimestamp":"2001-01-01T00:00:00Z"}})");
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_NE(made["metadata"]["uid"].as_string(), "mine");
  EXPECT_FALSE(made["metadata"].has("deletionTimestamp"));
}

TEST_F(CreateTest, generates_names_of_five_random_characters) {
  const Answer one = ask("POST", kMaps, R"({"metadata":{"generateName":"web-"}})");
  const Answer two = ask("POST", kMaps, R"({"metadata":{"generateName":"web-"}})");
  EXPECT_EQ(one["metadata"]["name"].as_string().size(), 9u);
  EXPECT_NE(one["metadata"]["name"].str(), two["metadata"]["name"].str());
  EXPECT_EQ(one["metadata"]["generateName"].as_string(), "web-");
}

struct Refusal {
  const char* what;
  const char* path;
  const char* body;
  int code;
  const char* message;
};

class CreateRefusals : public ApiTest, public testing::WithParamInterface<Refusal> {};

TEST_P(CreateRefusals, say_why_in_upstream_s_words) {
  ask("POST", kMaps, config_map("taken"));
  const Answer answer = ask("POST", GetParam().path, GetParam().body);
  EXPECT_EQ(answer.code, GetParam().code) << answer.text;
  EXPECT_EQ(answer.message(), GetParam().message);
  EXPECT_EQ(answer["status"].as_string(), "Failure");
}

constexpr const char* kHere = "/api/v1/namespaces/default/configmaps";

INSTANTIATE_TEST_SUITE_P(
    All, CreateRefusals,
    testing::Values(
        Refusal{"taken", kHere, R"({"metadata":{"name":"taken"}})", 409, R"(configmaps "taken" already exists)"},
        Refusal{"nameless", kHere, R"({"metadata":{}})", 422,
                R"(ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required)"},
        Refusal{"other_namespace", kHere, R"({"metadata":{"name":"x","namespace":"other"}})", 400,
                "the namespace of the provided object does not match the namespace sent on the request"},
        Refusal{"no_namespace", "/api/v1/namespaces/nope/configmaps", R"({"metadata":{"name":"x"}})", 404,
                R"(namespaces "nope" not found)"},
        Refusal{"version_of_the_future", kHere, R"({"metadata":{"name":"x","resourceVersion":"5"}})", 500,
                "resourceVersion should not be set on objects to be created"},
        Refusal{
            "another_kind", kHere, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}})", 400,
            R"(Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion)"},
        Refusal{
            "half_a_body", kHere, R"({"a":)", 400,
            R"(the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({"a":))"},
        Refusal{
            "wrong_type", kHere, R"({"metadata":{"name":"x"},"data":{"a":1}})", 400,
            R"(ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string)"},
        Refusal{
            "unknown_account", "/api/v1/namespaces/default/pods",
            R"({"metadata":{"name":"x"},"spec":{"serviceAccountName":"no","containers":[{"name":"a","image":"b"}]}})",
            403,
            R"(pods "x" is forbidden: error looking up service account default/no: serviceaccount "no" not found)"}),
    [](const auto& refusal) { return std::string(refusal.param.what); });

TEST_F(CreateTest, unknown_and_repeated_fields_are_refused_warned_of_or_ignored) {
  const std::string body = R"({"metadata":{"name":"x","bar":2},"foo":1})";
  const Answer strict = ask("POST", std::string(kMaps) + "?fieldValidation=Strict", body);
  EXPECT_EQ(strict.code, 400);
  EXPECT_EQ(
      strict.message(),
      R"(ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.bar", unknown field "foo")");
  const Answer warned = ask("POST", std::string(kMaps) + "?dryRun=All", body);
  EXPECT_EQ(warned.code, 201);
  EXPECT_EQ(warned.warning, R"(299 - "unknown field \"metadata.bar\"")");
  const Answer ignored = ask("POST", std::string(kMaps) + "?dryRun=All&fieldValidation=Ignore", body);
  EXPECT_EQ(ignored.warning, "");
}

TEST_F(CreateTest, a_dry_run_answers_and_keeps_nothing) {
  const Answer made = ask("POST", std::string(kMaps) + "?dryRun=All", config_map("a"));
  EXPECT_EQ(made.code, 201);
  EXPECT_FALSE(made["metadata"].has("resourceVersion"));
  EXPECT_EQ(ask("GET", at(kMaps, "a")).code, 404);
}

TEST_F(CreateTest, pods_get_account_token_tolerations_and_priority) {
  const Answer made = ask("POST", kPods, pod("p"));
  ASSERT_EQ(made.code, 201) << made.text;
  const object::View spec = made["spec"];
  EXPECT_EQ(spec["serviceAccountName"].as_string(), "default");
  EXPECT_EQ(spec["priority"].as_int(-1), 0);
  EXPECT_EQ(spec["tolerations"].size(), 2u);
  EXPECT_EQ(spec["tolerations"].at(0)["tolerationSeconds"].as_int(), 300);
  const object::View mount = spec["containers"].at(0)["volumeMounts"].at(0);
  EXPECT_EQ(mount["mountPath"].as_string(), "/var/run/secrets/kubernetes.io/serviceaccount");
  EXPECT_EQ(mount["name"].str(), spec["volumes"].at(0)["name"].str());
  EXPECT_EQ(made["status"]["phase"].as_string(), "Pending");
  EXPECT_EQ(made["metadata"]["generation"].as_int(), 1);
  // What admission put in belongs to nobody.
  EXPECT_EQ(made["metadata"]["managedFields"].at(0)["fieldsV1"].as_raw().find("tolerations"), std::string_view::npos);
}

TEST_F(CreateTest, nothing_new_comes_into_a_namespace_that_goes) {
  ask("POST", "/api/v1/namespaces", R"({"metadata":{"name":"going"}})");
  const Answer going = ask("DELETE", "/api/v1/namespaces/going");
  EXPECT_EQ(going["status"]["phase"].as_string(), "Terminating");
  const Answer refused = ask("POST", "/api/v1/namespaces/going/configmaps", config_map("a"));
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(
      refused.message(),
      R"(configmaps "a" is forbidden: unable to create new content in namespace going because it is being terminated)");
  EXPECT_EQ(refused["details"]["causes"].at(0)["reason"].as_string(), "NamespaceTerminating");
}

TEST_F(CreateTest, yaml_bodies_are_taken_and_yaml_answers_given) {
  const Answer made =
      ask("POST", kMaps, "metadata:\n  name: a\ndata:\n  k: v\n", "application/yaml", "application/yaml");
  EXPECT_EQ(made.code, 201);
  EXPECT_EQ(made.content_type, "application/yaml");
  EXPECT_TRUE(made.text.starts_with("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\n")) << made.text;
}

TEST_F(CreateTest, a_pods_labels_join_the_selectors_that_name_them) {
  const Answer made = ask("POST", kPods, R"({"metadata":{"name":"p","labels":{"v":"1","app":"web"}},"spec":{
      "containers":[{"name":"c","image":"i"}],
      "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule",
        "labelSelector":{"matchLabels":{"app":"web"}},"matchLabelKeys":["v","none"]}],
      "affinity":{
        "podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{
          "topologyKey":"zone","labelSelector":{},"matchLabelKeys":["v"]}}]},
        "podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{
          "topologyKey":"zone","labelSelector":{"matchLabels":{"app":"web"}},"mismatchLabelKeys":["v"]}]}}}})");
  ASSERT_EQ(made.code, 201) << made.text;
  const object::View spec = made["spec"];
  EXPECT_EQ(object::to_json(spec["topologySpreadConstraints"].at(0)["labelSelector"]),
            R"({"matchLabels":{"app":"web"},"matchExpressions":[{"key":"v","operator":"In","values":["1"]}]})");
  const std::string_view preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  const std::string_view required = "requiredDuringSchedulingIgnoredDuringExecution";
  EXPECT_EQ(object::to_json(spec["affinity"]["podAffinity"][preferred].at(0)["podAffinityTerm"]["labelSelector"]),
            R"({"matchExpressions":[{"key":"v","operator":"In","values":["1"]}]})");
  EXPECT_EQ(object::to_json(spec["affinity"]["podAntiAffinity"][required].at(0)["labelSelector"]),
            R"({"matchLabels":{"app":"web"},"matchExpressions":[{"key":"v","operator":"NotIn","values":["1"]}]})");
}

}  // namespace
}  // namespace proa::api
