// Scale, binding and eviction: small objects that change others.
#include "api/api_testing.h"

namespace proa::api {
namespace {

using object::View;

constexpr std::string_view kApps = "/apis/apps/v1/namespaces/default/";

class SubresourceTest : public ApiTest {
 protected:
  std::string workload(std::string_view resource, std::string_view more = "") {
    const std::string collection = std::string(kApps) + std::string(resource);
    const Answer made = ask("POST", collection,
                            R"({"metadata":{"name":"w"},"spec":{"selector":{"matchLabels":{"a":"b"},
        "matchExpressions":[{"key":"c","operator":"NotIn","values":["d","e"]}]},)" +
                                std::string(more) +
                                R"("template":{"metadata":{"labels":{"a":"b"}},
        "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    EXPECT_EQ(made.code, 201) << made.text;
    return collection + "/w";
  }
  void bind(std::string_view name) {
    ask("POST", at(kPods, name) + "/binding",
        R"({"metadata":{"name":")" + std::string(name) + R"("},"target":{"kind":"Node","name":"n"}})");
  }
};

TEST_F(SubresourceTest, scale_tells_selector_and_counts_of_every_workload) {
  for (const char* resource : {"deployments", "replicasets", "statefulsets"}) {
    const std::string path = workload(resource);
    const Answer scale = ask("GET", path + "/scale");
    EXPECT_EQ(scale["apiVersion"].as_string(), "autoscaling/v1") << resource;
    EXPECT_EQ(scale["spec"]["replicas"].as_int(), 1) << resource;
    EXPECT_EQ(scale["status"]["replicas"].as_int(-1), 0) << resource;
    EXPECT_EQ(scale["status"]["selector"].as_string(), "a=b,c notin (d,e)") << resource;
    EXPECT_EQ(scale["metadata"]["uid"].str(), ask("GET", path)["metadata"]["uid"].str()) << resource;
  }
  EXPECT_EQ(ask("GET", std::string(kApps) + "deployments/none/scale").message(),
            R"(deployments.apps "none" not found)");
}

TEST_F(SubresourceTest, scale_to_zero_and_back) {
  const std::string path = workload("deployments");
  const Answer zero = merge(path + "/scale", R"({"spec":{"replicas":0}})");
  EXPECT_EQ(zero.code, 200);
  EXPECT_FALSE(zero["spec"].has("replicas")) << "zero is left out";
  EXPECT_EQ(ask("GET", path)["spec"]["replicas"].as_int(-1), 0);
  const Answer json = ask("PATCH", path + "/scale", R"([{"op":"add","path":"/spec/replicas","value":3}])",
                          "application/json-patch+json");
  EXPECT_EQ(json["spec"]["replicas"].as_int(), 3);
  EXPECT_EQ(ask("GET", path)["metadata"]["generation"].as_int(), 3);
}

TEST_F(SubresourceTest, a_scale_of_an_older_version_is_a_conflict) {
  const std::string path = workload("deployments");
  const Answer scale = ask("GET", path + "/scale");
  merge(path, R"({"metadata":{"labels":{"x":"y"}}})");
  const Answer late = ask("PUT", path + "/scale", scale.text);
  EXPECT_EQ(late.code, 409);
  EXPECT_EQ(
      late.message(),
      R"(Operation cannot be fulfilled on deployments.apps "w": the object has been modified; please apply your changes to the latest version and try again)");
  EXPECT_EQ(ask("PUT", path + "/scale", R"({"metadata":{"name":"w"},"spec":{"replicas":7}})").code, 200);
  EXPECT_EQ(ask("GET", path)["spec"]["replicas"].as_int(), 7);
}

TEST_F(SubresourceTest, a_scale_below_zero_is_refused_in_upstream_s_words) {
  const std::string path = workload("deployments");
  const Answer refused = merge(path + "/scale", R"({"spec":{"replicas":-1}})");
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(
      refused.message(),
      R"(Scale.autoscaling "w" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0)");
}

struct BindingCase {
  const char *what, *change, *binding;
  int code;
  const char* message;
};

TEST_F(SubresourceTest, a_binding_is_refused_where_it_cannot_hold) {
  const std::vector<BindingCase> cases = {
      {"no node named", "{}", R"({"target":{"kind":"Node"}})", 500, "target.name: Required value"},
      {"no node", "{}", R"({"target":{"kind":"Pod","name":"n"}})", 500,
       R"(target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>")"},
      {"another pod", "{}", R"({"metadata":{"uid":"x"},"target":{"name":"n"}})", 409, ""},
      {"gated", R"({"spec":{"schedulingGates":[{"name":"g"}]}})", R"({"target":{"name":"n"}})", 409,
       R"(Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates)"},
  };
  for (const BindingCase& c : cases) {
    auto whole = *object::parse_json(pod("p"));
    const auto extra = *object::parse_json(c.change);
    for (const auto [name, value] : View(extra)["spec"].members()) whole["spec"].set(name, value.to_value());
    ASSERT_EQ(ask("POST", kPods, object::to_json(whole)).code, 201);
    const Answer answer = ask("POST", at(kPods, "p") + "/binding", c.binding);
    EXPECT_EQ(answer.code, c.code) << c.what << answer.text;
    if (*c.message) {
      EXPECT_EQ(answer.message(), c.message) << c.what;
    }
    ask("DELETE", at(kPods, "p"), R"({"gracePeriodSeconds":0})");
  }
  EXPECT_EQ(ask("POST", at(kPods, "none") + "/binding", R"({"target":{"name":"n"}})").code, 404);
}

TEST_F(SubresourceTest, a_pod_that_goes_is_bound_no_more) {
  ask("POST", kPods,
      R"({"metadata":{"name":"p","finalizers":["a.b/c"]},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  ask("DELETE", at(kPods, "p"));
  const Answer refused = ask("POST", at(kPods, "p") + "/binding", R"({"target":{"name":"n"}})");
  EXPECT_EQ(
      refused.message(),
      R"(Operation cannot be fulfilled on pods/binding "p": pod p is being deleted, cannot be assigned to a host)");
}

TEST_F(SubresourceTest, a_binding_hands_its_annotations_over) {
  ask("POST", kPods, pod("p"));
  EXPECT_EQ(
      ask("POST", at(kPods, "p") + "/binding", R"({"metadata":{"annotations":{"k":"v"}},"target":{"name":"n"}})").code,
      201);
  const Answer bound = ask("GET", at(kPods, "p"));
  EXPECT_EQ(bound["metadata"]["annotations"]["k"].as_string(), "v");
  EXPECT_EQ(bound["spec"]["nodeName"].as_string(), "n");
}

class EvictionTest : public SubresourceTest {
 protected:
  EvictionTest() {
    ask("POST", kPods, pod("p", R"({"app":"web"})"));
    bind("p");
    status(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}]})");
  }
  void status(const std::string& status) { merge(at(kPods, "p") + "/status", R"({"status":)" + status + "}"); }
  Answer evict(std::string_view options = "{}") {
    return ask("POST", at(kPods, "p") + "/eviction",
               R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"},"deleteOptions":)" +
                   std::string(options) + "}");
  }
  /// A budget that covers the pod, with that status.
  void budget(std::string_view status, std::string_view policy = "", std::string_view name = "b") {
    const std::string budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    const Answer made =
        ask("POST", budgets,
            R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":{"minAvailable":1,)" +
                (policy.empty() ? "" : R"("unhealthyPodEvictionPolicy":")" + std::string(policy) + R"(",)") +
                R"("selector":{"matchLabels":{"app":"web"}}}})");
    EXPECT_EQ(made.code, 201) << made.text;
    if (!status.empty()) merge(at(budgets, name) + "/status", R"({"status":)" + std::string(status) + "}");
  }
  bool going() { return ask("GET", at(kPods, "p"))["metadata"].has("deletionTimestamp"); }
};

TEST_F(EvictionTest, without_a_budget_it_is_a_deletion) {
  const Answer done = evict(R"({"gracePeriodSeconds":7})");
  EXPECT_EQ(done.code, 201);
  EXPECT_EQ(done["status"].as_string(), "Success");
  EXPECT_EQ(ask("GET", at(kPods, "p"))["metadata"]["deletionGracePeriodSeconds"].as_int(), 7);
  EXPECT_EQ(ask("POST", at(kPods, "none") + "/eviction", R"({"metadata":{"name":"none"}})").code, 404);
}

TEST_F(EvictionTest, a_budget_that_is_used_up_says_wait) {
  budget(R"({"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":3,"currentHealthy":3,"expectedPods":3})");
  const Answer wait = evict();
  EXPECT_EQ(wait.code, 429);
  EXPECT_EQ(wait.message(), "Cannot evict pod as it would violate the pod's disruption budget.");
  EXPECT_EQ(wait["details"]["causes"].at(0)["message"].as_string(),
            "The disruption budget b needs 3 healthy pods and has 3 currently");
  EXPECT_FALSE(going());
}

TEST_F(EvictionTest, a_budget_that_nobody_has_counted_yet_says_wait_and_why) {
  budget("");
  const Answer wait = evict();
  EXPECT_EQ(wait.code, 429);
  EXPECT_EQ(wait["details"]["causes"].at(0)["reason"].as_string(), "DisruptionBudget");
  EXPECT_EQ(wait["details"]["causes"].at(0)["message"].as_string(),
            "The disruption budget b is still being processed by the server.");
  EXPECT_EQ(wait["details"]["retryAfterSeconds"].as_int(), 10);
}

TEST_F(EvictionTest, an_allowed_disruption_is_taken_from_the_budget) {
  budget(R"({"observedGeneration":1,"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2})");
  EXPECT_EQ(evict().code, 201);
  EXPECT_TRUE(going());
  const Answer after = ask("GET", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b");
  EXPECT_EQ(after["status"]["disruptionsAllowed"].as_int(-1), 0);
  EXPECT_TRUE(after["status"]["disruptedPods"].has("p"));
}

TEST_F(EvictionTest, a_dry_run_takes_nothing) {
  budget(R"({"observedGeneration":1,"disruptionsAllowed":1,"desiredHealthy":1,"currentHealthy":2,"expectedPods":2})");
  EXPECT_EQ(evict(R"({"dryRun":["All"]})").code, 201);
  EXPECT_FALSE(going());
  EXPECT_EQ(
      ask("GET", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b")["status"]["disruptionsAllowed"].as_int(
          -1),
      1);
}

TEST_F(EvictionTest, a_pod_that_is_not_ready_needs_no_budget_where_enough_others_are) {
  status(R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"}]})");
  budget(R"({"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":2,"expectedPods":3})");
  EXPECT_EQ(evict().code, 201);
}

TEST_F(EvictionTest, a_pod_that_is_not_ready_waits_where_too_few_are_unless_told_otherwise) {
  status(R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"}]})");
  budget(R"({"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":1,"expectedPods":3})");
  EXPECT_EQ(evict().code, 429);
  ask("DELETE", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/b");
  budget(R"({"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":1,"expectedPods":3})",
         "AlwaysAllow");
  EXPECT_EQ(evict().code, 201);
}

TEST_F(EvictionTest, what_has_finished_or_not_begun_is_nobody_s_budget) {
  budget(R"({"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":3,"currentHealthy":3,"expectedPods":3})");
  status(R"({"phase":"Succeeded"})");
  EXPECT_EQ(evict().code, 201);
}

TEST_F(EvictionTest, two_budgets_are_too_many) {
  for (const char* name : {"a", "b"}) budget(R"({"observedGeneration":1,"disruptionsAllowed":5})", "", name);
  const Answer refused = evict();
  EXPECT_EQ(refused.code, 500);
  EXPECT_EQ(refused.message(),
            "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource "
            "does not support.");
}

}  // namespace
}  // namespace proa::api
