// kubectl set: which members change, and what is said of objects that can't.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

constexpr const char* kObjects = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team}
spec: {template: {spec: {containers: [{name: web, image: "web:v1"}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: team, resourceVersion: "5"}
spec: {selector: {app: web}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: team}
)";

class SetTest : public ClusterTest {
 protected:
  SetTest() {
    server_.has(kObjects);
    file("web.yaml", kObjects);
  }
  /// The body of the patch that the words send; none: nothing was sent.
  std::string patch_of(std::string_view words) {
    server_.requests();
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.err, "") << words;
    const std::string requests = server_.requests();
    const size_t at = requests.find("PATCH ");
    if (at == std::string::npos) return "";
    const size_t body = requests.find(" {", at);
    return requests.substr(body + 1, requests.find('\n', body) - body - 1);
  }
};

TEST_F(SetTest, commands_send_the_difference_alone) {
  struct Sent {
    const char *words, *patch;
  };
  constexpr Sent kSent[] = {
      {"set image deploy/web web=web:v2",
       R"({"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"}],"containers":[{"image":"web:v2","name":"web"}]}}}})"},
      {"set sa deploy/web robot", R"({"spec":{"template":{"spec":{"serviceAccountName":"robot"}}}})"},
      {"set selector svc web app=db", R"({"spec":{"selector":{"app":"db"}}})"},
      {"set selector svc web app=db --resource-version=4", R"({"metadata":{"resourceVersion":"4"}})"},
  };
  for (const auto& [words, patch] : kSent) EXPECT_EQ(patch_of(words), patch) << words;
}

TEST_F(SetTest, an_image_that_is_there_already_is_not_sent) {
  says("set image deploy/web web=web:v1", "");
  asked("GET /apis/apps/v1/namespaces/team/deployments/web\n");
}

TEST_F(SetTest, an_account_and_a_selector_are_sent_and_told_even_if_nothing_changes) {
  for (int i = 0; i < 2; ++i) says("set sa deploy/web robot", "deployment.apps/web serviceaccount updated\n");
  for (int i = 0; i < 2; ++i) says("set selector svc web app=web", "service/web selector updated\n");
}

TEST_F(SetTest, a_limit_of_zero_is_kept) {
  says("set resources deploy/web --limits=cpu=0,memory=1Gi --requests=memory=1Mi",
       "deployment.apps/web resource requirements updated\n");
  says("get deploy web -o jsonpath={.spec.template.spec.containers[0].resources}",
       R"({"limits":{"cpu":"0","memory":"1Gi"},"requests":{"memory":"1Mi"}})");
}

TEST_F(SetTest, objects_without_pods_are_named_by_resource_and_type) {
  constexpr std::string_view kCommands[] = {"set image KIND/web a=b", "set env KIND/web A=1", "set sa KIND/web x",
                                            "set resources KIND/web --limits=cpu=1"};
  for (const auto command : kCommands) {
    complains(replaced(std::string(command), "KIND", "svc"),
              "error: services/web the object is not a pod or does not have a pod template: *v1.Service\n");
    complains(replaced(std::string(command), "KIND", "hpa"),
              "error: horizontalpodautoscalers/web the object is not a pod or does not have a pod template: "
              "*v2.HorizontalPodAutoscaler\n");
  }
}

TEST_F(SetTest, local_changes_ask_nobody) {
  const Outcome outcome = run("set image -f @/web.yaml web=web:v3 --local -o name");
  EXPECT_EQ(outcome.out, "deployment.apps/web\n");
  EXPECT_NE(outcome.err.find("service/web the object is not a pod or does not have a pod template: *v1.Service\n"),
            std::string::npos)
      << outcome.err;
  asked("");
}

TEST_F(SetTest, selectors_that_a_service_cannot_have_are_refused) {
  struct Refused {
    const char *selector, *text;
  };
  constexpr Refused kRefused[] = {
      {"a", "error: match expression [{a Exists []}] not supported on this object\n"},
      {"!a", "error: match expression [{a DoesNotExist []}] not supported on this object\n"},
      {"a=b,c in (x,y)", "error: match expression [{c In [x y]}] not supported on this object\n"},
      {"a notin (b)", "error: match expression [{a NotIn [b]}] not supported on this object\n"},
      {"a>1", "error: \"gt\" isn't supported in label selectors\n"},
      {"a!=b", "error: \"!=\" is not a valid label selector operator\n"},
      {"a=b=c", "error: couldn't parse the selector string \"a=b=c\": found '=', expected: ',' or 'end of string'\n"},
  };
  for (const auto& [selector, text] : kRefused) {
    const Outcome outcome = run_words({"set", "selector", "svc", "web", selector});
    EXPECT_EQ(outcome.err, text) << selector;
    EXPECT_EQ(outcome.out, "") << selector;
  }
  says("set selector svc web a==b", "service/web selector updated\n");
}

TEST_F(SetTest, what_is_missing_is_told_as_by_other_commands) {
  complains("set selector svc web", "error: resource(s) were provided, but no name was specified\n");
  complains("set sa deploy/none x", "Error from server (NotFound): deployments.apps \"none\" not found\n");
  const std::string none =
      "error: You must provide one or more resources by argument or filename.\nExample resource specifications "
      "include:\n"
      "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n";
  complains("set sa deploy/web", none);
  complains("set selector svc/web", none);
}

}  // namespace
}  // namespace proa::cli::kubectl
