// Server-side apply on a workload: lists with keys, conflicts, what an applier lets go of, and what is refused.
#include "api/api_testing.h"

namespace proa::api {
namespace {

class DeploymentApply : public ApiTest {
 protected:
  static constexpr std::string_view kDeployments = "/apis/apps/v1/namespaces/default/deployments";

  Answer apply(std::string_view manager, std::string_view metadata, std::string_view spec,
               std::string_view query = "") {
    return send(manager,
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d" + std::string(metadata) + "}\nspec: {" +
                    std::string(spec) + "}\n",
                query);
  }
  Answer send(std::string_view manager, std::string body, std::string_view query = "") {
    return ask("PATCH", at(kDeployments, "d") + "?fieldManager=" + std::string(manager) + std::string(query),
               std::move(body), "application/apply-patch+yaml");
  }
  Answer start(std::string_view container = "image: x, env: [{name: A, value: '1'}]") {
    return apply("one", ", labels: {a: '1'}, finalizers: [a.b/c]",
                 "replicas: 2, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: "
                 "{containers: [{name: c, " +
                     std::string(container) + "}]}}");
  }
  static std::string containers(std::string_view list) {
    return "template: {spec: {containers: [" + std::string(list) + "]}}";
  }
};

TEST_F(DeploymentApply, conflicts_are_told_level_by_level) {
  start();
  const Answer refused = apply("two", ", labels: {a: '2'}, finalizers: [a.b/d]",
                               "replicas: 1, " + containers("{name: c, image: z, env: [{name: A, value: '2'}]}"));
  EXPECT_EQ(refused.code, 409);
  EXPECT_EQ(refused.message(),
            "Apply failed with 4 conflicts: conflicts with \"one\":\n"
            "- .metadata.labels.a\n"
            "- .spec.replicas\n"
            "- .spec.template.spec.containers[name=\"c\"].image\n"
            "- .spec.template.spec.containers[name=\"c\"].env[name=\"A\"].value");
  EXPECT_EQ(refused["details"]["causes"].at(2)["field"].str(), R"(.spec.template.spec.containers[name="c"].image)");
  EXPECT_EQ(refused["details"]["causes"].at(2)["message"].str(), "conflict with \"one\"");
}

TEST_F(DeploymentApply, a_conflict_with_an_updater_names_version_and_subresource) {
  start();
  merge(at(kDeployments, "d") + "?fieldManager=hand", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(apply("two", "", "replicas: 6").message(),
            R"(Apply failed with 1 conflict: conflict with "hand" using apps/v1: .spec.replicas)");
  merge(at(kDeployments, "d") + "/scale?fieldManager=scaler", R"({"spec":{"replicas":7}})");
  EXPECT_EQ(
      apply("two", "", "replicas: 6").message(),
      R"(Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas)");
}

TEST_F(DeploymentApply, items_of_two_appliers_stand_in_one_list) {
  start();
  const Answer both =
      apply("two", ", finalizers: [a.b/d]", containers("{name: c, env: [{name: B, value: '2'}]}, {name: f, image: q}"));
  ASSERT_EQ(both.code, 200) << both.text;
  EXPECT_EQ(both["spec"]["template"]["spec"]["containers"].size(), 2u);
  EXPECT_EQ(both["spec"]["template"]["spec"]["containers"].at(0)["env"].size(), 2u);
  EXPECT_EQ(both["metadata"]["finalizers"].size(), 2u);
  const Answer less = apply("two", "", "");
  EXPECT_EQ(less["spec"]["template"]["spec"]["containers"].size(), 1u) << less.text;
  EXPECT_EQ(less["spec"]["template"]["spec"]["containers"].at(0)["env"].at(0)["name"].str(), "A");
  EXPECT_EQ(less["metadata"]["finalizers"].size(), 1u);
}

TEST_F(DeploymentApply, an_item_stays_while_somebody_owns_a_part_of_it) {
  start();
  apply("two", "", containers("{name: c, workingDir: /w}"));
  const Answer less = apply("one", "",
                            "selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: "
                            "{containers: [{name: other, image: z}]}}",
                            "&dryRun=All");
  EXPECT_EQ(less.code, 422) << "c has lost its image only";
  EXPECT_EQ(less.message(),
            R"(Deployment.apps "d" is invalid: spec.template.spec.containers[0].image: Required value)");
}

TEST_F(DeploymentApply, what_is_let_go_gets_its_default_again) {
  start();
  const Answer less = apply("one", "",
                            "selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: "
                            "{containers: [{name: c, image: x}]}}");
  ASSERT_EQ(less.code, 200) << less.text;
  EXPECT_EQ(less["spec"]["replicas"].as_int(), 1);
  EXPECT_FALSE(less["metadata"].has("labels"));
  EXPECT_FALSE(less["spec"]["template"]["spec"]["containers"].at(0).has("env"));
}

TEST_F(DeploymentApply, a_forced_apply_takes_the_fields_from_their_owner) {
  start();
  EXPECT_EQ(apply("two", "", "replicas: 9", "&force=true")["spec"]["replicas"].as_int(), 9);
  EXPECT_EQ(apply("two", "", "")["spec"]["replicas"].as_int(), 1) << "nobody else has it now";
}

TEST_F(DeploymentApply, configurations_that_are_none_are_refused) {
  start();
  struct Case {
    std::string_view body;
    int code;
    std::string_view message;
  };
  constexpr Case kCases[] = {
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: other}}", 400,
       "the namespace of the provided object does not match the namespace sent on the request"},
      {"{apiVersion: apps/v9, kind: Deployment, metadata: {name: d}}", 400,
       "invalid object type: apps/v9, Kind=Deployment"},
      {"{apiVersion: v1, kind: Pod, metadata: {name: d}}", 400, "invalid object type: /v1, Kind=Pod"},
      {"{}", 400, "invalid object type: /, Kind="},
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: e}}", 400,
       "the name of the object (e) does not match the name on the URL (d)"},
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, managedFields: [{}]}}", 400,
       "metadata.managedFields must be nil"},
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, resourceVersion: '1'}}", 409,
       "Operation cannot be fulfilled on deployments.apps \"d\": the object has been modified; please apply your "
       "changes "
       "to the latest version and try again"},
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, finalizers: [a.b/x, a.b/x]}}", 500,
       "failed to create typed patch object (/d; apps/v1, Kind=Deployment): .metadata.finalizers: duplicate entries "
       "for "
       "key [=\"a.b/x\"]"},
      {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: []}", 500,
       "failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec: expected map, got &{[]}"},
  };
  for (const Case& c : kCases) {
    const Answer refused = send("one", std::string(c.body), "&dryRun=All");
    EXPECT_EQ(refused.code, c.code) << c.body;
    EXPECT_EQ(refused.message(), c.message) << c.body;
  }
}

TEST_F(DeploymentApply, another_uid_is_a_change_of_it) {
  start();
  const Answer refused = apply("two", ", uid: x", "");
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(refused["details"]["causes"].at(0)["field"].str(), "metadata.uid");
  EXPECT_EQ(refused["details"]["causes"].at(0)["message"].str(), "Invalid value: \"x\": field is immutable");
}

TEST_F(DeploymentApply, is_asked_for_in_yaml_only) {
  for (const char* type : {"application/apply-patch+json", "application/apply-patch+cbor"})
    EXPECT_EQ(ask("PATCH", at(kDeployments, "d") + "?fieldManager=m", "{}", type).code, 415) << type;
}

TEST_F(DeploymentApply, of_a_status_owns_nothing_else) {
  start();
  const Answer answer = ask("PATCH", at(kDeployments, "d") + "/status?fieldManager=two",
                            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 4}\n"
                            "status: {conditions: [{type: X, status: 'True'}]}\n",
                            "application/apply-patch+yaml");
  ASSERT_EQ(answer.code, 200) << answer.text;
  EXPECT_EQ(answer["spec"]["replicas"].as_int(), 2);
  for (const auto entry : answer["metadata"]["managedFields"].items()) {
    if (entry["manager"].str() != "two") continue;
    EXPECT_EQ(entry["subresource"].str(), "status");
    EXPECT_EQ(object::to_json(entry["fieldsV1"]),
              R"({"f:status":{"f:conditions":{"k:{\"type\":\"X\"}":{".":{},"f:status":{},"f:type":{}}}}})");
  }
}

}  // namespace
}  // namespace proa::api
