// Discovery, reviews, subresources and the other things that are asked of a server.
#include "api/api_testing.h"

namespace proa::api {
namespace {

using object::View;
using ServerTest = ApiTest;

TEST_F(ServerTest, tells_its_groups_and_resources_plainly) {
  EXPECT_EQ(ask("GET", "/api")["versions"].at(0).as_string(), "v1");
  const Answer groups = ask("GET", "/apis");
  EXPECT_EQ(groups["kind"].as_string(), "APIGroupList");
  EXPECT_EQ(ask("GET", "/apis/apps")["preferredVersion"]["version"].as_string(), "v1");
  const Answer apps = ask("GET", "/apis/apps/v1");
  bool scale = false;
  for (const View resource : apps["resources"].items())
    if (resource["name"].as_string() == "deployments/scale") scale = resource["kind"].as_string() == "Scale";
  EXPECT_TRUE(scale);
}

TEST_F(ServerTest, tells_everything_at_once_where_asked_and_not_twice) {
  const std::string accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const Answer all = ask("GET", "/apis", "", "", accept);
  EXPECT_EQ(all["kind"].as_string(), "APIGroupDiscoveryList");
  EXPECT_EQ(all.content_type, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  auto again = std::make_shared<TestWriter>(executor_);
  auto first = std::make_shared<TestWriter>(executor_);
  api_->handle(request("GET", "/apis", "", "", accept), first);
  auto conditional = std::make_shared<http::Request>(*request("GET", "/apis", "", "", accept));
  conditional->headers.emplace_back("if-none-match", first->header("etag"));
  api_->handle(conditional, again);
  EXPECT_EQ(again->code, 304);
}

TEST_F(ServerTest, is_healthy_and_ready_when_told_so) {
  EXPECT_EQ(ask("GET", "/healthz").text, "ok");
  EXPECT_EQ(ask("GET", "/readyz").code, 200);
  api_->set_ready(false);
  EXPECT_EQ(ask("GET", "/readyz").code, 500);
  EXPECT_EQ(ask("GET", "/livez").code, 200);
  EXPECT_EQ(ask("GET", "/version")["gitVersion"].as_string(), "v1.36.3");
}

TEST_F(ServerTest, unknown_paths_are_plain_and_unknown_resources_are_told_as_a_status) {
  EXPECT_EQ(ask("GET", "/nowhere").text, "404 page not found\n");
  EXPECT_EQ(ask("GET", "/apis/none/v1/things").text, "404 page not found\n");
  EXPECT_EQ(ask("GET", "/api/v1/things").message(), "the server could not find the requested resource");
  EXPECT_EQ(ask("PUT", kMaps).code, 405);
}

TEST_F(ServerTest, strangers_see_little_and_are_told_why) {
  user_.clear();
  groups_.clear();
  EXPECT_EQ(ask("GET", "/healthz").code, 200);
  const Answer refused = ask("GET", kPods);
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(
      refused.message(),
      R"(pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default")");
}

TEST_F(ServerTest, roles_let_users_do_what_they_name) {
  user_ = "jane";
  groups_.clear();
  EXPECT_EQ(ask("GET", kPods).code, 403);
  user_ = "admin";
  groups_ = {"system:masters"};
  const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
  ASSERT_EQ(
      ask("POST", rbac + "rolebindings",
          R"({"metadata":{"name":"jane"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},
                    "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"jane"}]})")
          .code,
      201);
  user_ = "jane";
  groups_.clear();
  EXPECT_EQ(ask("GET", kPods).code, 200);
  EXPECT_EQ(ask("POST", kPods, pod("p")).code, 403);
  const Answer may = ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                         R"({"spec":{"resourceAttributes":{"namespace":"default","verb":"list","resource":"pods"}}})");
  EXPECT_EQ(may.code, 201) << may.text;
  EXPECT_TRUE(may["status"]["allowed"].as_bool());
  EXPECT_EQ(ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}")["status"]["userInfo"]["username"]
                .as_string(),
            "jane");
}

TEST_F(ServerTest, who_may_impersonate_acts_as_another) {
  const auto as_jane = [&] {
    auto out = std::make_shared<http::Request>(*request("GET", kPods));
    out->headers.emplace_back("impersonate-user", "jane");
    auto writer = std::make_shared<TestWriter>(executor_);
    api_->handle(out, writer);
    return std::move(*object::parse_json(writer->text));
  };
  EXPECT_NE(View(as_jane())["message"].str().find("User \"jane\" cannot list resource"), std::string::npos);
  user_ = "bob";
  groups_.clear();
  EXPECT_NE(View(as_jane())["message"].str().find("User \"bob\" cannot impersonate resource \"users\""),
            std::string::npos);
}

TEST_F(ServerTest, scale_reads_and_sets_replicas_alone) {
  const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
  ask("POST", deployments, R"({"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
      "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  const Answer scale = ask("GET", deployments + "/d/scale");
  EXPECT_EQ(scale["kind"].as_string(), "Scale");
  EXPECT_EQ(scale["spec"]["replicas"].as_int(), 1);
  EXPECT_EQ(scale["status"]["selector"].as_string(), "a=b");
  EXPECT_EQ(merge(deployments + "/d/scale", R"({"spec":{"replicas":4}})")["spec"]["replicas"].as_int(), 4);
  EXPECT_EQ(ask("GET", deployments + "/d")["spec"]["replicas"].as_int(), 4);
  EXPECT_EQ(merge(deployments + "/d/scale", R"({"spec":{"replicas":-1}})").code, 422);
}

TEST_F(ServerTest, binding_puts_a_pod_on_a_node_once) {
  ask("POST", kPods, pod("p"));
  const std::string binding = R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}})";
  EXPECT_EQ(ask("POST", at(kPods, "p") + "/binding", binding).code, 201);
  const Answer bound = ask("GET", at(kPods, "p"));
  EXPECT_EQ(bound["spec"]["nodeName"].as_string(), "n");
  EXPECT_EQ(bound["status"]["conditions"].at(0)["type"].as_string(), "PodScheduled");
  EXPECT_EQ(ask("POST", at(kPods, "p") + "/binding", binding).message(),
            R"(Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n")");
}

TEST_F(ServerTest, logs_need_a_container_that_exists) {
  ask("POST", kPods, pod("p"));
  EXPECT_EQ(ask("GET", at(kPods, "p") + "/log").message(), "pod p does not have a host assigned");
  ask("POST", at(kPods, "p") + "/binding", R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}})");
  EXPECT_EQ(ask("GET", at(kPods, "p") + "/log?container=x").message(), "container x is not valid for pod p");
}

TEST_F(ServerTest, one_event_has_two_groups) {
  ask("POST", "/api/v1/namespaces/default/events",
      R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"default"},"reason":"R","message":"m"})");
  const Answer other = ask("GET", "/apis/events.k8s.io/v1/namespaces/default/events/e");
  EXPECT_EQ(other["apiVersion"].as_string(), "events.k8s.io/v1");
  EXPECT_EQ(other["note"].as_string(), "m");
  EXPECT_EQ(other["regarding"]["name"].as_string(), "p");
}

TEST_F(ServerTest, counts_requests) {
  ask("GET", kPods);
  EXPECT_NE(
      ask("GET", "/metrics")
          .text.find(
              R"(apiserver_request_total{code="200",group="",resource="pods",subresource="",verb="LIST",version="v1"} 1)"),
      std::string::npos);
}

TEST_F(ServerTest, bootstraps_what_every_cluster_has_and_only_once) {
  EXPECT_EQ(ask("GET", "/api/v1/namespaces")["items"].size(), 4u);
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default/services/kubernetes")["spec"]["clusterIP"].as_string(), "10.96.0.1");
  EXPECT_EQ(ask("GET", "/apis/scheduling.k8s.io/v1/priorityclasses")["items"].size(), 2u);
  const std::string before = ask("GET", "/api/v1/namespaces")["metadata"]["resourceVersion"].str();
  api_->bootstrap([](Result<void> result) { EXPECT_TRUE(result); });
  executor_.settle();
  EXPECT_EQ(ask("GET", "/api/v1/namespaces")["metadata"]["resourceVersion"].str(), before);
}

}  // namespace
}  // namespace proa::api
